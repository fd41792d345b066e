import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PasskeyRecord } from '../../access/index.ts';
import { PasskeyShare } from './passkey-share.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-share-'));
after(() => rmSync(root, { recursive: true, force: true }));

const used = (counter: number): PasskeyRecord => {
  return { v: 1, what: 'passkey-used', id: 'a', counter, bound: 'device', atMs: counter };
};
const revoked: PasskeyRecord = {
  ...({ v: 1, what: 'passkey-revoked' } as const),
  ...{ id: 'a', by: 'carol', reason: 'lost', atMs: 1 },
};

test('nodes hear of each other, once, and again when they begin anew', () => {
  const folder = join(root, 'once');
  const [one, two] = [new PasskeyShare(folder, 'one'), new PasskeyShare(folder, 'two')];
  one.tell(revoked);
  one.tell(revoked);
  assert.deepEqual(two.look(), [revoked]);
  assert.deepEqual(two.look(), []);
  // What it heard is in its own ledger now, and it does not say it again.
  two.tell(revoked);
  assert.deepEqual(one.look(), []);
  two.tell(used(7));
  assert.deepEqual(one.look(), [used(7)]);
  const anew = new PasskeyShare(folder, 'one');
  assert.deepEqual(anew.look(), [used(7)]);
  anew.tell(revoked);
  assert.deepEqual(two.look(), []);
});

test('what is of no use to others is not told', () => {
  const folder = join(root, 'use');
  const [one, two] = [new PasskeyShare(folder, 'one'), new PasskeyShare(folder, 'two')];
  one.tell(used(0));
  const failed = { v: 1, what: 'passkey-refused', tenant: 'x', person: 'y', atMs: 1 } as const;
  const refused = { ...failed, id: 'a', requestId: null, why: 'unproven' } as const;
  one.tell(refused as PasskeyRecord & typeof refused);
  assert.deepEqual(two.look(), []);
  const copied = { ...refused, why: 'copied' } as const;
  one.tell(copied as PasskeyRecord & typeof copied);
  assert.deepEqual(two.look(), [copied]);
});

test('a line that is on its way is waited for, and a damaged one says nothing', () => {
  const folder = join(root, 'lines');
  const [one, two] = [new PasskeyShare(folder, 'one'), new PasskeyShare(folder, 'two')];
  one.tell(used(1));
  const [file = ''] = readdirSync(folder);
  const line = JSON.stringify(used(2));
  appendFileSync(join(folder, file), `not JSON\n${line.slice(0, 10)}`);
  assert.deepEqual(two.look(), [used(1)]);
  appendFileSync(join(folder, file), `${line.slice(10)}\n`);
  assert.deepEqual(two.look(), [used(2)]);
});
