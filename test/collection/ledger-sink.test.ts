import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock, systemRandom } from '@countersign/core';
import { fsck } from '@countersign/ledger';
import { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import {
  closeWriter,
  type HostWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { commitProjection } from '../../apps/countersign/src/projection/commit-projection.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-ledger-sink-'));
after(() => rmSync(root, { recursive: true, force: true }));

async function withSink(
  name: string,
  use: (writer: HostWriter, sink: LedgerSink) => Promise<void>,
) {
  const dir = join(root, name);
  const writer = await openLedgerWriter({ dir, clock: systemClock, random: systemRandom });
  const sink = await LedgerSink.open(writer, { workers: 1 });
  await use(writer, sink);
  await sink.close();
  await closeWriter(writer);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
}

const act = ownEntryDraft('act', 0, { v: 1, what: 'test' });

test('work after records commits the store with the entries appended just before', async () => {
  await withSink('records', async (writer, sink) => {
    const appended = sink.append([act]);
    await sink.afterRecords(() => commitProjection(writer));
    await appended;
    assert.equal(writer.store.cursor, writer.ledger.size);
    assert.equal(writer.store.indicesOfKind('act').length, 1);
  });
});

test('work after records does not post decisions, but its commit does', async () => {
  await withSink('decisions', async (writer, sink) => {
    const { store, ledger, decisionLog } = writer;
    await sink.post();
    const before = store.cursor;
    await decisionLog.append([act]);
    await sink.afterRecords(async () => assert.equal(store.cursor, before));
    await sink.afterRecords(() => commitProjection(writer));
    assert.equal(store.cursor, ledger.size);
    assert.equal(store.indicesOfKind('act').length, 1);
  });
});
