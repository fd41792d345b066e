import { assert } from '@countersign/core';
import { COLUMN_CHARS_MAX, ROW_GROUP_ROWS } from '../limits.ts';
import { type Alias, AliasTable, type NamedActor } from '../rows/alias-table.ts';
import type { EventRow } from '../rows/event-row.ts';
import { ListColumn, NumberColumn, type RowColumn, TextColumn } from './column-buffer.ts';
import { COLUMNS, type Column } from './event-columns.ts';
import { ParquetFile } from './parquet-file.ts';

/** What is known of the rows in a buffer without reading them again. */
export type RowSummary = {
  readonly rows: number;
  /** `[fromIndex, toIndex)` encloses the `index` of every row. */
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly tenants: readonly string[];
  readonly aliases: readonly Alias[];
};

/**
 * Rows, column by column, on their way into one Parquet file. The hottest place of the books: as
 * text through DuckDB's reader and writer such a row takes twice as long, through its appender
 * four times. Belongs to one thread.
 */
export class RowBuffer {
  readonly #columns: readonly RowColumn[] = COLUMNS.map(columnOf);
  #file = new ParquetFile(COLUMNS);
  #groupRows = 0;
  #rows = 0;
  #fromIndex = Number.POSITIVE_INFINITY;
  #toIndex = 0;
  #minTimeMs = Number.POSITIVE_INFINITY;
  #maxTimeMs = Number.NEGATIVE_INFINITY;
  readonly #tenants = new Set<string>();
  readonly #aliases = new AliasTable();

  /**
   * Adds one row. `actors` are the actors as every delivery of the row names them: aliases are
   * learned from what was delivered, never from a merge, so that the order in which deliveries
   * arrive cannot change what is learned.
   */
  add(row: EventRow, actors: readonly NamedActor[] = row.erased ? [] : [row]): void {
    const { index } = row;
    const { timeMs } = row.event;
    assert(Number.isSafeInteger(timeMs), 'an event time is a whole number');
    assert(row.entries.includes(index), 'a row stands among its own sightings');
    for (let i = 0; i < READERS.length; i++) {
      const value = (READERS[i] as Column['read'])(row);
      const kept =
        typeof value === 'string' && value.length > COLUMN_CHARS_MAX ? cut(value) : value;
      (this.#columns[i] as RowColumn).push(kept);
    }
    this.#rows++;
    if (++this.#groupRows === ROW_GROUP_ROWS) this.#endGroup();
    if (index < this.#fromIndex) this.#fromIndex = index;
    if (index >= this.#toIndex) this.#toIndex = index + 1;
    if (timeMs < this.#minTimeMs) this.#minTimeMs = timeMs;
    if (timeMs > this.#maxTimeMs) this.#maxTimeMs = timeMs;
    this.#tenants.add(row.tenant);
    for (const actor of actors) {
      this.#tenants.add(actor.tenant);
      this.#aliases.learn(actor);
    }
  }

  get rows(): number {
    return this.#rows;
  }

  summary(): RowSummary {
    assert(this.#rows > 0, 'a summary is of at least one row');
    return {
      rows: this.#rows,
      fromIndex: this.#fromIndex,
      toIndex: this.#toIndex,
      minTimeMs: this.#minTimeMs,
      maxTimeMs: this.#maxTimeMs,
      tenants: [...this.#tenants],
      aliases: this.#aliases.list(),
    };
  }

  /** The parts of a Parquet file of the rows in the order in which they came; ends the buffer. */
  parquet(): readonly Buffer[] {
    this.#endGroup();
    return this.#file.end();
  }

  /** Empties the buffer for other rows and keeps its memory. */
  clear(): void {
    this.#endGroup();
    this.#file = new ParquetFile(COLUMNS);
    this.#rows = 0;
    this.#fromIndex = Number.POSITIVE_INFINITY;
    this.#toIndex = 0;
    this.#minTimeMs = Number.POSITIVE_INFINITY;
    this.#maxTimeMs = Number.NEGATIVE_INFINITY;
    this.#tenants.clear();
    this.#aliases.clear();
  }

  #endGroup(): void {
    if (this.#groupRows === 0) return;
    this.#file.add(
      this.#groupRows,
      this.#columns.map((column) => column.take()),
    );
    this.#groupRows = 0;
  }
}

const READERS = COLUMNS.map((column) => column.read);

function columnOf({ type }: Column): RowColumn {
  if (type === 'VARCHAR') return new TextColumn();
  return type === 'BIGINT[]' ? new ListColumn() : new NumberColumn(type);
}

function cut(text: string): string {
  return `${text.slice(0, COLUMN_CHARS_MAX)}…`;
}
