import {
  ActivityApi,
  ActivityCollector,
  ActivityWebhook,
  type Collector,
  readSecret,
} from '@countersign/m365';
import type { TenantAccess } from './tenant-access.ts';

/** The resource of the token request, independent of the configured host (contracts 1.1). */
const RESOURCE = 'https://manage.office.com';

export function activityCollectors(
  { tenant, world, ...access }: TenantAccess,
  webhook: ActivityWebhook | undefined,
): Collector[] {
  const { activityApi } = tenant.collect;
  if (activityApi === undefined) return [];
  const { http } = access;
  const { root, publisher = tenant.id, contentTypes, requestsPerMinute, every } = activityApi;
  const pace = access.paceOf({ requests: requestsPerMinute, perMs: 60_000 });
  const authorization = access.tokensFor(RESOURCE);
  const api = new ActivityApi({ http, authorization, pace, root, tenant: tenant.id, publisher });
  const skewMs = (): number => http.skewMs;
  const { clock, wait } = world;
  const common = { api, pace, clock, wait, tenant: tenant.id, skewMs, webhook };
  return [new ActivityCollector({ ...common, contentTypes, everyMs: every })];
}

export function webhookOf({ tenant, world }: TenantAccess): ActivityWebhook | undefined {
  const { activityApi } = tenant.collect;
  if (activityApi?.webhook === undefined) return undefined;
  const { address, authId } = activityApi.webhook;
  return new ActivityWebhook({
    address,
    secret: readSecret(authId, world.env),
    tenant: tenant.id,
    clientId: tenant.credentials.clientId,
    contentTypes: activityApi.contentTypes,
    clock: world.clock,
  });
}
