/**
 * A table computed from event files, so that a question over weeks reads few small columns.
 *
 * A compaction stores it for each event file of a day. What no file holds yet is computed from the
 * events on the fly.
 */
export type SummaryTable = {
  /** Folder name, and part of the key in the state. Stable. */
  readonly name: string;
  /** SQL that computes the table from events, given as a FROM clause. It has a column `tenant`. */
  readonly sql: (events: string) => string;
  /** Undefined if each event has its own row. */
  readonly group?: {
    /** The columns that identify a row. One of them is the day. */
    readonly key: readonly string[];
    /** SQL that unites rows with the same key. It MUST NOT depend on how events are split. */
    readonly merge: (rows: string) => string;
  };
  /** Order within a file, so that values compress. */
  readonly order: string;
};

/** A listed file with the summary of one event file. */
export type SummaryFile = {
  /** The event file. */
  readonly of: string;
  readonly name: string;
  readonly path: string;
  readonly rows: number;
  /** Rows that state no tenant. */
  readonly unstated: number;
  readonly bytes: number;
  /** The state from which it was computed. Rows superseded later are still in it. */
  readonly generation: number;
  /** DuckDB version, because its hash function may change. */
  readonly engine: string;
};

const DAY_MS = 86_400_000;

/** SQL of the day of an event in milliseconds. */
export const DAY_SQL: string = `((epoch_ms("time") // ${DAY_MS}) * ${DAY_MS})`;
