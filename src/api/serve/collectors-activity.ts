import { ActivityApi, ActivityCollector, type Collector } from '../../intake/index.ts';
import type { TenantAccess } from './collectors.ts';

/** Contracts 1.1: what a token is asked for, whatever host answers. */
const RESOURCE = 'https://manage.office.com';

export function activityCollectors({ tenant, world, ...access }: TenantAccess): Collector[] {
  const { activityApi } = tenant.collect;
  if (activityApi === undefined) return [];
  const { http } = access;
  const { root, publisher = tenant.id, contentTypes, requestsPerMinute, every } = activityApi;
  const pace = access.paceOf({ requests: requestsPerMinute, perMs: 60_000 });
  const authorisation = access.tokensFor(RESOURCE);
  const api = new ActivityApi({ http, authorisation, pace, root, tenant: tenant.id, publisher });
  const skewMs = (): number => http.skewMs;
  const common = { api, pace, clock: world.clock, tenant: tenant.id, skewMs };
  return [new ActivityCollector({ ...common, contentTypes, everyMs: every })];
}
