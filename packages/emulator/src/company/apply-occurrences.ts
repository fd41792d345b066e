import type { Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Directory } from '../directory/directory.ts';
import type { Change } from '../directory/model/directory-change.ts';
import type { DirectoryObject } from '../directory/model/directory-seed.ts';
import {
  credentialsIn,
  grantsIn,
  type LineCredential,
  type LineTarget,
  newValue,
  oldValue,
  parameter,
  targetsOf,
} from './audit-record-reader.ts';
import { REMOVALS, removedRule } from './follow-removals.ts';

/**
 * Applies the changes of people and scenarios to the directory, so that Graph shows them.
 *
 * An occurrence may state its changes. Otherwise they are derived from its audit records, and
 * records with too little detail are skipped.
 */
export function follow(directory: Directory, { atMs, records, changes: stated }: Occurrence): void {
  if (stated !== undefined) {
    directory.follow(stated, atMs);
    return;
  }
  for (const { feed, body } of records) {
    const changes =
      feed === 'activity/Audit.AzureActiveDirectory' && body['RecordType'] === 8
        ? entraChanges(directory, body, atMs)
        : feed === 'activity/Audit.Exchange' && body['RecordType'] === 1
          ? exchangeChanges(directory, body)
          : [];
    if (changes.length > 0) directory.follow(changes, atMs);
  }
}

type Line = {
  readonly directory: Directory;
  readonly body: JsonObject;
  readonly targets: readonly LineTarget[];
  readonly at: string;
};

function entraChanges(directory: Directory, body: JsonObject, atMs: number): readonly Change[] {
  const operation = text(body['Operation']).trim().replace(/\.$/, '');
  const read = READERS.get(operation) ?? REMOVALS.get(operation);
  if (read === undefined || body['ResultStatus'] !== 'Success') return [];
  const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  return read({ directory, body, targets: targetsOf(body), at });
}

const READERS: ReadonlyMap<string, (line: Line) => readonly Change[]> = new Map([
  ['Add user', addUser],
  ['Update user', updateUser],
  ['Delete user', (line) => ofUser(line, (id) => ({ act: 'delete', kind: 'users', id }))],
  ['Disable account', (line) => ofUser(line, (id) => enabled(id, false))],
  ['Enable account', (line) => ofUser(line, (id) => enabled(id, true))],
  ['Reset user password', (line) => ofUser(line, (id) => password(id, 'reset'))],
  ['Change user password', (line) => ofUser(line, (id) => password(id, 'changed'))],
  [
    'Update StsRefreshTokenValidFrom Timestamp',
    (line) => ofUser(line, (id) => ({ act: 'revoke-sessions', id })),
  ],
  ['User registered security info', registerMethod],
  ['Add device', addDevice],
  ['Add application', addApplication],
  ['Add service principal', addPrincipal],
  ['Update application \u2013 Certificates and secrets management', changeCredentials],
  ['Consent to application', consented],
  ['Add app role assignment to service principal', addAppRole],
  ['Add member to role', addToRole],
  ['Add member to group', (line) => ofGroup(line, 'link', newValue)],
  ['Remove member from group', (line) => ofGroup(line, 'unlink', oldValue)],
  ['Update device', updateDevice],
  ['Set Company Information', setCompany],
]);

function ofUser(line: Line, change: (id: string) => Change): readonly Change[] {
  const id = line.targets.find(({ type }) => type === 'User')?.id;
  return id === undefined ? [] : [change(id)];
}

/** The member comes first; the group is among the modified properties. */
function ofGroup(
  { body, targets }: Line,
  act: 'link' | 'unlink',
  groupIn: typeof newValue,
): readonly Change[] {
  const group = groupIn(body, 'Group.ObjectID');
  const member = targets.find(({ id }) => id !== group);
  if (group === undefined || member === undefined) return [];
  return [{ act, kind: 'groups', id: group, relation: 'members', otherId: member.id }];
}

function updateDevice({ directory, body, targets }: Line): readonly Change[] {
  const id = targets.find(({ type }) => type === 'Device')?.id ?? '';
  const version = newValue(body, 'DeviceOSVersion');
  if (version === undefined || directory.state.get('devices', id) === undefined) return [];
  const set = { operatingSystemVersion: version };
  return [{ act: 'update', kind: 'devices', id, set }];
}

function setCompany({ directory, body }: Line): readonly Change[] {
  const mails = newValue(body, 'TechnicalNotificationMails');
  if (mails === undefined) return [];
  const set = { technicalNotificationMails: JSON.parse(mails) as unknown };
  return [{ act: 'update', kind: 'organizations', id: directory.state.seed.tenantId, set }];
}

