import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDirectoryItem, parseDirectoryMark } from './directory-record.ts';

const READ = {
  v: 1,
  tenant: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
  source: 'graph/delta.users',
  at: '2026-03-02T09:00:00Z',
  mode: 'snapshot',
} as const;
const ITEM = { ...READ, what: 'item', item: { id: 'a' } };
const MARK = {
  ...READ,
  what: 'mark',
  page: 1,
  isLast: true,
  count: 1,
  since: READ.at,
  next: 'https://graph.example/delta?token=1',
  digest: null,
};

test('reads back an item and a mark', () => {
  assert.deepEqual(parseDirectoryItem(ITEM), ITEM);
  assert.deepEqual(parseDirectoryMark(MARK), MARK);
  assert.deepEqual(parseDirectoryMark({ ...MARK, next: null }), { ...MARK, next: null });
});

const OTHERS: readonly (readonly [what: string, value: unknown])[] = [
  ['nothing', undefined],
  ['a list', [ITEM]],
  ['a newer version', { ...ITEM, v: 2 }],
  ['no tenant', { ...ITEM, tenant: 'Northmoor' }],
  ['an invalid time', { ...ITEM, at: 'yesterday' }],
  ['another mode', { ...ITEM, mode: 'whole' }],
  ['an invalid item', { ...ITEM, item: ['a'] }],
  ['a mark', MARK],
];

for (const [what, value] of OTHERS) {
  test(`an item is not ${what}`, () => assert.equal(parseDirectoryItem(value), undefined));
}

const BROKEN: readonly (readonly [member: string, value: unknown])[] = [
  ['page', -1],
  ['page', 1.5],
  ['count', '1'],
  ['isLast', 1],
  ['since', ''],
  ['next', undefined],
  ['digest', 7],
];

for (const [member, value] of BROKEN) {
  test(`refuses a mark with ${member} ${JSON.stringify(value)}`, () => {
    assert.equal(parseDirectoryMark({ ...MARK, [member]: value }), undefined);
  });
}
