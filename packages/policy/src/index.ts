export { CedarPolicies, type CedarText, type CedarVerdict } from './cedar/cedar-policies.ts';
export type {
  Counterfactual,
  DecidedEntry,
  Decision,
  DecisionInput,
  DecisionRequest,
  OpenedPass,
  Party,
  PolicyOutcome,
  Properties,
} from './decision/decision.ts';
export {
  type DecisionBody,
  endingIn,
  openingIn,
  type PassBody,
  type PassConstraints,
  type PassEnding,
  type PassOpening,
  passDraft,
} from './decision/decision-entry.ts';
export {
  type DecideOptions,
  type DecisionLog,
  DecisionPoint,
  type PassObserver,
} from './decision/decision-point.ts';
export { evaluatePolicies } from './decision/evaluate-policies.ts';
export { parseRequest } from './decision/parse-request.ts';
export { type PolicyTestResult, runPolicyTests } from './decision/policy-tests.ts';
export { uuidV7 } from './decision/uuid-v7.ts';
export type {
  Directory,
  DirectoryChange,
  EntityAttributes,
  SourcedValue,
} from './directory/directory.ts';
export {
  type DirectoryFile,
  loadDirectoryFile,
  parseDirectoryFile,
} from './directory/directory-file.ts';
export { DirectoryStore } from './directory/directory-store.ts';
export { loadRegister, parseRegister, type Register } from './directory/workload-register.ts';
export { PolicyError } from './errors.ts';
export { exportConditionalAccess } from './information/export-conditional-access.ts';
export type {
  DirectoryFileBody,
  PolicyInForceBody,
  PolicyTextBody,
  RegisterBody,
} from './information/information-entries.ts';
export {
  POLICY_INFORMATION_KINDS,
  PolicyInformation,
} from './information/policy-information.ts';
export { SuiteDirectory } from './information/suite-directory.ts';
export {
  CHECK_AGE_MAX_MS,
  DIRECTORY_AGE_MAX_MS,
  JOIN_AFTER_MS,
  JOIN_BEFORE_MS,
  OPEN_PASSES_MAX,
  POLICY_EXAMPLES_MAX,
  POLICY_PEOPLE_MIN,
  POLICY_PEOPLE_SHARE,
  REPLAY_ENTRIES_MAX,
  REVOCATIONS_PER_WRITE,
  SAID_MS_MAX,
  SUITE_TOKEN_MS_MAX,
} from './limits.ts';
export { checkPolicies } from './policies/check-policies.ts';
export type { ConditionalAccessPolicy } from './policies/conditional-access.ts';
export {
  definitionOf,
  ENFORCEMENT_POINTS,
  schemaTypeOf,
} from './policies/enforcement-point.ts';
export { readPolicyFolder } from './policies/policy-folder.ts';
export { type PolicyProblem, problemText } from './policies/policy-problem.ts';
export { PolicySet, type PolicySource } from './policies/policy-set.ts';
export { RiskChanges } from './risk/risk-changes.ts';
export { RiskHistory, type RiskLookup } from './risk/risk-history.ts';
