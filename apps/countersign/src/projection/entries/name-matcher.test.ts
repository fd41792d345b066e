import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameMatcher, subjectHash } from './name-matcher.ts';

const ANN = new NameMatcher(['Ann@Example.com']);

const CASES: readonly (readonly [text: string, expected: boolean, why: string])[] = [
  ['{"UserId":"ann@example.com"}', true, 'as it is'],
  ['{"UserId":"ANN@EXAMPLE.COM"}', true, 'in any case'],
  ['{"UserId":"\\u0061nn@example.com"}', true, 'with a JSON escape'],
  ['i:0h.f|membership|ann@example.com', true, 'in a claim'],
  ['line\\nann@example.com\\n', true, 'after an escaped newline'],
  ['%3Cann@example.com%3E', true, 'percent-encoded brackets'],
  ['mail ann@example.com.', true, 'before a full stop'],
  ['0b1a6a839f7b48a69bb3a95ca454451fann@example.com', true, 'of a user who was deleted'],
  ['https://x-my.sharepoint.example/personal/Ann_Example_com/Documents', true, 'of a site'],
  ['Ann_example.com#EXT#@host.example', true, 'of a guest'],
  ['/personal/joann_example_com/Documents', false, "another's site"],
  ['/exports/ann@example.com.json', true, 'in the name of a file'],
  ['ann@example.com.csv.gz', true, 'in the name of a packed file'],
  ['{"UserId":"joann@example.com"}', false, 'the end of another name'],
  ['{"UserId":"ann@example.com.au"}', false, 'the beginning of another name'],
  ['{"UserId":"jo.ann@example.com"}', false, 'a part of another name'],
  ['{"UserId":"bob@example.com"}', false, 'another name'],
];

for (const [text, expected, why] of CASES) {
  test(`${expected ? 'finds' : 'does not find'} a name: ${why}`, () => {
    assert.equal(ANN.matchesBytes(Buffer.from(text)), expected);
  });
}

test('finds an object id inside derived names, and not inside another id', () => {
  const id = '0b1a6a83-9f7b-48a6-9bb3-a95ca454451f';
  const mentions = new NameMatcher([id]);
  assert.ok(mentions.matchesText(`{"ID":"User_${id.toUpperCase()}"}`));
  assert.ok(mentions.matchesText(`ServicePrincipal_${id},`));
  assert.ok(!mentions.matchesText(`a${id}`));
  assert.ok(!mentions.matchesText(`${id}-1`));
});

test('an empty name matches nothing', () => {
  const nobody = new NameMatcher(['', '  ']);
  assert.equal(nobody.count, 0);
  assert.equal(nobody.matchesBytes(Buffer.from('anything')), false);
});

test('stores of a name only what the same folder can recompute', () => {
  const keys = (fill: number) => ({
    id: new Uint8Array(32).fill(fill),
    fingerprint: new Uint8Array(32),
  });
  assert.equal(subjectHash(keys(1), ' Ann@Example.com '), subjectHash(keys(1), 'ann@example.com'));
  assert.notEqual(subjectHash(keys(1), 'ann@example.com'), subjectHash(keys(2), 'ann@example.com'));
});
