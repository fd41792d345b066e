import { ActionBuffer, ROWS_PER_POST } from './action-buffer.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { RecordInterpreter } from './record-interpreter.ts';
import { scanEntries } from './scan-entries.ts';

export type CatchUpProgress = { readonly done: number; readonly size: number };

/**
 * Posts every entry that the ledger has and the store lacks: after a crash or rebuild, and for
 * appends outside an import.
 *
 * It appends clock steps first. After a crash it continues from the cursor.
 */
export async function catchUpProjection(
  writer: LedgerWriter,
  onProgress?: (progress: CatchUpProgress) => void,
): Promise<void> {
  const { store, reader, ledger, clock, clockSteps } = writer;
  if (clockSteps.count > 0) await ledger.append(clockSteps.take(clock.now()));
  if (store.cursor >= ledger.size) return;
  await ledger.publish();
  await reader.refresh();
  const buffer = new ActionBuffer();
  const interpreter = new RecordInterpreter(writer.signalSource?.extractor);
  const entries = scanEntries(writer, interpreter, { from: store.cursor });
  for await (const { to, actions, facts } of entries) {
    for (const action of actions) buffer.add(action);
    for (const each of facts) store.post({ facts: each });
    if (buffer.rows < ROWS_PER_POST) continue;
    store.post(await buffer.write(writer.dir));
    store.commit(to);
    onProgress?.({ done: store.cursor, size: reader.size });
  }
  store.post(await buffer.write(writer.dir));
  store.commit(reader.size);
}
