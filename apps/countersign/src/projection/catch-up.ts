import { RowBuffer } from '../store/parquet/row-buffer.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { ROWS_PER_POST } from './limits.ts';
import { mergeActions } from './merge-actions.ts';
import { RecordInterpreter } from './record-interpreter.ts';
import { type ScannedEntries, scanActions } from './scan-actions.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';

export type CatchUpProgress = { readonly done: number; readonly size: number };

/**
 * Posts every entry that the ledger has and the store has not: after a crash, after a rebuild, and
 * for whatever was appended without an import worker. Appends clock steps first. After a crash in
 * the middle it continues from the cursor.
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
  const posting = new Posting(writer);
  const interpreter = new RecordInterpreter(writer.signalSource?.extractor);
  for await (const scanned of scanActions(writer, interpreter, { from: store.cursor })) {
    posting.add(scanned);
    if (posting.rows < ROWS_PER_POST) continue;
    await posting.commit(scanned.to);
    onProgress?.({ done: store.cursor, size: reader.size });
  }
  await posting.commit(reader.size);
}

class Posting {
  readonly #writer: LedgerWriter;
  readonly #rows = new RowBuffer();
  readonly #signals = new SignalBuffer();
  #redelivered: number[] = [];

  constructor(writer: LedgerWriter) {
    this.#writer = writer;
  }

  get rows(): number {
    return this.#rows.rows;
  }

  add({ actions, redelivered, facts }: ScannedEntries): void {
    for (const { row, actors, signals } of actions) {
      this.#rows.add(row, actors);
      this.#signals.add(row, signals);
    }
    for (const index of redelivered) this.#redelivered.push(index);
    for (const each of facts) this.#writer.store.post({ facts: each });
  }

  /** Everything added counts, and the cursor moves to `cursor`. */
  async commit(cursor: number): Promise<void> {
    const { store } = this.#writer;
    await mergeActions(this.#writer, this.#redelivered);
    this.#redelivered = [];
    await store.postRows(this.#rows, { signals: this.#signals.take() });
    this.#rows.clear();
    store.commit(cursor);
  }
}
