import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tenantId } from '@countersign/core';
import { type Candidates, inTurn } from './search-candidates.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const KNOWN = ['a', 'b', 'c', 'd'];

const known: Candidates['list'] = (tenant, type, { after, count }) => {
  assert.deepEqual([tenant, type], [TENANT, 'App']);
  const from = after === undefined ? 0 : KNOWN.indexOf(after) + 1;
  return KNOWN.slice(from, from + count);
};

describe('the candidates of a search', () => {
  for (const [stated, after, count, ...expected] of [
    [[], undefined, 9, 'a', 'b', 'c', 'd'],
    [[], 'b', 9, 'c', 'd'],
    [[], undefined, 2, 'a', 'b'],
    // First the listed ids, each once, then the rest from its beginning.
    [['x', 'c'], undefined, 9, 'x', 'c', 'a', 'b', 'd'],
    [['x', 'c'], 'x', 9, 'c', 'a', 'b', 'd'],
    [['x', 'c'], 'c', 9, 'a', 'b', 'd'],
    [['x', 'c'], 'a', 9, 'b', 'd'],
    [['x', 'c'], undefined, 2, 'x', 'c'],
    [['x', 'c'], undefined, 1, 'x'],
    [['x', 'c'], 'x', 2, 'c', 'a'],
  ] as const) {
    test(`[${stated.join()}], then the rest, ${count} after ${after}: ${expected.join()}`, () => {
      const range = { after, count };
      assert.deepEqual(inTurn(stated, known, { tenant: TENANT, type: 'App' }, range), expected);
    });
  }

  test('of an unknown type are only the listed ids', () => {
    const none: Candidates['list'] = () => assert.fail('nothing is known of no type');
    const of = { tenant: TENANT, type: undefined };
    const whole = { after: undefined, count: 9 };
    assert.deepEqual(inTurn(['x'], none, of, whole), ['x']);
    assert.deepEqual(inTurn([], none, of, whole), []);
  });
});
