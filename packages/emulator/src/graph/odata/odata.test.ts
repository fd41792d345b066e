import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMatch, requiredText, requiredTimes } from './evaluate-filter.ts';
import { FilterError } from './filter-syntax.ts';
import { parseFilter } from './parse-filter.ts';
import { queryOptions } from './query-options.ts';

const ROW = {
  id: 'abc',
  displayName: "Fen O'Hart",
  accountEnabled: true,
  status: { errorCode: 50126 },
  createdDateTime: '2026-03-02T10:00:00.1234567Z',
  signInEventTypes: ['nonInteractiveUser'],
  identities: [{ issuer: 'northmoor.example', kind: 'x' }],
  mail: null,
};

const HOLDS: readonly string[] = [
  "id eq 'ABC'",
  "displayName eq 'Fen O''Hart'",
  'accountEnabled eq true',
  'status/errorCode eq 50126 and createdDateTime ge 2026-03-02T10:00:00Z',
  'createdDateTime lt 2026-03-03',
  "signInEventTypes/any(t: t eq 'nonInteractiveUser')",
  "identities/any(i:i/issuer eq 'northmoor.example' and i/kind ne 'y')",
  "startswith(displayName,'fen')",
  "endsWith(displayName,'hart') and contains(id,'b')",
  'mail eq null and absent eq null',
  "not (id eq 'x' or id eq 'y')",
  "id in ('x', 'abc')",
  "id eq 'x' or id eq 'y' or status/errorCode gt 50000",
  'identities/any()',
];

const HOLDS_NOT: readonly string[] = [
  "id ne 'abc'",
  'status/errorCode lt 50126',
  "signInEventTypes/any(t:t eq 'interactiveUser')",
  "mail eq 'x'",
  'createdDateTime gt 2026-03-02T10:00:01Z',
  "not startswith(displayName,'Fen')",
  "constructor eq 'x' or __proto__ ne null and false eq false",
];

for (const filter of HOLDS)
  test(`holds: ${filter}`, () => assert.ok(isMatch(parseFilter(filter), ROW)));

for (const filter of HOLDS_NOT.slice(0, -1))
  test(`does not hold: ${filter}`, () => assert.ok(!isMatch(parseFilter(filter), ROW)));

const WRONG: readonly string[] = [
  '',
  'id',
  'id eq',
  "id eq 'open",
  "id like 'x'",
  "(id eq 'x'",
  "id eq 'x')",
  "startswith(id 'x')",
  "any(t: t eq 'x'",
  "id eq 'x' id eq 'y'",
  `${'('.repeat(60)}id eq 'x'${')'.repeat(60)}`,
  'id eq \u0000',
  ...HOLDS_NOT.slice(-1),
];

for (const filter of WRONG)
  test(`refuses: ${filter.slice(0, 30)}`, () => {
    assert.throws(() => parseFilter(filter), FilterError);
  });

test('extracts the values by which a filter can be looked up', () => {
  const filter = parseFilter(
    "userPrincipalName eq 'a@b' and createdDateTime ge 2026-03-02T00:00:00Z " +
      'and createdDateTime lt 2026-03-03T00:00:00Z',
  );
  assert.equal(requiredText(filter, 'userPrincipalName'), 'a@b');
  assert.deepEqual(requiredTimes(filter, 'createdDateTime'), {
    fromMs: Date.parse('2026-03-02'),
    toMs: Date.parse('2026-03-03'),
  });
  const either = parseFilter("id eq 'a' or id eq 'b'");
  assert.equal(requiredText(either, 'id'), undefined);
});

test('query options are case-insensitive; refuses unknown and repeated ones', () => {
  const query = new URLSearchParams('$Select=id, displayName&$top=5&$expand=members($select=id)');
  const options = queryOptions(query);
  assert.deepEqual(options.select, ['id', 'displayName']);
  assert.deepEqual([options.top, options.expand], [5, ['members']]);
  for (const wrong of ['$apply=x', '$top=0', '$top=x', '$top=1&$TOP=2'])
    assert.throws(() => queryOptions(new URLSearchParams(wrong)), FilterError);
});
