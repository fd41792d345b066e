import type { Answer, Reason } from '@countersign/core';
import type { ActionReconciliation } from '../../reconcile/actions/reconciled-action.ts';
import type { Principal } from '../../store/identity/principal.ts';
import type { Scope } from '../../store/reading/current-rows.ts';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { Coverage } from '../../store/rows/completeness.ts';
import type { ErasureRow, ErasureSubjectTest } from '../../store/rows/entry-rows.ts';
import type { EventCounts } from '../../store/rows/event-kind.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Period } from '../../store/rows/period.ts';

export type StatementOptions = Scope & {
  readonly tenant?: string | undefined;
  readonly purpose?: string | undefined;
  readonly case?: string | undefined;
  readonly isSubject?: ErasureSubjectTest | undefined;
  /** Whether an authorisation stands behind each action; else nobody can tell. */
  readonly reconcile?: ActionReconciliation | undefined;
  /** Tells from their bodies which items these actions read, by index. */
  readonly itemsOf?: ItemsOf | undefined;
};

export type ItemsOf = (
  rows: readonly EventRow[],
) => Promise<ReadonlyMap<number, readonly string[]>>;

export type StatementResult =
  | { readonly kind: 'statement'; readonly statement: Statement }
  | {
      readonly kind: 'unknown';
      readonly because: Reason;
      readonly candidates: readonly Principal[];
    };

/** The books of one principal for a period. Times are RFC 3339, UTC. */
export type Statement = {
  readonly principal: Principal;
  readonly period: Period;
  /** Why somebody looked at this person's books. */
  readonly purpose: string | null;
  readonly case: string | null;
  readonly sessions: readonly StatementSession[];
  readonly unaccounted: readonly StatementAction[];
  /** Counts of actions: `actions` = `accounted` + `unaccounted` + `unknown`. */
  readonly balance: Balance;
  /** Sign-ins are not actions: they open sessions, or fail to. */
  readonly signIns: SignInCounts;
  /** What happened to mail, and what products of the suite detected: nobody's actions. */
  readonly events: EventCounts;
  /** What was read, moved and sent, in sentences; each a lower bound. */
  readonly volumes: readonly string[];
  /** Whether this statement is all there is. */
  readonly coverage: Coverage;
  readonly erasures: readonly Erasure[];
  /** The log that the indices of this statement point into. */
  readonly ledger: LedgerHead;
};

export type Balance = {
  readonly actions: number;
  readonly accounted: number;
  readonly unaccounted: number;
  readonly unknown: number;
};

export type SignInCounts = {
  readonly succeeded: number;
  readonly failed: number;
  readonly unknown: number;
  /** Failed ones by the vendor's code. */
  readonly failedByCode: Readonly<Record<string, number>>;
};

/** What one session did; `session` is null for what carries no session id. */
export type StatementSession = {
  readonly session: string | null;
  readonly authorisation: Answer;
  /** First and last event. */
  readonly from: string;
  readonly to: string;
  readonly signIns: readonly StatementSignIn[];
  readonly actions: readonly StatementAction[];
};

export type Outcome = 'success' | 'failure' | 'other' | 'unknown';

/** When, from where, with which app: what sign-ins and actions have in common. */
export type StatementEvent = {
  readonly index: number;
  readonly entries: readonly number[];
  readonly time: string;
  readonly operation: string | null;
  readonly workload: string | null;
  readonly outcome: Outcome;
  readonly statusCode: string | null;
  readonly ip: string | null;
  readonly country: string | null;
  readonly app: string | null;
  readonly device: string | null;
  readonly userAgent: string | null;
};

export type StatementSignIn = StatementEvent & {
  readonly resource: string | null;
  readonly type: string | null;
  /** More than one factor; null when not stated. */
  readonly multiFactor: boolean | null;
};

export type StatementAction = StatementEvent & {
  readonly session: string | null;
  readonly classUid: number;
  readonly activityId: number;
  /** What was acted on. */
  readonly object: string | null;
  readonly target: string | null;
  readonly mailbox: string | null;
  readonly folder: string | null;
  readonly site: string | null;
  readonly volume: Volume;
  readonly authorisation: Answer;
};

/**
 * Lower bounds. `contents` is unknown for a synchronised folder: assume that all of it was taken.
 */
export type Volume = {
  readonly items: number;
  readonly bytes: number | null;
  readonly contents: 'stated' | 'unknown';
  readonly throttled: boolean;
};

export type Erasure = Pick<ErasureRow, 'index' | 'by' | 'reason' | 'entries'> & {
  readonly at: string;
  /** This person was asked for by name; else what went may have been somebody else's. */
  readonly ofThisPerson: boolean;
  /** Event times of what was erased; null when not stated. */
  readonly from: string | null;
  readonly to: string | null;
};
