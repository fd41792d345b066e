export type { Accountant } from './decision/accountant.ts';
export type * from './decision/decision.ts';
export {
  type DecideOptions,
  DecisionPoint,
  type DecisionPointOptions,
} from './decision/decision-point.ts';
export type { DecisionBody, PassBody, PassClosed, PassOpened } from './decision/entry.ts';
export type { Ages } from './decision/inputs.ts';
export {
  type PolicyTestResult,
  runPolicyTests,
} from './decision/policy-tests.ts';
export { parseRequest } from './decision/request.ts';
export {
  type DirectoryFile,
  loadDirectoryFile,
  parseDirectoryFile,
} from './directory/directory-file.ts';
export { DirectoryStore } from './directory/directory-store.ts';
export type { Directory, EntityFacts, Sourced } from './directory/facts.ts';
export { SuiteDirectory } from './directory/suite-directory.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export type * from './knowledge/bodies.ts';
export { KNOWLEDGE_KINDS, Knowledge } from './knowledge/knowledge.ts';
export { DOORS, type Door } from './policies/door.ts';
export { type PolicyFolder, readPolicyFolder } from './policies/folder.ts';
export type { Policy } from './policies/policy.ts';
export { PolicySet, type PolicySource, type PolicyText } from './policies/policy-set.ts';
export { type PolicyProblem, problemText } from './policies/problem.ts';
export { checkPolicies, type PolicyCheck } from './policies/supply.ts';
export { loadRegister, parseRegister, type Register } from './register/register.ts';
