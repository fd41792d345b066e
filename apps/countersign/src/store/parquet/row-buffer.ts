import { assert } from '@countersign/core';
import { BUFFER_ROWS, BUFFER_ROWS_MIN, ROW_GROUP_ROWS } from '../limits.ts';
import { type Alias, AliasTable, type NamedActor } from '../rows/alias-table.ts';
import type { EventRow } from '../rows/event-row.ts';
import {
  ChunkScratch,
  ListColumn,
  NumberColumn,
  type RowColumn,
  TextColumn,
} from './column-buffer.ts';
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
 * The rows of a buffer are sorted by {@link SORT_KEYS}, so that one person's rows are contiguous.
 * DuckDB decodes 2,048 rows of 47 columns at a time if it needs one of them.
 *
 * This is the hottest code of the store. DuckDB takes four times as long to read and write the rows
 * as JSON, and five times as data chunks (`npm run bench -- parquet-rows`). Belongs to one thread.
 */
export class RowBuffer {
  readonly #keys: readonly TextColumn[];
  readonly #columns: readonly RowColumn[];
  readonly #scratch = new ChunkScratch();
  /** Rows that the columns have room for. */
  #reserved = BUFFER_ROWS_MIN;
  #file = new ParquetFile(COLUMNS);
  #bufferRows = 0;
  #rows = 0;
  #fromIndex = Number.POSITIVE_INFINITY;
  #toIndex = 0;
  #minTimeMs = Number.POSITIVE_INFINITY;
  #maxTimeMs = Number.NEGATIVE_INFINITY;
  readonly #tenants = new Set<string>();
  #lastTenant: string | undefined;
  readonly #aliases = new AliasTable();

  constructor() {
    const scratch = this.#scratch;
    const keys = new Map(SORT_KEYS.map((name) => [name, new TextColumn(scratch, 'with range')]));
    this.#keys = [...keys.values()];
    this.#columns = COLUMNS.map((column) => keys.get(column.name) ?? columnOf(column, scratch));
  }

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
    const place = this.#bufferRows;
    if (place === this.#reserved) this.#reserve();
    for (let i = 0; i < READERS.length; i++) {
      const value = (READERS[i] as Column['read'])(row);
      if (value !== null) (this.#columns[i] as RowColumn).push(place, value);
    }
    this.#rows++;
    if (++this.#bufferRows === BUFFER_ROWS) this.#flush();
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

  #reserve(): void {
    this.#reserved = Math.min(this.#reserved * 4, BUFFER_ROWS);
    this.#scratch.reserve(this.#reserved);
    for (const column of this.#columns) column.reserve(this.#reserved);
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

  /** The parts of a Parquet file with the rows. Ends the buffer. */
  parquet(): readonly Buffer[] {
    this.#flush();
    return this.#file.end();
  }

  /** Removes the rows and keeps the memory. */
  clear(): void {
    this.#flush();
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

  /** Moves the buffer's rows into the file. */
  #flush(): void {
    const order = sortedRows(this.#bufferRows, this.#keys);
    for (let from = 0; from < order.length; from += ROW_GROUP_ROWS) {
      const group = order.subarray(from, from + ROW_GROUP_ROWS);
      this.#file.add(
        group.length,
        this.#columns.map((column) => column.chunk(group)),
      );
    }
    if (order.length > 0) for (const column of this.#columns) column.clear();
    this.#bufferRows = 0;
  }
}

/** Most significant first, like the order of compacted files. */
const SORT_KEYS: readonly string[] = ['tenant', 'actor'];

/** The rows of a buffer by its keys. Rows with equal keys stay in order of arrival. */
function sortedRows(rows: number, keys: readonly TextColumn[]): Uint32Array {
  let order: Uint32Array = Uint32Array.from({ length: rows }, (_, row) => row);
  for (const key of keys.toReversed()) {
    const { ranks, count } = key.ranks(rows);
    order = sortedByRank(order, ranks, count);
  }
  return order;
}

/** A counting sort: keeps the order of equal ranks. */
function sortedByRank(order: Uint32Array, ranks: Uint32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (const rank of ranks) starts[rank + 1] = (starts[rank + 1] as number) + 1;
  for (let rank = 0; rank < count; rank++) {
    starts[rank + 1] = (starts[rank + 1] as number) + (starts[rank] as number);
  }
  const sorted = new Uint32Array(order.length);
  for (const row of order) {
    const rank = ranks[row] as number;
    const place = starts[rank] as number;
    sorted[place] = row;
    starts[rank] = place + 1;
  }
  return sorted;
}

const READERS = COLUMNS.map((column) => column.read);

function columnOf({ type }: Column, scratch: ChunkScratch): RowColumn {
  if (type === 'VARCHAR') return new TextColumn(scratch, 'none');
  return type === 'BIGINT[]' ? new ListColumn() : new NumberColumn(scratch, type);
}
