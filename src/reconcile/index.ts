export { type Authorisations, NO_AUTHORISATIONS, type Standing } from './authorisations.ts';
export {
  type ActionVerdict,
  type JoinShare,
  type ReconcilePeriod,
  Reconciler,
  type Reconciliation,
  type Residual,
} from './reconciler.ts';
export {
  CAUSE_TEXTS,
  type Cause,
  isUnexplained,
  type Method,
  type Verdict,
  verdictOf,
} from './verdict.ts';
