import type { EventRow } from '../../store/rows/event-row.ts';
import type { ThingsOf } from '../reversals/objects.ts';
import type { RecordDetail } from './record-detail.ts';

/** What of the ledger a claim about a foothold rests on. */
export type Ground =
  | 'directory'
  | 'signIns'
  | 'exchange'
  | 'sharepoint'
  | 'teams'
  | 'compliance'
  | 'power-platform'
  | 'intune'
  | 'azure'
  | 'mailFlow';

/**
 * Which party of a change holds what the change gives: what was changed, who changed it, the
 * service principal that a grant names beside its resource, a mailbox, or the whole tenant.
 */
export type HolderRole = 'target' | 'actor' | 'grantee' | 'mailbox' | 'tenant';

/** What may be left when a change took something back: as long as that lasts, nobody can tell. */
export type Remainder = { readonly code: string; readonly text: string; readonly lastsMs: number };

/** A change that opens or closes a foothold, as the suite reports it. */
export type Trace = {
  /** Operations in the form of `activityKey`; one that ends in `*` stands for all that so begin. */
  readonly activities: readonly string[];
  readonly holder: HolderRole;
  /** Where the operation alone does not say it, what the record must state. */
  readonly when?: (detail: RecordDetail, row: EventRow) => boolean;
  /** What it gives, in words, from the record. */
  readonly what?: (detail: RecordDetail) => string | undefined;
  /** What it is about beside the holder: a reversal has to be about the same. */
  readonly things?: ThingsOf;
  /** It gives the holder something, and nobody else control over the holder. */
  readonly control?: 'none';
  /** Of what opens: done by anybody, it puts back what was taken away. */
  readonly reinstates?: true;
  /** Of what closes: what it leaves. */
  readonly leaves?: readonly Remainder[];
};

/** Read from more than changes: who signed in, what was read. */
export type FootholdEvidenceKind =
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
  /** Done by anybody, these put back what a deletion or a disabling took away. */
  readonly reopens?: readonly Trace[];
  readonly special?: FootholdEvidenceKind;
  /** The cheapest observation that would decide it. */
  readonly readBack: string;
  /** What the ledger could not say even if it held everything. */
  readonly blind?: string;
};

export function trace(
  activities: readonly string[],
  holder: HolderRole,
  more: Omit<Trace, 'activities' | 'holder'> = {},
): Trace {
  return { activities, holder, ...more };
}
