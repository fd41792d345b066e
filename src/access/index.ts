export type { Candidates } from './authzen/candidates.ts';
export { Deciding } from './authzen/deciding.ts';
export { type AuthzenCaller, AuthzenDoor, type AuthzenOptions } from './authzen/door.ts';
export { BODY_BYTES_MAX as AUTHZEN_BODY_BYTES_MAX } from './authzen/limits.ts';
export type { Caller, ResourceScope } from './callers/caller.ts';
export { FairTurns } from './callers/fair-turns.ts';
export { type Proof, Roll } from './callers/roll.ts';
export { alarmDrafts } from './checks/alarm-drafts.ts';
export { type CheckWorld, checkSignIn, isVendors, judgeSignIn } from './checks/check.ts';
export { checkDrafts, monthsOf } from './checks/drafts.ts';
export { exactMatch, SIGN_IN_DOORS } from './checks/match.ts';
export { type Replay, ReplayTally, type Suspicion, type Turned } from './checks/replay.ts';
export { type ReportedSignIn, reportedSignIn } from './checks/sign-in.ts';
export type { Accountant } from './decision/accountant.ts';
export type * from './decision/decision.ts';
export {
  type DecideOptions,
  DecisionPoint,
  type DecisionPointOptions,
} from './decision/decision-point.ts';
export {
  type DecisionBody,
  endingIn,
  openingIn,
  type PassBody,
  type PassClosed,
  type PassOpened,
  passDraft,
} from './decision/entry.ts';
export type { Ages } from './decision/inputs.ts';
export { judge } from './decision/judge.ts';
export {
  type PolicyTestResult,
  runPolicyTests,
} from './decision/policy-tests.ts';
export { parseRequest } from './decision/request.ts';
export { uuidV7 } from './decision/uuid.ts';
export {
  type DirectoryFile,
  loadDirectoryFile,
  parseDirectoryFile,
} from './directory/directory-file.ts';
export { DirectoryStore } from './directory/directory-store.ts';
export type { Directory, DirectoryChange, EntityFacts, Sourced } from './directory/facts.ts';
export { SuiteDirectory } from './directory/suite-directory.ts';
export {
  checkStatement,
  type Drain,
  type DrainEffect,
  drainsOf,
  type SaidOfDrain,
  wantedOf,
} from './drain/drains.ts';
export {
  type DrainRequest,
  type DrainStatement,
  drainStatementOf,
} from './drain/statements.ts';
export { AssuranceLevels } from './endings/assurance.ts';
export {
  changesCredential,
  type DirectoryAct,
  directoryCredentialEvent,
  passkeyEvent,
  toldOfCredential,
} from './endings/credential-events.ts';
export { type Changed, PassKeeper } from './endings/keeper.ts';
export { endedEvent, toldOfPass } from './endings/said.ts';
export { WatchedPasses } from './endings/watched-passes.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export {
  ForwardAuthDoor,
  type ForwardAuthOptions,
  type ProxyCaller,
  type Site,
} from './forward-auth/door.ts';
export { Identities, type IdentityOptions } from './forward-auth/identity.ts';
export { PROXIES, type ProxyKind } from './forward-auth/original.ts';
export type * from './knowledge/bodies.ts';
export { exportConditionalAccess } from './knowledge/entra-world.ts';
export { KNOWLEDGE_KINDS, Knowledge } from './knowledge/knowledge.ts';
export {
  DIRECTORY_AGE_MAX_MS,
  JOIN_BEFORE_MS,
  REPLAY_ENTRIES_MAX,
} from './limits.ts';
export { ATTESTATION_FORMATS, type AttestationFormat } from './oidc/attestation.ts';
export { AuthorityKeys, type ReadDocument } from './oidc/authority.ts';
export type { EamRequest } from './oidc/browser.ts';
export { Ceremony } from './oidc/ceremony.ts';
export { EamDoor } from './oidc/door.ts';
export { approve, type Invited, invite, personName } from './oidc/enrolment.ts';
export { Hints } from './oidc/hint.ts';
export {
  type InvitationApproval,
  type InvitationRequest,
  invitationStatementOf,
} from './oidc/invitation-statements.ts';
export { type OpenPasses, TokenIssuance } from './oidc/issuance.ts';
export { KeyRing } from './oidc/key-ring.ts';
export { FORM_BYTES_MAX as EAM_BODY_BYTES_MAX } from './oidc/limits.ts';
export { EAM_PATHS } from './oidc/metadata.ts';
export { type KnownInvitation, type KnownPasskey, PasskeyBook } from './oidc/passkey-book.ts';
export { type Passkey, type PasskeyRecord, passkeyRecordOf } from './oidc/passkey-record.ts';
export type { PasskeyStore } from './oidc/passkey-store.ts';
export { KEPT_MS, type Used, type UsedStore } from './oidc/taken.ts';
export { type InSuite, lapses, type Pass, passesOf } from './passes/passes.ts';
export {
  type People,
  personKey,
  type Signed,
  type Statement,
  signed,
  statementDigest,
} from './people/signed.ts';
export { DOORS, type Door, type StatedDoor, statedDoor } from './policies/door.ts';
export type { ConditionalAccessPolicy } from './policies/entra.ts';
export { type PolicyFolder, readPolicyFolder } from './policies/folder.ts';
export type { Policy } from './policies/policy.ts';
export { PolicySet, type PolicySource, type PolicyText } from './policies/policy-set.ts';
export { type PolicyProblem, problemText } from './policies/problem.ts';
export { checkPolicies, type PolicyCheck } from './policies/supply.ts';
export { loadRegister, parseRegister, type Register } from './register/register.ts';
export { RiskChanges } from './risk/risk-changes.ts';
export type { Opinions } from './risk/risks.ts';
export { SsfDoor } from './ssf/door.ts';
export type { SecurityEvent } from './ssf/event.ts';
export { EVENT_KEPT_MS, POLL_BODY_BYTES_MAX as SSF_BODY_BYTES_MAX } from './ssf/limits.ts';
export type { Receiver } from './ssf/receiver.ts';
export { type SsfRecord, ssfRecordOf } from './ssf/record.ts';
export { SigningKeys } from './ssf/set.ts';
export { Transmitter, type TransmitterOptions } from './ssf/transmitter.ts';
export type { Keep, Post, PostRequest, SecretStore, SsfWorld } from './ssf/world.ts';
export { type DoorReply, type DoorRequest, jsonReply } from './wire/exchange.ts';
export { DoorError, type DoorErrorCode } from './wire/problem.ts';
