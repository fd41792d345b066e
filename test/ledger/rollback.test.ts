import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { serveWitness, type WitnessServer } from '@countersign/tlog';
import { askJson, assertFsckClean, importHere, withAccount } from '../support/account.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('rollback');

function recordFile(n: number): string {
  const path = join(root, `record-${n}.json`);
  writeFileSync(path, recordText(n));
  return path;
}

function importInto(data: string, n: number, ...args: readonly string[]): Promise<ProcessResult> {
  return countersign(['import', recordFile(n), ...args, '--data', data, '--json']);
}

function assertRefused({ code, stdout, stderr }: ProcessResult, why: RegExp): void {
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /^countersign: [^\n]+\n$/);
  assert.match(stderr, why);
}

function sizeOf(data: string): Promise<number> {
  return withAccount(data, async ({ ledger }) => ledger.size);
}

/** Restores an older copy into the same folder, like a backup tool. */
function restore(from: string, to: string): void {
  rmSync(to, { recursive: true });
  cpSync(from, to, { recursive: true, preserveTimestamps: true });
}

/** The same by an attacker who knows how a folder detects a restore. */
function restoreInPlace(from: string, to: string): void {
  for (const name of readdirSync(to)) {
    if (name !== 'run') rmSync(join(to, name), { recursive: true });
  }
  for (const name of readdirSync(from)) {
    if (name !== 'run') cpSync(join(from, name), join(to, name), { recursive: true });
  }
}

test('a restored copy refuses to append, and can be read', async () => {
  const data = join(root, 'restored');
  const copy = join(root, 'restored-copy');
  await importHere(data, recordFile(1));
  cpSync(data, copy, { recursive: true });
  await importHere(data, recordFile(2));
  restore(copy, data);
  const size = await sizeOf(data);
  for (const command of [
    ['import', recordFile(3)],
    ['ledger', 'rotate-key'],
    ['ledger', 'hold', '--case', 'c'],
    ['rebuild'],
  ]) {
    assertRefused(await countersign([...command, '--data', data]), /copied or restored/);
  }
  assert.equal(await sizeOf(data), size);
  assert.equal((await countersign(['timeline', '--data', data])).code, 0);
  await assertFsckClean(data);
});

test('an operator may accept the fork once', async () => {
  const data = join(root, 'restored');
  assert.equal((await importInto(data, 3, '--accept-fork')).code, 0);
  assert.equal((await importInto(data, 4)).code, 0);
  const { stdout } = await countersign(['tail', '--kind', 'act', '--data', data, '--json']);
  assert.equal(stdout.match(/"act":"fork-accepted"/g)?.length, 1);
  await assertFsckClean(data);
});

test('a folder that was moved on its machine does not count as restored', async () => {
  const data = join(root, 'before-move');
  const moved = join(root, 'after-move');
  await importHere(data, recordFile(1));
  renameSync(data, moved);
  assert.equal((await importInto(moved, 2)).code, 0);
});

const { privateKey } = generateKeyPairSync('ed25519');

async function startWitness(state: string, log: string, port = 0): Promise<WitnessServer> {
  return serveWitness({
    listen: { host: '127.0.0.1', port },
    stateDir: join(root, state),
    logs: [log],
    key: { name: 'witness.example/w1', privateKey },
    clock: systemClock,
  });
}

/** A folder with a few entries that its one witness has seen. */
async function witnessed(name: string): Promise<{ data: string; witness: WitnessServer }> {
  const data = join(root, name);
  await importHere(data, recordFile(1));
  const { vkey } = await askJson<{ vkey: string }>(data, ['ledger', 'checkpoint']);
  const witness = await startWitness(`${name}-state`, vkey);
  const policy = join(root, `${name}.policy`);
  writeFileSync(policy, `witness w1 ${witness.vkey} ${witness.url}\nquorum w1\n`);
  const asked = await countersign(['ledger', 'witness', '--policy', policy, '--data', data]);
  assert.equal(asked.code, 0, asked.stderr);
  return { data, witness };
}

type PrintedWitnesses = { readonly witnesses: readonly { name: string; because?: string }[] };

test('a folder rolled back in place is refused if its witness has seen more', async () => {
  const { data, witness } = await witnessed('rolled-back');
  const copy = join(root, 'rolled-back-copy');
  try {
    cpSync(data, copy, { recursive: true });
    const cosigned = await importInto(data, 2);
    assert.deepEqual((JSON.parse(cosigned.stdout) as PrintedWitnesses).witnesses, [{ name: 'w1' }]);
    const sizes = [await sizeOf(copy), await sizeOf(data)];
    restoreInPlace(copy, data);
    const refused = await importInto(data, 3);
    assertRefused(
      refused,
      new RegExp(`w1 has seen ${sizes[1]} entries, and the folder has ${sizes[0]}`),
    );
    assert.equal(await sizeOf(data), sizes[0]);
  } finally {
    await witness.close();
  }
});

test('a fork of what a witness has seen is refused too, at any length', async () => {
  const { data, witness } = await witnessed('forked');
  const copy = join(root, 'forked-copy');
  try {
    cpSync(data, copy, { recursive: true });
    for (const n of [2, 3]) assert.equal((await importInto(data, n)).code, 0);
    const seen = await sizeOf(data);
    restoreInPlace(copy, data);
    // Another history of the same log, finally longer than the one that the witness knows.
    for (const n of [4, 5, 6]) {
      const { code, stdout, stderr } = await importInto(data, n, '--accept-fork');
      assert.equal(code, 0, stderr);
      const { accepted, witnesses } = JSON.parse(stdout) as PrintedWitnesses & { accepted: number };
      assert.equal(accepted, 1);
      assert.notEqual(witnesses[0]?.because, undefined);
      const isShorter = (await sizeOf(data)) < seen;
      const why = isShorter ? new RegExp(`has seen ${seen} entries`) : /its witness w1 has seen/;
      assertRefused(await importInto(data, n), why);
    }
    await assertFsckClean(data);
  } finally {
    await witness.close();
  }
});

test('a witness without state of a log does not vouch for a restored folder', async () => {
  const { data, witness } = await witnessed('unknown');
  const copy = join(root, 'unknown-copy');
  cpSync(data, copy, { recursive: true });
  await witness.close();
  // Its state is lost, and it restarts at the address in the policy.
  const { port } = new URL(witness.url);
  const { vkey } = await askJson<{ vkey: string }>(data, ['ledger', 'checkpoint']);
  const another = await startWitness('unknown-again', vkey, Number(port));
  try {
    restore(copy, data);
    assertRefused(await importInto(data, 2), /copied or restored/);
  } finally {
    await another.close();
  }
});

test('a witness that has seen everything vouches for a restored folder', async () => {
  const { data, witness } = await witnessed('vouched');
  const copy = join(root, 'vouched-copy');
  try {
    assert.equal((await importInto(data, 2)).code, 0);
    cpSync(data, copy, { recursive: true });
    restore(copy, data);
    assert.equal((await importInto(data, 3)).code, 0);
  } finally {
    await witness.close();
  }
});

test('an unreachable witness stops no folder on its own host, and is reported', async () => {
  const { data, witness } = await witnessed('alone');
  await witness.close();
  const { code, stdout } = await importInto(data, 2);
  assert.equal(code, 0);
  const [said] = (JSON.parse(stdout) as PrintedWitnesses).witnesses;
  assert.equal(said?.name, 'w1');
  assert.notEqual(said?.because, undefined);
  const copy = join(root, 'alone-copy');
  cpSync(data, copy, { recursive: true });
  restore(copy, data);
  assertRefused(await importInto(data, 3), /copied or restored/);
});
