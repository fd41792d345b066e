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
import type { UsualActivity } from './usual-activity.ts';

export type StatementOptions = Scope & {
  readonly tenant?: string | undefined;
  readonly purpose?: string | undefined;
  readonly case?: string | undefined;
  readonly isSubject?: ErasureSubjectTest | undefined;
  /** Decides whether each action has an authorization. Undefined: all are unknown. */
  readonly reconcile?: ActionReconciliation | undefined;
  /** Reads from their bodies which items these actions read, by entry index. */
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

/** The account of one principal for a period. Times are RFC 3339, UTC. */
export type Statement = {
  readonly principal: Principal;
  readonly period: Period;
  /** Why the statement was requested. */
  readonly purpose: string | null;
  readonly case: string | null;
  readonly sessions: readonly StatementSession[];
  readonly unaccounted: readonly StatementAction[];
  /** Counts of actions: `actions` = `accounted` + `unaccounted` + `unknown`. */
  readonly balance: Balance;
  /** Sign-ins are not actions: they open sessions, or fail to. */
  readonly signIns: SignInCounts;
  /** Delivered mail and detections of the suite, which have no actor. */
  readonly events: EventCounts;
  /** Sentences about what was read, moved and sent. Each number is a lower bound. */
  readonly volumes: readonly string[];
  /** The period compared with the month before; undefined if it was not compared. */
  readonly usual?: UsualActivity | undefined;
  /** Whether this statement is complete. */
  readonly coverage: Coverage;
  readonly erasures: readonly Erasure[];
  /** The log that the statement's indices refer to. */
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
  /** Failed sign-ins by the vendor's code. */
  readonly failedByCode: Readonly<Record<string, number>>;
};

/** The actions of one session; `session` is null for actions without a session id. */
export type StatementSession = {
  readonly session: string | null;
  readonly authorization: Answer;
  /** Time of the first and last event. */
  readonly from: string;
  readonly to: string;
  readonly signIns: readonly StatementSignIn[];
  readonly actions: readonly StatementAction[];
};

export type Outcome = 'success' | 'failure' | 'other' | 'unknown';

/** Time, address and app: the common members of sign-ins and actions. */
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
  /** Whether more than one factor was used; null if not stated. */
  readonly multiFactor: boolean | null;
};

export type StatementAction = StatementEvent & {
  readonly session: string | null;
  readonly classUid: number;
  readonly activityId: number;
  /** The object of the action. */
  readonly object: string | null;
  readonly target: string | null;
  readonly mailbox: string | null;
  readonly folder: string | null;
  readonly site: string | null;
  readonly volume: Volume;
  readonly authorization: Answer;
};

/** Lower bounds. `contents` is unknown for a synchronized folder: assume that all was taken. */
export type Volume = {
  readonly items: number;
  readonly bytes: number | null;
  readonly contents: 'stated' | 'unknown';
  readonly throttled: boolean;
};

export type Erasure = Pick<ErasureRow, 'index' | 'by' | 'reason' | 'entries'> & {
  readonly at: string;
  /** The erasure named this person. Otherwise the erased data may be another person's. */
  readonly ofThisPerson: boolean;
  /** Event times of the erased data; null if not stated. */
  readonly from: string | null;
  readonly to: string | null;
};
