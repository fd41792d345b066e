import type { StoreErrorCode } from '../errors.ts';
import type { Scope } from '../reading/current-rows.ts';
import type { QueryColumn, QueryValue } from './query-value.ts';

/** What the process that asks and the process that runs a query say to each other. */
export type QueryRequest = {
  readonly kind: 'run';
  readonly dir: string;
  readonly sql: string;
  readonly threads: number;
  /**
   * Where DuckDB may spill. Of this query alone, and empty: DuckDB lets a query read what lies in
   * its temporary folder, even when it is locked.
   */
  readonly tempDir: string;
  readonly timeoutMs: number;
  /** Only rows of this tenant. */
  readonly tenant: string | null;
  /** When it is asked, for what is late and what has expired. */
  readonly nowMs: number;
  readonly period: Scope;
  /** Write the rows there instead of sending them. */
  readonly parquet: string | null;
};

/** The asker is ready for more rows. */
export type QueryNext = { readonly kind: 'next' };

/** A table that a query names, and whether it holds no row for the asker. */
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
