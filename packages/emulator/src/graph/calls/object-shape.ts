import type { JsonObject } from '../../core/json-object.ts';
import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';

const TYPES: { readonly [kind in Kind]?: string } = {
  users: 'user',
  groups: 'group',
  devices: 'device',
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
  directoryRoles: 'directoryRole',
};

/** `#microsoft.graph.user`; undefined for kinds that are never in mixed lists. */
export function typeOf(kind: Kind): string | undefined {
  const type = TYPES[kind];
  return type === undefined ? undefined : `#microsoft.graph.${type}`;
}

/** The default members of a user. The others need `$select`. */
const USER_USUAL: readonly string[] = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

/** Never returned to any client. */
const SECRETS: readonly string[] = ['passwordProfile'];

/** An object as a client may see it. */
export function shown(
  kind: Kind,
  object: DirectoryObject,
  select: readonly string[] | undefined,
): JsonObject {
  if (kind === 'conditionalAccessPolicies') return shownPolicy(object, select);
  const names = select ?? (kind === 'users' ? USER_USUAL : Object.keys(object));
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const member = memberOf(object, name);
    if (member === undefined || SECRETS.includes(member)) {
      if (kind === 'users' && select === undefined)
        result[name] = name === 'businessPhones' ? [] : null;
      continue;
    }
    result[member] = CREDENTIALS.includes(member) ? hidden(object[member]) : object[member];
  }
  return result;
}

/** Every list and member that Graph returns for a policy, even if it was created without them. */
function shownPolicy(policy: DirectoryObject, select: readonly string[] | undefined): JsonObject {
  const conditions = part(policy['conditions']);
  const whole: JsonObject = {
    templateId: null,
    displayName: '',
    createdDateTime: null,
    modifiedDateTime: null,
    state: 'disabled',
    deletedDateTime: null,
    partialEnablementStrategy: null,
    ...policy,
    sessionControls: policy['sessionControls'] ?? null,
    conditions: {
      ...lists(
        'userRiskLevels',
        'signInRiskLevels',
        'clientAppTypes',
        'servicePrincipalRiskLevels',
      ),
      ...nothing('insiderRiskLevels', 'platforms', 'locations', 'times', 'deviceStates', 'devices'),
      ...nothing('clientApplications', 'authenticationFlows'),
      ...conditions,
      applications: {
        ...lists('includeApplications', 'excludeApplications', 'includeUserActions'),
        ...lists('includeAuthenticationContextClassReferences'),
        applicationFilter: null,
        ...part(conditions['applications']),
      },
      users: {
        ...lists('includeUsers', 'excludeUsers', 'includeGroups', 'excludeGroups'),
        ...lists('includeRoles', 'excludeRoles'),
        ...nothing('includeGuestsOrExternalUsers', 'excludeGuestsOrExternalUsers'),
        ...part(conditions['users']),
      },
    },
    grantControls: grantControlsOf(policy['grantControls']),
  };
  const wanted = select?.map((name) => name.toLowerCase());
  return Object.fromEntries(
    Object.entries(whole).filter(([name]) => wanted?.includes(name.toLowerCase()) ?? true),
  );
}

function grantControlsOf(controls: unknown): JsonObject | null {
  if (controls === null || controls === undefined) return null;
  return {
    operator: 'OR',
    ...lists('builtInControls', 'customAuthenticationFactors', 'termsOfUse'),
    authenticationStrength: null,
    ...part(controls),
  };
}

function lists(...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, []]));
}

function nothing(...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function part(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

const CREDENTIALS: readonly string[] = ['passwordCredentials', 'keyCredentials'];

/** Credentials are listed without their secrets. */
function hidden(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: JsonObject) => ({
    ...one,
    ...(one['secretText'] === undefined ? {} : { secretText: null }),
    ...(one['key'] === undefined ? {} : { key: null }),
  }));
}

/** Names are case-insensitive, as in Graph. Replies use the object's spelling. */
function memberOf(object: DirectoryObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((member) => member.toLowerCase() === lower);
}

/** `#users` or `#users(id,mail)`. */
export function contextOf(
  base: string,
  set: string,
  select: readonly string[] | undefined,
): string {
  const names = select === undefined ? '' : `(${select.join(',')})`;
  return `${base}/$metadata#${set}${names}`;
}
