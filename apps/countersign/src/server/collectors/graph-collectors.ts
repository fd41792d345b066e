import {
  AuditLogQueryCollector,
  type Collector,
  DIRECTORY_AUDITS,
  DIRECTORY_PER_MS,
  DIRECTORY_REQUESTS,
  GraphDirectoryCollector,
  GraphLogCollector,
  GraphReader,
  type RequestPace,
  signInLog,
} from '@countersign/m365';
import type { TenantAccess } from './tenant-access.ts';

/** The resource of the token request, independent of the configured host. */
const RESOURCE = 'https://graph.microsoft.com';

export function graphCollectors({ tenant, world, ...access }: TenantAccess): Collector[] {
  const { graph } = tenant.collect;
  if (graph === undefined) return [];
  const { http } = access;
  const { clock, wait } = world;
  const authorization = access.tokensFor(RESOURCE);
  const reader = (pace: RequestPace): GraphReader =>
    new GraphReader({ http, authorization, pace, root: graph.root });
  const collectors: Collector[] = [];
  const logs = [
    ...(graph.signIns.length > 0 ? [signInLog(graph.signIns)] : []),
    ...(graph.directoryAudits ? [DIRECTORY_AUDITS] : []),
  ];
  if (logs.length > 0) {
    const pace = access.paceOf({ requests: graph.requestsPerMinute, perMs: 60_000 });
    const skewMs = (): number => http.skewMs;
    const common = { graph: reader(pace), pace, clock, tenant: tenant.id, skewMs };
    collectors.push(new GraphLogCollector({ ...common, logs, everyMs: graph.every }));
  }
  // Graph counts directory and search requests against another quota than the logs.
  const other = reader(access.paceOf({ requests: DIRECTORY_REQUESTS, perMs: DIRECTORY_PER_MS }));
  const common = { graph: other, clock, tenant: tenant.id };
  if (graph.directory.length > 0) {
    collectors.push(new GraphDirectoryCollector({ ...common, resources: graph.directory }));
  }
  if (graph.crossCheck) collectors.push(new AuditLogQueryCollector({ ...common, wait }));
  return collectors;
}
