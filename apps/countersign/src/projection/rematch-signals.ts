import { LeafParser } from '@countersign/ledger';
import { createMemo, read } from '@countersign/ocsf';
import { parseBody } from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { ROWS_PER_POST } from './limits.ts';
import { mergeAt } from './merge-actions.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';
import { SIGMA } from './signals/signal-plan.ts';

/**
 * Makes the signals of all records again where they were made under other rules; MUST be called
 * before anything is posted under the present ones. A crash in the middle means: go on from where
 * it stood.
 */
export function beginRematch({ store, signalSource }: LedgerWriter): void {
  if (signalSource === undefined || store.signalHash === signalSource.planHash) return;
  store.resetSignals(signalSource.planHash, `watch/${SIGMA}`);
}

export async function recomputeSignals(writer: LedgerWriter): Promise<void> {
  const { store, reader, ledger, signalSource } = writer;
  const { from, to } = store.signalsMissing;
  if (signalSource === undefined || from >= to) return;
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
      if (ledger.deliveries(batch.action(position)).length > 1) {
        const merged = await mergeAt(writer, index, memo);
        if (merged === undefined) continue;
        const { row, found } = merged;
        buffer.add({ index, tenant: row.tenant, timeMs: row.event.timeMs }, found);
        continue;
      }
      const { tenant, id, source, at } = leaf;
      const reading = read({ source, tenant, id, at, value: parseBody(body.bytes) }, memo);
      const { timeMs } = reading.event;
      buffer.add({ index, tenant, timeMs }, signalSource.extractor.of(reading));
    }
    if (batch.firstIndex + batch.count - done < ROWS_PER_POST) continue;
    done = batch.firstIndex + batch.count;
    store.addSignals(buffer.take(), done);
  }
  store.addSignals(buffer.take(), to);
}
