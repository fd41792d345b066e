import type { RegisteredApp, Resource } from './login-directory.ts';

export const GRAPH = 'https://graph.microsoft.com';

/** The vendor's resources that the emulator provides, by their well-known ids. */
export const VENDOR_RESOURCES: readonly Resource[] = [
  {
    appId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
    names: ['https://manage.office.com', 'c5393580-f805-4401-95e8-94b7a6ef2fc2'],
  },
  {
    appId: '00000003-0000-0000-c000-000000000000',
    names: [GRAPH, '00000003-0000-0000-c000-000000000000'],
  },
  {
    appId: 'e406a681-f3d4-42a8-90b6-c2b029497af1',
    names: ['https://storage.azure.com', 'e406a681-f3d4-42a8-90b6-c2b029497af1'],
  },
  {
    appId: '80369ed6-5f11-4dd9-bef3-692475845e77',
    names: ['https://eventhubs.azure.net', '80369ed6-5f11-4dd9-bef3-692475845e77'],
  },
];

/** The target of a token request. */
export type TokenTarget = {
  /** `https://graph.microsoft.com`; undefined for a request of identity only. */
  readonly audience: string | undefined;
  /** Permissions without their resource; `.default` for all granted ones. */
  readonly permissions: readonly string[];
  readonly hasRefresh: boolean;
  /** `openid` and related scopes, which need no consent. */
  readonly identity: readonly string[];
};

const IDENTITY_SCOPES = ['openid', 'profile', 'email'];

/** Parses `scope` (version 2) or `resource` (version 1); undefined for an unknown resource. */
export function wantedOf(
  form: URLSearchParams,
  resources: readonly Resource[],
): TokenTarget | undefined {
  const resource = form.get('resource');
  const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
  const identity = IDENTITY_SCOPES.filter((one) => scopes.includes(one));
  const hasRefresh = scopes.includes('offline_access') || resource !== null;
  if (resource !== null) {
    const audience = audienceOf(resource, resources);
    if (audience === undefined) return undefined;
    return { audience, permissions: ['.default'], hasRefresh, identity };
  }
  const audiences = new Set<string>();
  const permissions: string[] = [];
  for (const scope of scopes.filter((s) => s !== 'offline_access' && !identity.includes(s))) {
    const slash = scope.lastIndexOf('/');
    // A permission without a resource belongs to Graph.
    const named = slash < 0 ? GRAPH : scope.slice(0, slash);
    const audience = audienceOf(named, resources);
    if (audience === undefined) return undefined;
    audiences.add(audience);
    permissions.push(scope.slice(slash + 1));
  }
  if (audiences.size > 1) return undefined;
  return { audience: [...audiences][0], permissions, hasRefresh, identity };
}

/**
 * The delegated permissions for a token. Undefined if a requested one was not granted, or if all
 * are requested and none was: a token never has fewer permissions than requested.
 */
export function consentedOf(
  app: RegisteredApp,
  wanted: TokenTarget,
): readonly string[] | undefined {
  const { audience, permissions, identity } = wanted;
  if (audience === undefined) return identity.length > 0 ? identity : undefined;
  // An application may call itself without consent.
  if (audience === app.clientId) return permissions.filter((one) => one !== '.default');
  const granted = app.scopes[audience] ?? [];
  if (permissions.includes('.default')) return granted.length > 0 ? granted : undefined;
  const lower = permissions.map((one) => one.toLowerCase());
  const named = granted.filter((one) => lower.includes(one.toLowerCase()));
  return named.length === new Set(lower).size ? named : undefined;
}

function audienceOf(named: string, resources: readonly Resource[]): string | undefined {
  const name = named.replace(/\/+$/, '').toLowerCase();
  return resources.find(({ names }) => names.includes(name))?.names[0];
}
