/**
 * Members of JSON documents that hold people: OCSF 1.8.0 objects, records of the suite as in
 * `unmapped`, and our own outputs.
 */

/** Members with one person: an object, or its name or id as text. */
export const PERSON_MEMBERS: ReadonlySet<string> = new Set([
  // OCSF: user and the objects that extend it.
  ...['user', 'users', 'target_user', 'owner', 'manager', 'creator', 'modifier', 'assignee'],
  ...['accessor', 'created_user', 'modified_user', 'assignee_user'],
  // Our own outputs.
  ...['principal', 'principals', 'person', 'people', 'who', 'aliases', 'mailboxOwner'],
  // Microsoft 365.
  ...['userPrincipalName', 'UserPrincipalName', 'UserId', 'userId', 'UserKey', 'userKey'],
  ...['MailboxOwnerUPN', 'MailboxOwnerSid', 'LogonUserSid', 'LogonUserDisplayName'],
  ...['TargetUserOrGroupName', 'userDisplayName', 'UserDisplayName', 'AccountDisplayName'],
  ...['AccountUpn', 'AccountObjectId', 'accountUpn', 'samAccountName', 'onPremisesSamAccountName'],
  ...['SendAsUserSmtp', 'SendOnBehalfOfUserSmtp', 'SenderDisplayName', 'RecipientObjectId'],
  // Names of people in a single member.
  ...['full_name', 'given_name', 'givenName', 'surname', 'middle_name', 'email_addr'],
  ...['mailNickname', 'ldap_cn', 'ldap_dn', 'forward_addr', 'credential_uid', 'employee_uid'],
]);

/** In an object about a person, the members that name them. */
export const NAME_MEMBERS: ReadonlySet<string> = new Set([
  ...['name', 'display_name', 'displayName', 'full_name', 'given_name', 'givenName', 'surname'],
  ...['uid', 'uid_alt', 'id', 'Id', 'ID', 'userId', 'objectId', 'credential_uid', 'employee_uid'],
  ...['email_addr', 'mail', 'value', 'userPrincipalName', 'mailNickname', 'ldap_cn', 'ldap_dn'],
  ...['forward_addr', 'phone_number', 'upn', 'sid', 'puid'],
]);

/** OCSF user `type_id` of accounts that are no people: System and Service. */
const MACHINE_TYPES: ReadonlySet<unknown> = new Set([3, 4, '3', '4', 'System', 'Service']);

/** Values of `kind` and `type` of objects that are no people. */
const OTHER_TYPES: ReadonlySet<unknown> = new Set([
  ...['Application', 'ServicePrincipal', 'servicePrincipal', 'application', 'app', 'Device'],
  ...['Group', 'group', 'Policy', 'Role', 'service', 'workload'],
]);

/** The kind of principal in our own outputs, such as `user:` or `app:` before a name. */
const PREFIX = /^([a-z-]+):(?=\S)/;

const NO_PEOPLE: ReadonlySet<string> = new Set(['app', 'service', 'workload', 'device', 'group']);

export function isAboutPerson(object: Readonly<Record<string, unknown>>): boolean {
  const { type_id: typeId, type, kind, '@odata.type': odata } = object;
  if (MACHINE_TYPES.has(typeId) || OTHER_TYPES.has(type) || OTHER_TYPES.has(kind)) return false;
  return typeof odata !== 'string' || /\buser$/i.test(odata);
}

/** Objects that show by themselves that they are about a person, in any place. */
export function statesPerson(object: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof object['userPrincipalName'] === 'string' ||
    typeof object['email_addr'] === 'string' ||
    object['type'] === 'User'
  );
}

/** A name without its prefix; undefined if the prefix says that it is no person. */
export function personIn(text: string): { prefix: string; name: string } | undefined {
  const [prefix = '', kind = ''] = PREFIX.exec(text) ?? [];
  return NO_PEOPLE.has(kind) ? undefined : { prefix, name: text.slice(prefix.length) };
}
