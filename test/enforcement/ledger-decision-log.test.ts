import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { commitProjection } from '../../apps/countersign/src/projection/commit-projection.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../apps/countersign/src/projection/ledger-writer.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const root = mkdtempSync(join(tmpdir(), 'countersign-decisionLog-'));
after(() => rmSync(root, { recursive: true, force: true }));

async function withWriter(
  name: string,
  work: (writer: LedgerWriter) => Promise<void>,
): Promise<void> {
  const dir = join(root, name);
  const writer = await openLedgerWriter({
    dir,
    clock: new ManualClock(NOW_MS),
    random: systemRandom,
  });
  await work(writer);
  await closeWriter(writer);
}

test('each decision written beside other entries is in the store once', async () => {
  await withWriter('beside', async (writer) => {
    const append = (n: number) =>
      writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, act: 'test', n })]);
    const early = await Promise.all([append(1), append(2), append(3)]);
    await commitProjection(writer);
    assert.equal(writer.store.cursor, writer.ledger.size);
    const late = append(4);
    await Promise.all([late, commitProjection(writer)]);
    await commitProjection(writer);
    const indices = [...early, await late].flat();
    assert.deepEqual(writer.store.indicesOfKind('act'), indices);
    assert.equal(writer.store.cursor, writer.ledger.size);
  });
});

test('the cursor does not pass an entry before its facts are noted', async () => {
  await withWriter('behind', async (writer) => {
    const appending: Promise<readonly number[]>[] = [];
    for (let round = 0; round < 20; round++) {
      appending.push(writer.decisionLog.append([ownEntryDraft('act', NOW_MS, { v: 1, round })]));
      await commitProjection(writer);
    }
    await Promise.all(appending);
    await commitProjection(writer);
    assert.equal(writer.store.indicesOfKind('act').length, 20);
  });
});
