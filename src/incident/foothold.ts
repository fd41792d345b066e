import type { Detail } from './detail.ts';

/** What of the ledger a claim about a foothold rests on. */
export type Ground =
  | 'directory'
  | 'signIns'
  | 'exchange'
  | 'sharepoint'
  | 'teams'
  | 'compliance'
  | 'power'
  | 'intune'
  | 'azure'
  | 'mailFlow';

/**
 * Which party of a change holds what the change gives: what was changed, who changed it, the
 * service principal that a grant names beside its resource, or a mailbox.
 */
export type Holder = 'target' | 'actor' | 'grantee' | 'mailbox';

/** A change that opens or closes a foothold, as the suite reports it. */
export type Trace = {
  /** Operations in the form of `activityKey`; one that ends in `*` stands for all that so begin. */
  readonly activities: readonly string[];
  readonly holder: Holder;
  /** Where the operation alone does not say it, what the record must state. */
  readonly when?: (detail: Detail) => boolean;
  /** What it gives, in words, from the record. */
  readonly what?: (detail: Detail) => string | undefined;
};

/** Read from more than changes: who signed in, what was read. */
export type Special =
  | 'sessions'
  | 'tokens'
  | 'passwords'
  | 'legacy'
  | 'foreign'
  | 'partner'
  | 'exposed';

/** One way in which an intruder may still hold access (the list of 44). */
export type Foothold = {
  /** 1 to 44. */
  readonly number: number;
  /** For scripts; never changes. */
  readonly id: string;
  readonly name: string;
  readonly grounds: readonly Ground[];
  readonly opens: readonly Trace[];
  readonly closes: readonly Trace[];
  readonly special?: Special;
  /** The cheapest observation that would decide it. */
  readonly readBack: string;
  /** What the ledger could not say even if it held everything. */
  readonly blind?: string;
};

export function trace(
  activities: readonly string[],
  holder: Holder,
  more: Omit<Trace, 'activities' | 'holder'> = {},
): Trace {
  return { activities, holder, ...more };
}
