import { NAME_CHARACTERS_MAX } from '../limits.ts';

/** Kinds of privileges in a tenant's collected state. */
export type PrivilegeKind = 'credential' | 'role' | 'app-role' | 'grant' | UnreadKind;

/** Kinds that events report and no collector reads, so their state is unknown. */
export type UnreadKind = 'domain' | 'mailbox' | 'rule';

/** In words, for a report about what was compared. */
export const UNREAD: Readonly<Record<UnreadKind, string>> = {
  domain: 'domains and their trusts',
  mailbox: 'rights to mailboxes',
  rule: 'rules of mailboxes',
};

export type Privilege = {
  readonly kind: PrivilegeKind;
  /** Stable within its tenant. */
  readonly key: string;
  /** The related objects, holder first; lowercase ids. */
  readonly ids: readonly string[];
  /** The id of a credential or role, or a scope. */
  readonly value: string;
  /** For people. */
  readonly name: string;
};

type Json = { readonly [member: string]: unknown };

/** The members to keep of an item between two listings, and the privileges in it. */
type PrivilegeSource = {
  readonly kind: PrivilegeKind;
  readonly members: readonly string[];
  readonly privileges: (item: Json, id: string) => readonly Privilege[];
};

const CREDENTIALS: PrivilegeSource = {
  kind: 'credential',
  members: ['passwordCredentials', 'keyCredentials', 'displayName', 'servicePrincipalType'],
  privileges: credentialsOf,
};

/** By source of directory entries. */
export const PRIVILEGE_SOURCES: ReadonlyMap<string, PrivilegeSource> = new Map<
  string,
  PrivilegeSource
>([
  ['graph/delta.applications', CREDENTIALS],
  ['graph/delta.servicePrincipals', CREDENTIALS],
  [
    'graph/list.roleAssignments',
    {
      kind: 'role',
      members: ['principalId', 'roleDefinitionId', 'directoryScopeId'],
      privileges: ({ principalId, roleDefinitionId, directoryScopeId }) =>
        privilegeOf('role', [principalId], roleDefinitionId, directoryScopeId),
    },
  ],
  [
    'graph/list.appRoleAssignments',
    {
      kind: 'app-role',
      members: ['principalId', 'resourceId', 'appRoleId', 'principalDisplayName'],
      privileges: ({ principalId, resourceId, appRoleId, principalDisplayName: name }) =>
        privilegeOf('app-role', [principalId, resourceId], appRoleId, undefined, name),
    },
  ],
  [
    'graph/delta.oauth2PermissionGrants',
    {
      kind: 'grant',
      members: ['clientId', 'resourceId', 'principalId', 'scope'],
      privileges: ({ clientId, resourceId, principalId, scope }) =>
        scopesOf(scope).flatMap((one) =>
          privilegeOf('grant', [clientId, resourceId], one, principalId),
        ),
    },
  ],
]);

/** Parses scopes as the vendor writes them: separated by spaces, sometimes with a leading one. */
export function scopesOf(scope: unknown): string[] {
  if (typeof scope !== 'string') return [];
  return [...new Set(scope.toLowerCase().split(/\s+/))].filter((one) => one !== '');
}

/** The vendor rotates credentials of managed identities itself, without a record. */
function credentialsOf(item: Json, id: string): Privilege[] {
  if (item['servicePrincipalType'] === 'ManagedIdentity') return [];
  return [item['passwordCredentials'], item['keyCredentials']]
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .flatMap((one) => {
      const keyId = typeof one === 'object' && one !== null ? (one as Json)['keyId'] : undefined;
      return privilegeOf('credential', [id], keyId, undefined, item['displayName']);
    });
}

function privilegeOf(
  kind: PrivilegeKind,
  objects: readonly unknown[],
  one: unknown,
  within?: unknown,
  name?: unknown,
): Privilege[] {
  const ids = objects.flatMap((id) => idOf(id) ?? []);
  const value = idOf(one);
  // Without a holder or a value there is no privilege.
  if (ids.length < objects.length || value === undefined) return [];
  const key = JSON.stringify([kind, ...ids, value, idOf(within) ?? '']);
  const said = typeof name === 'string' && name !== '' ? cut(name) : undefined;
  return [{ kind, key, ids, value, name: said ?? ids[0] ?? '' }];
}

export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? cut(value.toLowerCase()) : undefined;
}

function cut(text: string): string {
  return text.slice(0, NAME_CHARACTERS_MAX);
}
