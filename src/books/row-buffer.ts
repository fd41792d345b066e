import { assert } from '../core/index.ts';
import { type Alias, AliasBook } from './alias-book.ts';
import { COLUMNS } from './columns.ts';
import { COLUMN_CHARS_MAX } from './limits.ts';
import type { EventRow } from './row.ts';

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
 * Rows as the bytes of a TSV that DuckDB reads back exactly: a null is an empty field, text that
 * is empty or holds a quote, tab, line break or NUL stands in quotes. Belongs to one thread.
 */
export class RowBuffer {
  #bytes: Buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  #rows = 0;
  #fromIndex = Number.POSITIVE_INFINITY;
  #toIndex = 0;
  #minTimeMs = Number.POSITIVE_INFINITY;
  #maxTimeMs = Number.NEGATIVE_INFINITY;
  readonly #tenants = new Set<string>();
  readonly #aliases = new AliasBook();

  /**
   * Adds one row. `sightings` are the interpretations of every sighting that the row was merged
   * from: names are learned from what was delivered, never from a merge, so that the order in
   * which sightings arrive cannot change what is learned.
   */
  add(row: EventRow, sightings: readonly EventRow['event'][] = [row.event]): void {
    assert(Number.isSafeInteger(row.event.timeMs), 'an event time is a whole number');
    assert(row.entries.includes(row.index), 'a row stands among its own sightings');
    let line = '';
    for (let i = 0; i < READERS.length; i++) {
      const value = (READERS[i] as (typeof READERS)[number])(row);
      if (i > 0) line += '\t';
      if (value === null) continue;
      if (typeof value === 'string') line += field(value);
      else if (typeof value === 'number') line += whole(value, LIMITS[i] as number);
      else if (typeof value === 'boolean') line += value ? '1' : '0';
      else line += `[${value.join(',')}]`;
    }
    this.#append(`${line}\n`);
    this.#rows++;
    this.#fromIndex = Math.min(this.#fromIndex, row.index);
    this.#toIndex = Math.max(this.#toIndex, row.index + 1);
    this.#minTimeMs = Math.min(this.#minTimeMs, row.event.timeMs);
    this.#maxTimeMs = Math.max(this.#maxTimeMs, row.event.timeMs);
    this.#tenants.add(row.tenant);
    if (!row.erased) for (const event of sightings) this.#aliases.learn(row.tenant, event);
  }

  get rows(): number {
    return this.#rows;
  }

  get byteLength(): number {
    return this.#length;
  }

  /** The TSV so far; valid until the next {@link add} or {@link clear}. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
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

  /** Empties the buffer and keeps its memory. */
  clear(): void {
    this.#length = 0;
    this.#rows = 0;
    this.#fromIndex = Number.POSITIVE_INFINITY;
    this.#toIndex = 0;
    this.#minTimeMs = Number.POSITIVE_INFINITY;
    this.#maxTimeMs = Number.NEGATIVE_INFINITY;
    this.#tenants.clear();
    this.#aliases.clear();
  }

  #append(line: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 code unit.
    const needed = this.#length + line.length * 3;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(line, this.#length);
  }
}

const READERS = COLUMNS.map((column) => column.read);
/** The largest number of each column; a cut one says "at least". */
const LIMITS = COLUMNS.map(({ type }) =>
  type === 'INTEGER' ? 2_147_483_647 : Number.MAX_SAFE_INTEGER,
);
const NEEDS_QUOTES = /["\t\r\n\0]/;

function field(text: string): string {
  const kept = text.length > COLUMN_CHARS_MAX ? `${text.slice(0, COLUMN_CHARS_MAX)}…` : text;
  if (kept === '' || NEEDS_QUOTES.test(kept)) return `"${kept.replaceAll('"', '""')}"`;
  return kept;
}

/** Hostile numbers (1e300, fractions) are cut to what the column and a reader can hold. */
function whole(value: number, limit: number): string {
  if (Number.isInteger(value) && value <= limit && value >= -limit) return `${value}`;
  if (Number.isNaN(value)) return '';
  return `${Math.max(-limit, Math.min(limit, Math.trunc(value)))}`;
}
