export type { ReconcilePeriod } from './action-query.ts';
export {
  type Authorisations,
  NO_AUTHORISATIONS,
  type PassBounds,
  type SignInStanding,
  type Standing,
} from './authorisations.ts';
export { Reconciler, type Reconciliation, type VerdictList } from './reconciler.ts';
export type { ActionVerdict, JoinShare, Residual } from './totals.ts';
export {
  CAUSE_TEXTS,
  type Cause,
  isUnexplained,
  type Method,
  type Verdict,
  verdictOf,
} from './verdict.ts';
