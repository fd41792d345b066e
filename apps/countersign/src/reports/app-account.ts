import type { ListedItem, Listings } from '../reconcile/directory-drift/collected-app.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the directory states about one application; each fact names its entry. */
export type AppAccount = {
  readonly servicePrincipal: string | null;
  readonly publisher: string | null;
  readonly enabled: boolean | null;
  /** Rights of the application itself. */
  readonly permissions: readonly {
    readonly resource: string;
    readonly permission: string;
    readonly entry: number;
  }[];
  /** Rights to act for people who use it. */
  readonly consents: readonly {
    readonly resource: string;
    readonly scopes: readonly string[];
    /** `all`: an administrator consented for everyone. */
    readonly people: 'all' | 'one';
    readonly principal: string | null;
    readonly entry: number;
  }[];
  readonly credentials: readonly {
    readonly kind: 'secret' | 'certificate';
    readonly id: string;
    readonly name: string | null;
    readonly from: string | null;
    readonly until: string | null;
    readonly entry: number;
  }[];
  /** Undefined listings are unknown, not empty. */
  readonly owners: readonly string[] | null;
};

/** Undefined: the directory of the tenant does not list the application, or was not collected. */
export function appAccount(
  listings: Listings,
  tenant: string,
  app: string,
): AppAccount | undefined {
  const listed = (source: string): ListedItem[] => [
    ...(listings.get(`${tenant} graph/${source}`)?.values() ?? []),
  ];
  const principals = listed('delta.servicePrincipals');
  const own = principals.find(({ item }) => isOf(item, app));
  const registration = listed('delta.applications').find(({ item }) => isOf(item, app));
  if (own === undefined && registration === undefined) return undefined;
  const id = textOf(own?.item['id']);
  const resource = (of: unknown): Json | undefined =>
    principals.find(({ item }) => item['id'] === of)?.item;
  return {
    servicePrincipal: id,
    publisher: textOf(own?.item['publisherName']),
    enabled: typeof own?.item['accountEnabled'] === 'boolean' ? own.item['accountEnabled'] : null,
    permissions: listed('list.appRoleAssignments')
      .filter(({ item }) => id !== null && item['principalId'] === id)
      .map(({ item, entry }) => ({
        resource: nameOf(resource(item['resourceId']), item['resourceId']),
        permission: roleName(resource(item['resourceId']), item['appRoleId']),
        entry,
      })),
    consents: listed('delta.oauth2PermissionGrants')
      .filter(({ item }) => id !== null && item['clientId'] === id)
      .map(({ item, entry }) => ({
        resource: nameOf(resource(item['resourceId']), item['resourceId']),
        scopes: (textOf(item['scope']) ?? '').split(' ').filter((scope) => scope !== ''),
        people: item['consentType'] === 'AllPrincipals' ? 'all' : 'one',
        principal: textOf(item['principalId']),
        entry,
      })),
    credentials: [own, registration].flatMap((each) => credentialsOf(each)),
    owners: ownersOf(
      [...listed('list.servicePrincipalOwners'), ...listed('list.applicationOwners')],
      app,
    ),
  };
}

function isOf(item: Json, app: string): boolean {
  return [item['id'], item['appId']].some((id) => textOf(id)?.toLowerCase() === app);
}

function credentialsOf(listed: ListedItem | undefined): AppAccount['credentials'] {
  const of = (member: string, kind: 'secret' | 'certificate'): AppAccount['credentials'] => {
    const list = listed?.item[member];
    if (!Array.isArray(list)) return [];
    return (list as readonly Json[]).map((each) => ({
      kind,
      id: textOf(each['keyId']) ?? '',
      name: textOf(each['displayName']),
      from: textOf(each['startDateTime']),
      until: textOf(each['endDateTime']),
      entry: listed?.entry ?? 0,
    }));
  };
  return [...of('passwordCredentials', 'secret'), ...of('keyCredentials', 'certificate')];
}

function ownersOf(listed: readonly ListedItem[], app: string): readonly string[] | null {
  const lists = listed
    .filter(({ item }) => isOf(item, app))
    .flatMap(({ item }) => (Array.isArray(item['owners']) ? [item['owners'] as Json[]] : []));
  if (lists.length === 0) return null;
  return lists
    .flat()
    .map((owner) => textOf(owner['userPrincipalName']) ?? textOf(owner['id']) ?? '');
}

function roleName(resource: Json | undefined, role: unknown): string {
  const roles = Array.isArray(resource?.['appRoles']) ? (resource['appRoles'] as Json[]) : [];
  return textOf(roles.find(({ id }) => id === role)?.['value']) ?? textOf(role) ?? '';
}

function nameOf(principal: Json | undefined, id: unknown): string {
  return textOf(principal?.['displayName']) ?? textOf(id) ?? '';
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
