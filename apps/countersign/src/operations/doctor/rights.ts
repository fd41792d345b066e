import type { ConnectedTenant } from '../../config/config.ts';

/** A service of the vendor whose application permissions a collector needs. */
export type VendorResource = {
  readonly name: string;
  /** The audience of its tokens. */
  readonly audience: string;
  /** The id of its application, the same in every tenant. */
  readonly appId: string;
};

/** contracts 1.1: read in published data. */
const MANAGEMENT_APP_ID = 'c5393580-f805-4401-95e8-94b7a6ef2fc2';
/** Background knowledge, not read in a document: the commands look up permissions by name. */
const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/** Tokens name the service itself, also if a proxy or an emulator has another address. */
export const MANAGEMENT_AUDIENCE = 'https://manage.office.com';
export const GRAPH_AUDIENCE = 'https://graph.microsoft.com';

export type Permission = {
  readonly name: string;
  /** What is collected with it. */
  readonly why: string;
};

export type ResourceRights = {
  readonly resource: VendorResource;
  /** Without one of them, something that is configured is not collected. */
  readonly needed: readonly Permission[];
  /** Permissions that are reasonable and not needed. */
  readonly tolerated: readonly string[];
};

/** The parts of a tenant's configuration that decide its rights. */
export type RightsBasis = Pick<ConnectedTenant, 'collect'>;

/** The least application permissions of a collector, by resource. */
export function rightsOf({ collect }: RightsBasis): readonly ResourceRights[] {
  const { activityApi, graph } = collect;
  const rights: ResourceRights[] = [];
  if (activityApi !== undefined) {
    rights.push({
      resource: {
        name: 'Office 365 Management APIs',
        audience: MANAGEMENT_AUDIENCE,
        appId: MANAGEMENT_APP_ID,
      },
      needed: [{ name: 'ActivityFeed.Read', why: 'actions of all workloads' }],
      // Without it, DLP events come without the matched content, which Countersign does not need.
      tolerated: activityApi.contentTypes.includes('DLP.All') ? ['ActivityFeed.ReadDlp'] : [],
    });
  }
  if (graph !== undefined) {
    const needed: Permission[] = [];
    const readsLogs = graph.signIns.length > 0 || graph.directoryAudits;
    if (readsLogs) needed.push({ name: 'AuditLog.Read.All', why: 'sign-ins, directory changes' });
    if (readsLogs || graph.directory.length > 0) {
      // A known issue of the vendor: the log requests need it too (contracts 5.1).
      needed.push({ name: 'Directory.Read.All', why: 'the directory; sign-ins need it too' });
    }
    if (graph.crossCheck) {
      needed.push({ name: 'AuditLogsQuery.Read.All', why: 'comparison with the audit search' });
    }
    rights.push({
      resource: { name: 'Microsoft Graph', audience: GRAPH_AUDIENCE, appId: GRAPH_APP_ID },
      needed,
      tolerated: [],
    });
  }
  return rights;
}

/**
 * Permissions that change something. A collector MUST NOT hold any: a stolen secret would then be
 * more than a view of logs.
 */
function isWriting(permission: string): boolean {
  return WRITING.test(permission);
}

const WRITING = /Write|FullControl|Manage|\.Send|Revoke|EnableDisable|Create|Delete|impersonation/;

/** Compares the permissions in a token with the needed ones. */
export function compareRights(
  { needed, tolerated }: ResourceRights,
  granted: readonly string[],
): {
  readonly missing: readonly Permission[];
  readonly writing: readonly string[];
  /** Read permissions that no configured source needs. */
  readonly unneeded: readonly string[];
} {
  const wanted = new Set([...needed.map(({ name }) => name), ...tolerated]);
  const others = granted.filter((name) => !wanted.has(name));
  return {
    missing: needed.filter(({ name }) => !granted.includes(name)),
    writing: others.filter(isWriting),
    unneeded: others.filter((name) => !isWriting(name)),
  };
}
