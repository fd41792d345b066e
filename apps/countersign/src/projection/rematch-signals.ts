import { ROWS_PER_POST } from './action-buffer.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { RecordInterpreter } from './record-interpreter.ts';
import { scanEntries } from './scan-entries.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';
import { SIGMA } from './signals/signal-plan.ts';

/**
 * Recomputes the signals of all records after a rule change. MUST run before anything is posted
 * under the new rules. After a crash it continues where it stopped.
 */
export function beginRematch({ store, signalSource }: LedgerWriter): void {
  if (signalSource === undefined || store.signalHash === signalSource.planHash) return;
  store.resetSignals(signalSource.planHash, `detection/${SIGMA}`);
}

export async function recomputeSignals(writer: LedgerWriter): Promise<void> {
  const { store, reader, ledger, signalSource } = writer;
  const { from, to } = store.signalsMissing;
  if (signalSource === undefined || from >= to) return;
  await ledger.publish();
  await reader.refresh();
  const interpreter = new RecordInterpreter(signalSource.extractor);
  const buffer = new SignalBuffer();
  let done = from;
  for await (const scanned of scanEntries(writer, interpreter, { from, to })) {
    for (const { row, signals } of scanned.actions) buffer.add(row, signals);
    if (scanned.to - done < ROWS_PER_POST) continue;
    done = scanned.to;
    store.addSignals(buffer.take(), done);
  }
  store.addSignals(buffer.take(), to);
}