function enabled(id: string, accountEnabled: boolean): Change {
  return { act: 'update', kind: 'users', id, set: { accountEnabled } };
}

function password(id: string, how: 'reset' | 'changed'): Change {
  return { act: 'set-password', id, how, mustChange: 'no' };
}

function addUser({ targets, at }: Line): readonly Change[] {
  const [user] = targets;
  if (user?.upn === undefined) return [];
  const object: DirectoryObject = {
    id: user.id,
    displayName: user.upn.split('@')[0],
    userPrincipalName: user.upn,
    mailNickname: user.upn.split('@')[0],
    accountEnabled: true,
    userType: 'Member',
    createdDateTime: at,
    lastPasswordChangeDateTime: at,
    signInSessionsValidFromDateTime: at,
  };
  return [{ act: 'create', kind: 'users', object }];
}

/** Properties that administrators change daily. */
const USER_PROPERTIES: { readonly [name: string]: string } = {
  Department: 'department',
  MobilePhone: 'mobilePhone',
  JobTitle: 'jobTitle',
};

function updateUser(line: Line): readonly Change[] {
  const set: Record<string, string> = {};
  for (const [name, member] of Object.entries(USER_PROPERTIES)) {
    const value = newValue(line.body, name);
    if (value !== undefined) set[member] = value;
  }
  if (Object.keys(set).length === 0) return [];
  return ofUser(line, (id) => ({ act: 'update', kind: 'users', id, set }));
}

function registerMethod({ targets, body, at }: Line): readonly Change[] {
  const [user] = targets;
  if (user?.type !== 'User') return [];
  const object: DirectoryObject = {
    '@odata.type': '#microsoft.graph.microsoftAuthenticatorAuthenticationMethod',
    id: text(body['Id']),
    displayName: 'Phone',
    createdDateTime: at,
  };
  return [{ act: 'put-owned', kind: 'authenticationMethods', ownerId: user.id, object }];
}

function addDevice({ targets, at }: Line): readonly Change[] {
  const device = targets.find(({ type }) => type === 'Device');
  const owner = targets.find(({ type }) => type === 'User');
  if (device === undefined) return [];
  const object: DirectoryObject = {
    id: device.id,
    deviceId: device.id,
    displayName: device.name ?? '',
    trustType: 'AzureAd',
    accountEnabled: true,
    isManaged: false,
    isCompliant: false,
    registrationDateTime: at,
  };
  const made: Change = { act: 'create', kind: 'devices', object };
  if (owner === undefined) return [made];
  const link = { act: 'link', kind: 'devices', id: device.id, otherId: owner.id } as const;
  return [made, { ...link, relation: 'registeredOwners' }];
}

function addApplication({ targets, at }: Line): readonly Change[] {
  const [application] = targets;
  if (application?.appId === undefined) return [];
  const object: DirectoryObject = {
    id: application.id,
    appId: application.appId,
    displayName: application.name ?? '',
    createdDateTime: at,
    passwordCredentials: [],
    keyCredentials: [],
  };
  return [{ act: 'create', kind: 'applications', object }];
}

function addPrincipal({ targets, at }: Line): readonly Change[] {
  const [principal] = targets;
  return principal === undefined ? [] : principalIfNew(principal, at);
}

/** An existing principal is refused, which `Directory.follow` tolerates. */
function principalIfNew({ id, appId, name }: LineTarget, at: string): readonly Change[] {
  if (appId === undefined) return [];
  const object: DirectoryObject = {
    id,
    appId,
    displayName: name ?? '',
    accountEnabled: true,
    servicePrincipalType: 'Application',
    createdDateTime: at,
    appRoles: [],
    passwordCredentials: [],
    keyCredentials: [],
  };
  return [{ act: 'create', kind: 'servicePrincipals', object }];
}

const YEAR_MS = 365 * 86_400_000;

function changeCredentials({ directory, body, targets, at }: Line): readonly Change[] {
  const [target] = targets;
  const application = directory.state.get('applications', target?.id ?? '');
  const description = newValue(body, 'KeyDescription');
  if (application === undefined || description === undefined) return [];
  const listed = credentialsIn(description);
  const endDateTime = new Date(Date.parse(at) + YEAR_MS).toISOString();
  const held = (member: string, kind: LineCredential['kind']): readonly JsonObject[] => {
    const before = (application[member] ?? []) as readonly JsonObject[];
    return listed
      .filter((one) => one.kind === kind)
      .map(({ keyId, displayName }) => {
        const known = before.find((one) => one['keyId'] === keyId);
        return known ?? { keyId, displayName, startDateTime: at, endDateTime };
      });
  };
  const set = {
    passwordCredentials: held('passwordCredentials', 'password'),
    keyCredentials: held('keyCredentials', 'key'),
  };
  return [{ act: 'update', kind: 'applications', id: application.id, set }];
}

