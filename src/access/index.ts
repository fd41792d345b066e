export type { Accountant } from './decision/accountant.ts';
export type * from './decision/decision.ts';
export {
  type DecideOptions,
  DecisionPoint,
  type DecisionPointOptions,
} from './decision/decision-point.ts';
export type { DecisionBody, PassBody, PassClosed, PassOpened } from './decision/entry.ts';
export type { Ages } from './decision/inputs.ts';
export type { Directory, EntityFacts, Sourced } from './directory/facts.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export { DOORS, type Door } from './policies/door.ts';
export type { Policy } from './policies/policy.ts';
export { PolicySet, type PolicySource, type PolicyText } from './policies/policy-set.ts';
export { type PolicyProblem, problemText } from './policies/problem.ts';
