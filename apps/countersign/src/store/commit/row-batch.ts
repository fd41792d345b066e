import type { RecentFile } from '../parquet/recent-file.ts';
import type { EntryRows } from '../rows/entry-rows.ts';
import type { SignalBatch } from '../rows/signal-row.ts';

/** The changes that one or more ledger entries make to the store. */
export type RowBatch = {
  /** Files that `writeHot` wrote, on this thread or another. */
  readonly files?: readonly RecentFile[];
  /** Rows that the new rows replace, because their actions have new deliveries. */
  readonly superseded?: readonly number[];
  readonly facts?: EntryRows;
  /** Signals of the rows in this batch. */
  readonly signals?: SignalBatch;
};

/**
 * A batch of another thread. Thousands of names cross threads ten times as fast as one text than as
 * objects.
 */
export type EncodedBatch = {
  /** The index after the last row. */
  readonly toIndex: number;
  /** JSON of a {@link RowBatch}. */
  readonly text: string;
};

export type PostedBatch = RowBatch | EncodedBatch;

export function encodeBatch(batch: Omit<RowBatch, 'facts'>): EncodedBatch {
  return { toIndex: endOf(batch), text: JSON.stringify(batch) };
}

export function decodeBatch(batch: PostedBatch): RowBatch {
  return 'text' in batch ? (JSON.parse(batch.text) as RowBatch) : batch;
}

/** The index after the last entry of the batch. */
export function endOf(batch: PostedBatch): number {
  if ('text' in batch) return batch.toIndex;
  const { files = [], facts = {} } = batch;
  const {
    acts = [],
    imports = [],
    coverage = [],
    observations = [],
    erasures = [],
    inventory,
    findings = [],
    findingMarks = [],
    findingNotes = [],
    decisions = [],
    passes = [],
  } = facts;
  const inventories = inventory === undefined ? [] : [inventory];
  const found = [...findings, ...findingMarks, ...findingNotes, ...decisions, ...passes];
  const own = [...acts, ...imports, ...coverage, ...observations, ...erasures, ...inventories];
  const said = [...own, ...found].map((fact) => fact.index + 1);
  return [...files.map((file) => file.toIndex), ...said].reduce((a, b) => Math.max(a, b), 0);
}
