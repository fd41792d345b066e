import type { Interval } from '@countersign/core';
import type { AliasKind } from '../rows/alias-table.ts';

/** A name with the period in which records used it. */
export type PrincipalAlias = {
  readonly kind: AliasKind;
  readonly value: string;
  readonly firstMs: number;
  readonly lastMs: number;
};

/** Selects a principal's rows: all under `keys`, and those under shared keys by time. */
export type Selection = {
  readonly tenants: readonly string[];
  readonly keys: readonly string[];
  readonly shared: readonly SharedKey[];
};

/** A name that several principals held. Outside both sets of intervals the holder is unknown. */
export type SharedKey = {
  readonly key: string;
  readonly intervals: readonly Interval[];
  /** When another principal alone held it. */
  readonly foreign: readonly Interval[];
};

export type WhoOptions = {
  readonly tenant?: string | undefined;
  /** A name means its holder in this period. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};
