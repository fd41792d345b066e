import type { DirectoryObject, Kind } from '../directory/index.ts';
import type { JsonObject } from '../types.ts';

const TYPES: { readonly [kind in Kind]?: string } = {
  users: 'user',
  groups: 'group',
  devices: 'device',
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
  directoryRoles: 'directoryRole',
};

/** `#microsoft.graph.user`; undefined for kinds that never stand among others. */
export function typeOf(kind: Kind): string | undefined {
  const type = TYPES[kind];
  return type === undefined ? undefined : `#microsoft.graph.${type}`;
}

/** What Graph gives of a user who is not asked for more: the rest needs `$select`. */
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

/** Never given out again, whoever asks. */
const SECRETS: readonly string[] = ['passwordProfile'];

/** An object as a client may see it. */
export function shown(
  kind: Kind,
  object: DirectoryObject,
  select: readonly string[] | undefined,
): JsonObject {
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

const CREDENTIALS: readonly string[] = ['passwordCredentials', 'keyCredentials'];

/** Credentials are listed without what opens anything. */
function hidden(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: JsonObject) => ({
    ...one,
    ...(one['secretText'] === undefined ? {} : { secretText: null }),
    ...(one['key'] === undefined ? {} : { key: null }),
  }));
}

/** Names count in any case, as Graph's do; answers spell them as the object does. */
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
