import { assert } from '@countersign/core';
import { ROW_GROUP_ROWS } from '../limits.ts';
import { type Alias, AliasTable, type NamedActor } from '../rows/alias-table.ts';
import type { EventRow } from '../rows/event-row.ts';
import { ListColumn, NumberColumn, type RowColumn, TextColumn } from './column-buffer.ts';
import { COLUMNS, type Column } from './event-columns.ts';
import { ParquetFile } from './parquet-file.ts';

/** Facts about the rows in a buffer, so that readers need not scan it. */
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
 * Collects rows, column by column, for one Parquet file.
 *
 * This is the hottest code of the store. DuckDB takes four times as long to read and write the rows
 * as JSON, and five times as data chunks (`npm run bench -- parquet-rows`). Belongs to one thread.
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
  #lastTenant: string | undefined;
  readonly #aliases = new AliasTable();

  /**
   * Adds one row. `actors` are the actors as each delivery of the row names them.
   *
   * Aliases are learned from deliveries, not from the merged event, so that their order of arrival
   * cannot change what is learned.
   */
  add(row: EventRow, actors: readonly NamedActor[] = row.erased ? [] : [row]): void {
    const { index } = row;
    const { timeMs } = row.event;
    assert(Number.isSafeInteger(timeMs), 'an event time is a whole number');
    assert(row.entries.includes(index), 'a row is among its own deliveries');
    const place = this.#groupRows;
    for (let i = 0; i < READERS.length; i++) {
      const value = (READERS[i] as Column['read'])(row);
      if (value !== null) (this.#columns[i] as RowColumn).push(place, value);
    }
    this.#rows++;
    if (++this.#groupRows === ROW_GROUP_ROWS) this.#endGroup();
    if (index < this.#fromIndex) this.#fromIndex = index;
    if (index >= this.#toIndex) this.#toIndex = index + 1;
    if (timeMs < this.#minTimeMs) this.#minTimeMs = timeMs;
    if (timeMs > this.#maxTimeMs) this.#maxTimeMs = timeMs;
    this.#addTenant(row.tenant);
    for (const actor of actors) {
      this.#addTenant(actor.tenant);
      this.#aliases.learn(actor);
    }
  }

  /** Rows of one tenant follow each other, and comparing takes less time than hashing. */
  #addTenant(tenant: string): void {
    if (tenant === this.#lastTenant) return;
    this.#lastTenant = tenant;
    this.#tenants.add(tenant);
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

  /** The parts of a Parquet file with the rows in order of arrival. Ends the buffer. */
  parquet(): readonly Buffer[] {
    this.#endGroup();
    return this.#file.end();
  }

  /** Removes the rows and keeps the memory. */
  clear(): void {
    this.#endGroup();
    this.#file = new ParquetFile(COLUMNS);
    this.#rows = 0;
    this.#fromIndex = Number.POSITIVE_INFINITY;
    this.#toIndex = 0;
    this.#minTimeMs = Number.POSITIVE_INFINITY;
    this.#maxTimeMs = Number.NEGATIVE_INFINITY;
    this.#tenants.clear();
    this.#lastTenant = undefined;
    this.#aliases.clear();
  }

  #endGroup(): void {
    if (this.#groupRows === 0) return;
    this.#file.add(
      this.#groupRows,
      this.#columns.map((column) => column.take(this.#groupRows)),
    );
    this.#groupRows = 0;
  }
}

const READERS = COLUMNS.map((column) => column.read);

function columnOf({ type }: Column): RowColumn {
  if (type === 'VARCHAR') return new TextColumn();
  return type === 'BIGINT[]' ? new ListColumn() : new NumberColumn(type);
}
