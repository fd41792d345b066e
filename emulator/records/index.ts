export type { Account, AppAccount, Token } from './account.ts';
export { type Alert, alertRecords, type RiskDetection, riskRecords } from './alert.ts';
export {
  type DirectoryActor,
  type DirectoryChange,
  type DirectoryTarget,
  directoryRecords,
  type PropertyChange,
} from './directory.ts';
export { dlpRecords } from './dlp.ts';
export { type Delivery, deliveryRecords } from './email.ts';
export {
  type Cmdlet,
  cmdletRecords,
  complianceCmdletRecords,
  ruleObjectId,
} from './exchange-admin.ts';
export { graphTime } from './feed.ts';
export { APP_NAMES, FIRST_PARTY, RESOURCE_OF_JOB, servicePrincipalIdOf } from './first-party.ts';
export { type GraphCall, graphCallRecords } from './graph-activity.ts';
export {
  bindRecords,
  groupRecords,
  itemRecords,
  type MailboxAct,
  type MailClient,
  type Message,
  type Reader,
  syncRecords,
} from './mailbox.ts';
export { ServiceRules } from './service-rules.ts';
export { type FileAct, type FileItem, fileRecords, sharingRecords } from './sharepoint.ts';
export {
  type Client,
  type EventType,
  type Risk,
  type SignIn,
  type Step,
  signInRecords,
} from './sign-in.ts';
export { failureReason, isExternal, logonError } from './sign-in-errors.ts';
export { type TeamsAct, teamsRecords } from './teams.ts';
