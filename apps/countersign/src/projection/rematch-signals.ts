import { LeafParser } from '@countersign/ledger';
import { createMemo, read } from '@countersign/ocsf';
import { SIGMA } from '../detection/rules/sigma-detector.ts';
import { ROWS_PER_POST } from '../ingest/limits.ts';
import type { LedgerWriter } from '../operations/host/open-writer.ts';
import { parseBody } from './deliveries.ts';
import { mergeAt } from './merge-actions.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';

/**
 * Makes the signals of all records again where they were made under other rules; MUST be called
 * before anything is posted under the present ones. A crash in the middle means: go on from where
 * it stood.
 */
export function beginRematch({ books, detection }: LedgerWriter): void {
  if (detection === undefined || books.signalHash === detection.content.plan.hash) return;
  books.resetSignals(detection.content.plan.hash, `watch/${SIGMA}`);
}

export async function recomputeSignals(writer: LedgerWriter): Promise<void> {
  const { books, reader, ledger, detection } = writer;
  const { from, to } = books.signalsMissing;
  if (detection === undefined || from >= to) return;
  await ledger.publish();
  await reader.refresh();
  const memo = createMemo();
  const leaves = new LeafParser();
  const buffer = new SignalBuffer();
  let done = from;
  for await (const batch of reader.scan({ from, to })) {
    for (let position = 0; position < batch.count; position++) {
      const index = batch.firstIndex + position;
      const leaf = leaves.parse(batch.leaf(position));
      const body = batch.body(position);
      if (leaf.kind !== 'record' || body.kind !== 'present') continue;
      if (ledger.sightings(batch.action(position)).length > 1) {
        const merged = await mergeAt(writer, index, memo);
        if (merged === undefined) continue;
        const { row, found } = merged;
        buffer.add({ index, tenant: row.tenant, timeMs: row.event.timeMs }, found);
        continue;
      }
      const { tenant, id, source, at } = leaf;
      const reading = read({ source, tenant, id, at, value: parseBody(body.bytes) }, memo);
      const { timeMs } = reading.event;
      buffer.add({ index, tenant, timeMs }, detection.signaller.of(reading));
    }
    if (batch.firstIndex + batch.count - done < ROWS_PER_POST) continue;
    done = batch.firstIndex + batch.count;
    books.addSignals(buffer.take(), done);
  }
  books.addSignals(buffer.take(), to);
}
