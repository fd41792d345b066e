import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PasskeyFolder } from './passkey-folder.ts';
import type { PasskeyRecord } from './passkey-record.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-share-'));
after(() => rmSync(root, { recursive: true, force: true }));

const used = (counter: number): PasskeyRecord => {
  return { v: 1, what: 'passkey-used', id: 'a', counter, bound: 'device', atMs: counter };
};
const revoked: PasskeyRecord = {
  ...({ v: 1, what: 'passkey-revoked' } as const),
  ...{ id: 'a', by: 'carol', reason: 'lost', atMs: 1 },
};

test("nodes receive each other's records once, and again after a restart", () => {
  const folder = join(root, 'once');
  const [one, two] = [new PasskeyFolder(folder, 'one'), new PasskeyFolder(folder, 'two')];
  one.tell(revoked);
  one.tell(revoked);
  assert.deepEqual(two.poll(), [revoked]);
  assert.deepEqual(two.poll(), []);
  // The received records are in its own ledger now, and it does not repeat them.
  two.tell(revoked);
  assert.deepEqual(one.poll(), []);
  two.tell(used(7));
  assert.deepEqual(one.poll(), [used(7)]);
  const anew = new PasskeyFolder(folder, 'one');
  assert.deepEqual(anew.poll(), [used(7)]);
  anew.tell(revoked);
  assert.deepEqual(two.poll(), []);
});

test('a record is in one file once, whichever nodes report it', () => {
  const folder = join(root, 'lines-once');
  const [one, two] = [new PasskeyFolder(folder, 'one'), new PasskeyFolder(folder, 'two')];
  const count = (): readonly number[] =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8').split('\n').length - 1)
      .sort((a, b) => a - b);
  one.tell(revoked);
  one.tell(revoked);
  assert.deepEqual(count(), [1]);
  assert.deepEqual(two.poll(), [revoked]);
  two.tell(revoked);
  assert.deepEqual(count(), [1]);
  // After a restart a node knows its records, and appends only new ones.
  const anew = new PasskeyFolder(folder, 'one');
  anew.tell(revoked);
  anew.tell(used(1));
  assert.deepEqual(count(), [2]);
  assert.deepEqual(two.poll(), [used(1)]);
  // A third node receives a record that two nodes wrote at once only once.
  const third = new PasskeyFolder(folder, 'three');
  two.tell(used(2));
  anew.tell(used(2));
  assert.deepEqual(
    third
      .poll()
      .map((record) => JSON.stringify(record))
      .sort(),
    [used(1), used(2), revoked].map((record) => JSON.stringify(record)).sort(),
  );
});

test('only the owner can read or write there', () => {
  const folder = join(root, 'modes');
  new PasskeyFolder(folder, 'one').tell(revoked);
  const modes = [folder, ...readdirSync(folder).map((file) => join(folder, file))];
  assert.deepEqual(
    modes.map((path) => statSync(path).mode & 0o777),
    [0o700, 0o600],
  );
});

test('does not share what other nodes do not need', () => {
  const folder = join(root, 'use');
  const [one, two] = [new PasskeyFolder(folder, 'one'), new PasskeyFolder(folder, 'two')];
  one.tell(used(0));
  const failed = { v: 1, what: 'passkey-refused', tenant: 'x', person: 'y', atMs: 1 } as const;
  const refused = { ...failed, id: 'a', requestId: null, why: 'unproven' } as const;
  one.tell(refused as PasskeyRecord & typeof refused);
  assert.deepEqual(two.poll(), []);
  const copied = { ...refused, why: 'copied' } as const;
  one.tell(copied as PasskeyRecord & typeof copied);
  assert.deepEqual(two.poll(), [copied]);
});

test('waits for an incomplete line, and ignores a damaged one', () => {
  const folder = join(root, 'lines');
  const [one, two] = [new PasskeyFolder(folder, 'one'), new PasskeyFolder(folder, 'two')];
  one.tell(used(1));
  const [file = ''] = readdirSync(folder);
  const line = JSON.stringify(used(2));
  appendFileSync(join(folder, file), `not JSON\n${line.slice(0, 10)}`);
  assert.deepEqual(two.poll(), [used(1)]);
  appendFileSync(join(folder, file), `${line.slice(10)}\n`);
  assert.deepEqual(two.poll(), [used(2)]);
});
