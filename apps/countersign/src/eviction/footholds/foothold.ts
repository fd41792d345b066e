import type { EventRow } from '../../store/rows/event-row.ts';
import type { ObjectNamesOf } from '../reversals/objects.ts';
import type { RecordDetail } from './record-detail.ts';

/** The data that a statement about a foothold needs. */
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
 * Which party of a change holds what it gives: the target, the actor, the service principal that a
 * grant names beside its resource, a mailbox, or the whole tenant.
 */
export type HolderRole = 'target' | 'actor' | 'grantee' | 'mailbox' | 'tenant';

/** What may remain after a reversal. While it lasts, the result is unknown. */
export type Remainder = { readonly code: string; readonly text: string; readonly lastsMs: number };

/** A change that opens or closes a foothold, as the suite reports it. */
export type Trace = {
  /** Operations in the form of `activityKey`. A final `*` matches any suffix. */
  readonly activities: readonly string[];
  readonly holder: HolderRole;
  /** What the record must state if the operation alone is not specific. */
  readonly when?: (detail: RecordDetail, row: EventRow) => boolean;
  /** What it gives, in words, from the record. */
  readonly what?: (detail: RecordDetail) => string | undefined;
  /** The objects of the change besides the holder. A reversal must concern the same ones. */
  readonly things?: ObjectNamesOf;
  /** It gives the holder something, but gives no other party control of the holder. */
  readonly control?: 'none';
  /** For an opening change: it restores something. Any actor counts. */
  readonly reinstates?: true;
  /** For a closing change: what it leaves. */
  readonly leaves?: readonly Remainder[];
};

/** Evidence other than changes: who signed in, what was read. */
export type FootholdEvidenceKind =
  | 'sessions'
  | 'tokens'
  | 'passwords'
  | 'legacy'
  | 'foreign'
  | 'partner'
  | 'exposed';

/** One way in which an intruder may keep access (the list of 44). */
export type Foothold = {
  /** 1 to 44. */
  readonly number: number;
  /** For scripts. Never changes. */
  readonly id: string;
  readonly name: string;
  readonly grounds: readonly Ground[];
  readonly opens: readonly Trace[];
  readonly closes: readonly Trace[];
  /** Changes by any party that undo a deletion or a disabling. */
  readonly reopens?: readonly Trace[];
  readonly special?: FootholdEvidenceKind;
  /** The cheapest observation that would decide it. */
  readonly readBack: string;
  /** What even a complete ledger cannot show. */
  readonly blind?: string;
};

export function trace(
  activities: readonly string[],
  holder: HolderRole,
  more: Omit<Trace, 'activities' | 'holder'> = {},
): Trace {
  return { activities, holder, ...more };
}