function consented({ body, targets, at }: Line): readonly Change[] {
  const permissions = newValue(body, 'ConsentAction.Permissions') ?? '';
  const clients = targets.filter(({ type }) => type === 'ServicePrincipal');
  return [
    ...clients.flatMap((client) => principalIfNew(client, at)),
    ...grantsIn(permissions).map(
      (object): Change => ({ act: 'create', kind: 'oauth2PermissionGrants', object }),
    ),
  ];
}

function addAppRole({ directory, body, targets, at }: Line): readonly Change[] {
  const [target] = targets;
  const resource = directory.state.get('servicePrincipals', target?.id ?? '');
  const principalId = newValue(body, 'ServicePrincipal.ObjectID');
  const value = newValue(body, 'AppRole.Value');
  if (resource === undefined || principalId === undefined || value === undefined) return [];
  const offered = (resource['appRoles'] ?? []) as readonly JsonObject[];
  const known = offered.find((role) => role['value'] === value);
  const appRoleId = known?.['id'] ?? newValue(body, 'AppRole.Id');
  const appRoles = [...offered, { id: appRoleId, value, displayName: value, isEnabled: true }];
  const client = targets.find(({ id }) => id === principalId);
  const object: DirectoryObject = {
    id: text(body['Id']),
    appRoleId,
    createdDateTime: at,
    principalId,
    principalType: 'ServicePrincipal',
    principalDisplayName: newValue(body, 'ServicePrincipal.DisplayName') ?? '',
    resourceId: resource.id,
    resourceDisplayName: resource['displayName'],
  };
  const offer: Change = {
    act: 'update',
    kind: 'servicePrincipals',
    id: resource.id,
    set: { appRoles },
  };
  return [
    ...(client === undefined ? [] : principalIfNew(client, at)),
    ...(known === undefined ? [offer] : []),
    { act: 'create', kind: 'appRoleAssignments', object },
  ];
}

function addToRole({ body, targets }: Line): readonly Change[] {
  const template = newValue(body, 'Role.TemplateId');
  const member = targets.find(({ type }) => type !== 'Role');
  if (template === undefined || member === undefined) return [];
  const object: DirectoryObject = {
    id: text(body['Id']),
    roleDefinitionId: template.replaceAll('"', ''),
    principalId: member.id,
    directoryScopeId: '/',
  };
  return [{ act: 'create', kind: 'roleAssignments', object }];
}

/** Inbox rules. Graph shows no other result of cmdlets. */
function exchangeChanges(directory: Directory, body: JsonObject): readonly Change[] {
  if (body['Operation'] === 'Remove-InboxRule') return removedRule(directory, body);
  const ownerId = text(body['TokenObjectId']);
  if (body['Operation'] !== 'New-InboxRule' || ownerId === '') return [];
  const words = (name: string): readonly string[] | undefined =>
    parameter(body, name)?.split(';').filter(Boolean);
  const isTrue = (name: string): boolean => parameter(body, name) === 'True';
  const people = (name: string): readonly JsonObject[] | undefined =>
    words(name)?.map((address) => ({ emailAddress: { name: address, address } }));
  const conditions = {
    subjectContains: words('SubjectContainsWords'),
    bodyContains: words('BodyContainsWords'),
    bodyOrSubjectContains: words('SubjectOrBodyContainsWords'),
    senderContains: words('FromAddressContainsWords'),
  };
  const actions = {
    forwardTo: people('ForwardTo'),
    redirectTo: people('RedirectTo'),
    forwardAsAttachmentTo: people('ForwardAsAttachmentTo'),
    moveToFolder: parameter(body, 'MoveToFolder'),
    delete: isTrue('DeleteMessage') ? true : undefined,
    markAsRead: isTrue('MarkAsRead') ? true : undefined,
    stopProcessingRules: isTrue('StopProcessingRules'),
  };
  const object: DirectoryObject = {
    id: text(body['Id']),
    displayName: parameter(body, 'Name') ?? '',
    sequence: 1,
    isEnabled: true,
    isReadOnly: false,
    hasError: false,
    conditions: given(conditions),
    actions: given(actions),
  };
  return [{ act: 'put-owned', kind: 'messageRules', ownerId, object }];
}

function given(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
