import { isObject, type Json, NOTHING, object, text } from '../values/json-value.ts';
import { copyMembers, namesByLowerCase, withProperNames } from './member-names.ts';

/**
 * Converts every delivery shape of a Unified Audit Log record to the member names of the Management
 * Activity API. Most records already have them and are returned without a copy.
 */
export function ualOfDocument(value: unknown): Json {
  const whole = object(value);
  if (whole['Operation'] !== undefined && whole['RecordType'] !== undefined) return whole;
  // The last form comes from nesting a search engine's flattened columns.
  const inner = whole['AuditData'] ?? whole['auditData'] ?? object(whole['o365'])['audit'];
  if (inner !== undefined) return ualOfDocument(object(inner));
  return withMemberNames(whole);
}

/** Graph `auditLogQuery`: the document is in `auditData`; the rest is a fallback. */
export function ualOfGraphQuery(value: unknown): Json {
  const item = object(value);
  const document = object(item['auditData'] ?? item['AuditData']);
  if (isComplete(document)) return document;
  return { ...copyMembers(item, GRAPH_NAMES), ...withMemberNames(document) };
}

/** A row of Log Analytics' `OfficeActivity`, live or exported. */
export function ualOfOfficeActivity(value: unknown): Json {
  const row = object(value);
  const proper =
    row['Operation'] === undefined ? withProperNames(row, OFFICE_ACTIVITY_COLUMNS) : row;
  return copyMembers(proper, OFFICE_ACTIVITY_NAMES);
}

function isComplete(document: Json): boolean {
  return (
    document['Operation'] !== undefined &&
    document['RecordType'] !== undefined &&
    document['UserId'] !== undefined
  );
}

function withMemberNames(document: Json): Json {
  return document === NOTHING ? document : withProperNames(document, MEMBER_NAMES);
}

const GRAPH_NAMES: readonly (readonly [string, string])[] = [
  ['id', 'Id'],
  ['createdDateTime', 'CreationTime'],
  ['auditLogRecordType', 'RecordType'],
  ['operation', 'Operation'],
  ['organizationId', 'OrganizationId'],
  ['userType', 'UserType'],
  ['userPrincipalName', 'UserId'],
  ['userId', 'UserKey'],
  ['service', 'Workload'],
  ['objectId', 'ObjectId'],
  ['clientIp', 'ClientIP'],
];

const OFFICE_ACTIVITY_NAMES: readonly (readonly [string, string])[] = [
  ['OfficeId', 'Id'],
  ['SourceRecordId', 'Id'],
  ['TimeGenerated', 'CreationTime'],
  ['OfficeWorkload', 'Workload'],
  ['OfficeObjectId', 'ObjectId'],
  ['Logon_Type', 'LogonType'],
  ['Internal_LogonType', 'InternalLogonType'],
  ['Client_IPAddress', 'ClientIPAddress'],
  ['Site_', 'Site'],
  ['Site_Url', 'SiteUrl'],
  ['Source_Name', 'SourceName'],
  ['UserId_', 'UserId'],
  ['OrganizationId_', 'OrganizationId'],
  ['ResultReasonType', 'ResultStatus'],
  ['AzureActiveDirectory_EventType', 'AzureActiveDirectoryEventType'],
  ['ApplicationId_', 'ApplicationId'],
  ['UserAgent_', 'UserAgent'],
  ['ActorContextId_', 'ActorContextId'],
  ['Event_Data', 'EventData'],
  ['AddonName', 'AddOnName'],
  ['AddonGuid', 'AddOnGuid'],
  ['AADTarget', 'Target'],
];

const MEMBERS: readonly string[] = `
  Id RecordType CreationTime Operation OrganizationId UserType UserKey Workload ResultStatus
  ObjectId UserId ClientIP Scope AppAccessContext Version Parameters ModifiedProperties
  ExternalAccess OriginatingServer OrganizationName DeviceId TokenObjectId TokenTenantId AppId
  ClientAppId SessionId LogonType InternalLogonType MailboxGuid MailboxOwnerUPN MailboxOwnerSid
  LogonUserSid ClientInfoString ClientIPAddress OperationProperties OperationCount Folders Folder
  Item AffectedItems CrossMailboxOperation CrossMailboxOperations Site ItemType EventSource
  SourceName UserAgent ListId ApplicationId ApplicationDisplayName CorrelationId SiteUrl
  SourceFileName SourceRelativeUrl SourceFileExtension DestinationRelativeUrl DestinationFileName
  DestinationFileExtension UserSharedWith SharingType TargetUserOrGroupName TargetUserOrGroupType
  EventData UniqueSharingId FileSizeBytes AzureActiveDirectoryEventType ExtendedProperties Actor
  ActorContextId ActorIpAddress InterSystemsId IntraSystemId IntraSystemsId SupportTicketId Target
  TargetContextId DeviceProperties ErrorCode ErrorNumber LogonError AlertId AlertType Name
  Severity Status Category Source Data Comments TeamGuid TeamName ChannelGuid ChannelName Members
  MessageId UserObjectId AADGroupId AddOnGuid AddOnName AlertDisplayName AlertEntityId Application
  AttachmentSizeInBytes ChatName ChatThreadId DeepLinkUrl DestFolder EntityType
  EventDeepLink InternetMessageId InvestigationId ItemName ListItemUniqueId ListName ListTitle
  LoginStatus MessageURLs Messages NetworkMessageId NewValue OldValue P1Sender P2Sender PolicyId
  QueryText RecipientList Recipients RiskDetectionId RiskLevel SearchQueryText SendAsUserSmtp
  SendOnBehalfOfUserSmtp SensitivityLabelId Subject UniqueTokenId UniqueTokenIdentifier Verdict
`
  .trim()
  .split(/\s+/);
const MEMBER_NAMES: ReadonlyMap<string, string> = namesByLowerCase(MEMBERS);
const OFFICE_ACTIVITY_COLUMNS: ReadonlyMap<string, string> = namesByLowerCase([
  ...MEMBERS,
  ...OFFICE_ACTIVITY_NAMES.map(([theirs]) => theirs),
]);

/** Returns true for a value with the members of a Unified Audit Log document. */
export function isUalLike(value: unknown): boolean {
  return isObject(value) && text(value['Operation']) !== null && value['RecordType'] !== undefined;
}
