import type { StoreErrorCode } from '../errors.ts';
import type { Scope } from '../reading/current-rows.ts';
import type { QueryColumn, QueryValue } from './query-value.ts';

/** Messages between the calling process and the process that runs a query. */
export type QueryRequest = {
  readonly kind: 'run';
  readonly dir: string;
  readonly sql: string;
  readonly threads: number;
  /**
   * DuckDB's spill folder. It must be empty and used by this query only, because DuckDB lets even a
   * locked query read its temporary folder.
   */
  readonly tempDir: string;
  readonly timeoutMs: number;
  /** Only rows of this tenant. */
  readonly tenant: string | null;
  /** The query's time, which decides what is late or expired. */
  readonly nowMs: number;
  readonly period: Scope;
  /** Write the rows to this file instead of sending them. */
  readonly parquet: string | null;
};

/** The caller is ready for more rows. */
export type QueryNext = { readonly kind: 'next' };

/** A table that a query names, and whether it is empty for the caller. */
export type NamedTable = { readonly name: string; readonly isEmpty: boolean };

export type QueryReply =
  | {
      readonly kind: 'columns';
      readonly columns: readonly QueryColumn[];
      readonly tables: readonly NamedTable[];
    }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly QueryValue[])[] }
  | { readonly kind: 'done'; readonly rows: number; readonly tables: readonly NamedTable[] }
  | { readonly kind: 'error'; readonly code: StoreErrorCode | null; readonly message: string };
