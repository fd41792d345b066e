import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import { published } from '../../../tools/testing/published-ocsf.ts';
import { isRecord, validate } from './event/event-schema.ts';
import { toOcsf } from './event/ocsf-event.ts';
import { blank, type Interpretation } from './model/interpretation.ts';
import type { SourceRecord } from './model/record-view.ts';
import { interpret } from './reading/interpret.ts';
import { MAPPINGS } from './reading/mapping-registry.ts';
import { createMemo } from './values/memo.ts';

const entry = { origin: 'example.org/log', indices: [3], seen: '2024-03-04T09:00:00.000Z' };
const EXAMPLES = MAPPINGS.flatMap((mapping) => mapping.examples);
const SOURCES = [
  ...new Set([
    ...EXAMPLES.map(({ source }) => source),
    'm365.activity/Audit.Exchange',
    'graph/auditLogQuery',
    'graph/signIns',
    'graph/directoryAudits',
    'azure-monitor/SignInLogs',
    'azure-monitor/AuditLogs',
    'azure-monitor/Policy',
    'log-analytics/OfficeActivity',
    'log-analytics/SigninLogs',
    'log-analytics/AuditLogs',
    'entra.portal/signIns',
    'entra.portal/auditLogs',
    'other/json',
    'graph/',
    '/',
    '',
    'countersign/import',
  ]),
];

const oddText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    'toString',
    'Not Available',
    '[]',
    '{}',
    '{"a":',
    '@{a=b',
    '[2001:db8::1]:443',
    '::ffff:10.0.0.1',
    '1.2.3.4:99999',
    'i:0h.f|membership|x@live.com',
    'a@b',
    'NT AUTHORITY\\SYSTEM (x)',
    '\ud800',
    '\u0000',
    '1e999',
    'NaN',
    '-0',
    'True',
    'i:0#.f|membership|i:0#.f|membership|x',
    '00000000-0000-0000-0000-000000000000',
    '[{"Name":"MailAccessType","Value":{"a":1}}]',
    'x'.repeat(9000),
  ),
);
const oddValue = fc.oneof(oddText, fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue());

/** An example with some members replaced, dropped, or wrapped: almost real, but wrong. */
const mutated = fc
  .tuple(
    fc.constantFrom(...EXAMPLES),
    fc.array(fc.tuple(fc.nat(), oddValue), { maxLength: 4 }),
    fc.constantFrom(...SOURCES),
    fc.boolean(),
  )
  .map(([example, changes, source, keepSource]) => {
    const members = Object.entries(example.value as object);
    for (const [at, value] of changes) {
      const member = members[at % members.length];
      if (member !== undefined) members[at % members.length] = [member[0], value];
    }
    members.push(...(JSON.parse('{"__proto__":{"polluted":1}}', keepOwn) as [string, unknown][]));
    return { source: keepSource ? example.source : source, value: Object.fromEntries(members) };
  });

function keepOwn(this: unknown, key: string, value: unknown): unknown {
  return key === '' ? Object.entries(value as object) : value;
}

const anything = fc.record({ source: fc.constantFrom(...SOURCES), value: fc.jsonValue() });
const records = fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: anything });

test('reads any value without throwing, and makes a valid event of it', () => {
  const memo = createMemo();
  fc.assert(
    fc.property(records, ({ source, value }) => {
      const record = { source, tenant: '-', id: 'x', at: '2024-03-04T08:30:00Z', value };
      const meaning = interpret(record, memo);
      checkColumns(meaning);
      const event = toOcsf(record, meaning, entry, memo);
      assert.deepEqual(validate(event), []);
      assert.deepEqual(published?.problemsOf(event) ?? [], []);
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    }),
    runs(1500, 100_000),
  );
});

test('an event loses no member of its record', () => {
  fc.assert(
    fc.property(records, ({ source, value }) => {
      const record = { source, tenant: '-', id: 'x', at: '2024-03-04T08:30:00Z', value };
      const event = toOcsf(record, interpret(record), entry);
      if (isRecord(value)) checkNothingLost(value, event, event['unmapped'] ?? {});
      else assert.deepEqual(event['unmapped'], { value, entries: entry.indices });
    }),
    runs(1500, 100_000),
  );
});

test('a memo saves work and changes no result', () => {
  const memo = createMemo();
  fc.assert(
    fc.property(records, ({ source, value }) => {
      const record = { source, tenant: '-', id: 'x', at: '2024-03-04T08:30:00Z', value };
      assert.deepEqual(interpret(record, memo), interpret(record, createMemo()));
    }),
    runs(1500, 100_000),
  );
});

test('an unreadable time is the epoch, not an exception', () => {
  const record: SourceRecord = {
    source: 'other/json',
    tenant: '-',
    id: 'x',
    at: 'soon',
    value: {},
  };
  assert.equal(interpret(record).timeMs, 0);
});

test('a list of a million items is counted, not copied', () => {
  const FolderItems = new Array(1_000_000).fill({ InternetMessageId: '<a@b.org>', SizeInBytes: 1 });
  const value = {
    Operation: 'MailItemsAccessed',
    RecordType: 50,
    UserId: 'a@b.org',
    Folders: [{ FolderItems }],
  };
  const record = {
    source: 'm365.activity/x',
    tenant: '-',
    id: 'x',
    at: '2024-03-04T08:30:00Z',
    value,
  };
  assert.equal(interpret(record).itemCount, 1_000_000);
});

const SHAPE = Object.keys(blank());
const NUMBERS: ReadonlySet<string> = new Set([
  'classUid',
  'activityId',
  'statusId',
  'severityId',
  'timeMs',
  'actorType',
  'itemCount',
]);
const NUMBERS_OR_NULL: ReadonlySet<string> = new Set([
  'recordType',
  'isMfa',
  'byteCount',
  'tokenIssuedMs',
]);

function checkColumns(meaning: Interpretation): void {
  assert.deepEqual(Object.keys(meaning), SHAPE);
  for (const [column, value] of Object.entries(meaning)) {
    if (column === 'isThrottled') assert.equal(typeof value, 'boolean');
    else if (NUMBERS.has(column)) assert.ok(Number.isSafeInteger(value), column);
    else if (NUMBERS_OR_NULL.has(column))
      assert.ok(value === null || Number.isSafeInteger(value), column);
    else assert.ok(value === null || (typeof value === 'string' && value !== ''), column);
  }
  assert.ok(meaning.itemCount >= 1);
}

function checkNothingLost(members: object, event: object, unmapped: unknown): void {
  const text = JSON.stringify(event);
  for (const [name, value] of Object.entries(members)) {
    if (isRecord(unmapped) && name !== 'entries' && Object.hasOwn(unmapped, name)) {
      if (JSON.stringify(unmapped[name]) !== JSON.stringify(value)) {
        checkNothingLost(value as object, event, unmapped[name]);
      }
    } else {
      if (isRecord(value)) checkNothingLost(value, event, {});
      else assert.ok(text.includes(JSON.stringify(value)), `${name} was lost`);
    }
  }
}
