import type { Resource } from './directory.ts';

/** The vendor's own resources that the emulator stands for, by their well-known ids. */
export const VENDOR_RESOURCES: readonly Resource[] = [
  {
    appId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
    names: ['https://manage.office.com', 'c5393580-f805-4401-95e8-94b7a6ef2fc2'],
  },
  {
    appId: '00000003-0000-0000-c000-000000000000',
    names: ['https://graph.microsoft.com', '00000003-0000-0000-c000-000000000000'],
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

/** What a client wants a token for. */
export type Wanted = {
  /** `https://graph.microsoft.com`; undefined where only the identity is asked for. */
  readonly audience: string | undefined;
  /** Permissions without their resource; `.default` for all that was granted. */
  readonly permissions: readonly string[];
  readonly hasRefresh: boolean;
  readonly hasIdentity: boolean;
};

const IDENTITY_SCOPES = ['openid', 'profile', 'email', 'offline_access'];

/** Reads `scope` (version 2) or `resource` (version 1); undefined for an unknown resource. */
export function wantedOf(
  form: URLSearchParams,
  resources: readonly Resource[],
): Wanted | undefined {
  const resource = form.get('resource');
  const scopes = (form.get('scope') ?? '').split(' ').filter(Boolean);
  const hasIdentity = scopes.includes('openid');
  const hasRefresh = scopes.includes('offline_access') || resource !== null;
  if (resource !== null) {
    const audience = audienceOf(resource, resources);
    if (audience === undefined) return undefined;
    return { audience, permissions: ['.default'], hasRefresh, hasIdentity };
  }
  const audiences = new Set<string>();
  const permissions: string[] = [];
  for (const scope of scopes.filter((s) => !IDENTITY_SCOPES.includes(s))) {
    const slash = scope.lastIndexOf('/');
    // A permission without a resource is one of Graph.
    const named = slash < 0 ? 'https://graph.microsoft.com' : scope.slice(0, slash);
    const audience = audienceOf(named, resources);
    if (audience === undefined) return undefined;
    audiences.add(audience);
    permissions.push(scope.slice(slash + 1));
  }
  if (audiences.size > 1) return undefined;
  return { audience: [...audiences][0], permissions, hasRefresh, hasIdentity };
}

function audienceOf(named: string, resources: readonly Resource[]): string | undefined {
  const name = named.replace(/\/+$/, '').toLowerCase();
  return resources.find(({ names }) => names.includes(name))?.names[0];
}
