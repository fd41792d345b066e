import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { IS_LONG, SEED } from '../../../../tools/property.ts';
import { fsck } from '../fsck/fsck.ts';
import { Ledger } from '../ledger.ts';
import { diceOf } from '../testing/crash-model.ts';
import { numbered } from '../testing/numbered-draft.ts';
import { type LedgerSnapshot, snapshotLedger } from './ledger-snapshot.ts';

const COPIES = IS_LONG ? 60 : 6;
const random = { fill: randomFillSync };

/** Copies slowly, so that the writer changes files in between. */
async function copyOf(dir: string, snapshot: LedgerSnapshot, to: string): Promise<void> {
  const from = join(dir, 'keys/local.keys');
  mkdirSync(join(to, 'keys'), { recursive: true });
  writeFileSync(join(to, 'keys/local.keys'), readFileSync(from), { mode: 0o600 });
  writeFileSync(join(to, 'keys/note.key'), readFileSync(join(dir, 'keys/note.key')), {
    mode: 0o600,
  });
  for (const file of snapshot.files()) {
    const target = join(to, file.path);
    mkdirSync(dirname(target), { recursive: true });
    await new Promise((resolve) => setImmediate(resolve));
    if (file.kind === 'bytes') writeFileSync(target, file.bytes);
    else copyFileSync(join(dir, file.path), target);
    if (file.kind === 'start') truncateSync(target, file.sizeBytes);
  }
}

test('a copy that was made beside a writer is whole, and continues', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const dice = diceOf(SEED);
  const ledger = await Ledger.open({ dir, clock: systemClock, random, integration: 'thread' });
  await ledger.append([numbered(0)]);
  let next = 1;
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) {
      const count = 1 + dice(90);
      await ledger.append(Array.from({ length: count }, (_, i) => numbered(next + i)));
      next += count;
      if (dice(3) === 0) await ledger.publish();
    }
  })();
  const sizes = new Set<number>();
  let pending = 0;
  for (let i = 0; i < COPIES; i++) {
    const to = join(folder.path, `copy-${i}`);
    const known = ledger.size;
    const snapshot = snapshotLedger(dir);
    await copyOf(dir, snapshot, to);
    const { size } = snapshot.checkpoint;
    sizes.add(size);
    pending += snapshot.journalEntries;
    assert.deepEqual(await fsck({ dir: to, threads: 0 }), { ok: true, size, problems: [] });
    const root = Buffer.from(snapshot.checkpoint.root);
    assert.deepEqual(snapshot.rootAt(size), root);
    await assert.rejects(Ledger.open({ dir: to, clock: systemClock, random }), {
      code: 'RESTORED_FOLDER',
    });
    const derived = await Ledger.open({
      ...{ dir: to, clock: systemClock, random, acceptFork: 'derive', fingerprints: 'remake' },
    });
    assert.equal(derived.size, size + snapshot.journalEntries);
    assert.ok(derived.size >= known, 'everything that was acknowledged before is in it');
    await derived.close();
    await assert.rejects(Ledger.open({ dir: to, clock: systemClock, random }), {
      code: 'RESTORED_FOLDER',
    });
    assert.equal((await fsck({ dir: to, threads: 0 })).ok, true);
  }
  isWriting = false;
  await writing;
  await ledger.close();
  assert.ok(sizes.size > 1, 'the writer published in between');
  assert.ok(pending > 0, 'the journal held entries after a checkpoint');
  assert.equal((await fsck({ dir, threads: 0 })).ok, true);
  folder[Symbol.dispose]();
});

test('a partial tile that was removed meanwhile is taken from the full one', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const ledger = await Ledger.open({ dir, clock: systemClock, random, integration: 'manual' });
  await ledger.append(Array.from({ length: 200 }, (_, i) => numbered(i)));
  await ledger.publish();
  const snapshot = snapshotLedger(dir);
  await ledger.append(Array.from({ length: 200 }, (_, i) => numbered(200 + i)));
  await ledger.publish();
  const to = join(folder.path, 'copy');
  await copyOf(dir, snapshot, to);
  await ledger.close();
  assert.deepEqual(await fsck({ dir: to, threads: 0 }), { ok: true, size: 200, problems: [] });
  folder[Symbol.dispose]();
});
