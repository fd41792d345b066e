import { type RecentFile, writeHot } from '../store/parquet/recent-file.ts';
import { RowBuffer } from '../store/parquet/row-buffer.ts';
import type { SignalBatch } from '../store/rows/signal-row.ts';
import type { ProjectedAction } from './record-interpreter.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';

/** Rows before a write: a few tens of megabytes in each of two workers. */
export const ROWS_PER_POST = 120_000;

/** Written actions: their rows are in a file that does not count before it is posted. */
export type WrittenActions = {
  readonly files: readonly RecentFile[];
  readonly superseded: readonly number[];
  readonly signals: SignalBatch;
};

/** Actions that are not written yet. Belongs to one thread. */
export class ActionBuffer {
  readonly #rows = new RowBuffer();
  readonly #signals = new SignalBuffer();
  #superseded: number[] = [];

  get rows(): number {
    return this.#rows.rows;
  }

  /** Whether a further signal of a rule on that day is only counted. */
  isFull(stream: string, timeMs: number): boolean {
    return this.#signals.isFull(stream, timeMs);
  }

  /** The row replaces those of the action's earlier deliveries. */
  add({ row, actors, signals }: ProjectedAction): void {
    this.#rows.add(row, actors);
    this.#signals.add(row, signals);
    for (const entry of row.entries) if (entry !== row.index) this.#superseded.push(entry);
  }

  /**
   * Writes everything added since the last call to the data folder. Takes it before it returns, so
   * the caller can add more while the file is written.
   */
  async write(dir: string): Promise<WrittenActions> {
    const signals = this.#signals.take();
    const superseded = this.#superseded;
    this.#superseded = [];
    const files = this.rows === 0 ? [] : [await writeHot(dir, this.#rows)];
    return { files, superseded, signals };
  }
}
