import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { isSignatureBy, parseNote, parseVkey } from '@countersign/tlog';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { layout } from './folder/folder-layout.ts';
import { fsck } from './fsck/fsck.ts';
import { Ledger } from './ledger.ts';
import { rotateKey } from './rotate-key.ts';
import { numbered } from './testing/numbered-draft.ts';

const random = { fill: randomFillSync };

const open = (dir: string): Promise<Ledger> =>
  Ledger.open({ dir, clock: systemClock, random, integration: 'manual' });

async function withLedger(run: (dir: string) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const ledger = await open(dir);
  await ledger.append([0, 1, 2].map(numbered));
  await ledger.close();
  await run(dir);
}

function isCheckpointBy(dir: string, vkey: string): boolean {
  const { signatures } = parseNote(readFileSync(layout.checkpoint(dir)));
  return signatures.some((signature) => isSignatureBy(signature, parseVkey(vkey)));
}

async function assertClean(dir: string, vkeys: readonly string[]): Promise<void> {
  for (const vkey of vkeys) {
    assert.deepEqual((await fsck({ dir, threads: 0, vkey })).problems, [], vkey);
  }
}

test('after a rotation, the new key signs the log before any further entry', async () => {
  await withLedger(async (dir) => {
    const ledger = await open(dir);
    const { oldVkey, newVkey } = await rotateKey(ledger, { dir, clock: systemClock, random });
    assert.equal(ledger.vkey, newVkey);
    assert.ok(isCheckpointBy(dir, newVkey));
    await ledger.close();
    await assertClean(dir, [oldVkey, newVkey]);
  });
});

test('the next opening completes a rotation that died before the new key signed', async () => {
  await withLedger(async (dir) => {
    const ledger = await open(dir);
    const before = readFileSync(layout.checkpoint(dir));
    const publish = ledger.publish.bind(ledger);
    let signed = before;
    // Simulates a crash: only the old key has signed a checkpoint over the rotation.
    ledger.publish = async () => {
      const published = await publish();
      signed = readFileSync(layout.checkpoint(dir));
      return published;
    };
    const { oldVkey, newVkey } = await rotateKey(ledger, { dir, clock: systemClock, random });
    await ledger.close();
    assert.notDeepEqual(signed, before);
    writeFileSync(layout.checkpoint(dir), signed);
    assert.equal(isCheckpointBy(dir, newVkey), false);
    await (await open(dir)).close();
    assert.ok(isCheckpointBy(dir, newVkey));
    await assertClean(dir, [oldVkey, newVkey]);
  });
});
