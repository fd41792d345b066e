import type { Interval } from '@countersign/core';
import type { AliasKind } from '../rows/alias-table.ts';

/** A name that records used from one moment to another. */
export type PrincipalAlias = {
  readonly kind: AliasKind;
  readonly value: string;
  readonly firstMs: number;
  readonly lastMs: number;
};

/** Which rows are a principal's: all under `keys`, and those under a shared key by time. */
export type Selection = {
  readonly tenants: readonly string[];
  readonly keys: readonly string[];
  readonly shared: readonly SharedKey[];
};

/** A name that several held. What lies in neither set of intervals may be anybody's. */
export type SharedKey = {
  readonly key: string;
  readonly intervals: readonly Interval[];
  /** When it was another's alone. */
  readonly foreign: readonly Interval[];
};

export type WhoOptions = {
  readonly tenant?: string | undefined;
  /** A name counts as that of whoever held it in this period. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};
