export type { ReconcilePeriod } from './action-query.ts';
export {
  type Authorisations,
  NO_AUTHORISATIONS,
  type OpenedPass,
  type PassBounds,
  type SignInStanding,
  type Standing,
} from './authorisations.ts';
export { ACTION_RULES } from './findings.ts';
export { LIST_MAX } from './limits.ts';
export { UNREAD } from './power.ts';
export {
  type FindingsOfDay,
  Reconciler,
  type Reconciliation,
  type VerdictList,
} from './reconciler.ts';
export { powerText } from './state-findings.ts';
export type { StateMatch } from './state-matcher.ts';
export { StateReconciler, type StateReconciliation, type StateSide } from './state-reconciler.ts';
export { STATE_TEXTS, type StateCause, stateVerdictOf } from './state-verdict.ts';
export type { ActionVerdict, JoinShare, Residual } from './totals.ts';
export {
  CAUSE_CURES,
  CAUSE_TEXTS,
  type Cause,
  isUnexplained,
  type Method,
  type Verdict,
  verdictOf,
} from './verdict.ts';
