import { readFileSync } from 'node:fs';
import {
  type ActivityWebhook,
  type Collector,
  HttpClient,
  RequestPace,
  TokenSource,
} from '@countersign/m365';
import type { ConnectedTenant } from '../../config/config.ts';
import { credentialOf } from '../../config/read-credential.ts';
import { activityCollectors, webhookOf } from './activity-collectors.ts';
import { exportCollectors } from './export-collectors.ts';
import { graphCollectors } from './graph-collectors.ts';
import type { CollectorDependencies, TenantAccess } from './tenant-access.ts';

/** The collectors of one tenant, and the resources to close after them. */
export type TenantCollectors = {
  readonly tenant: string;
  readonly collectors: readonly Collector[];
  /** Receives the vendor's notifications; undefined if no webhook is configured. */
  readonly webhook: ActivityWebhook | undefined;
  close(): Promise<void>;
};

/**
 * Builds the configured collectors. They call only the configured hosts.
 * @throws HttpError CREDENTIAL
 */
export function collectorsOf(
  tenant: ConnectedTenant,
  world: CollectorDependencies,
): TenantCollectors {
  const { clock, random, wait, env } = world;
  const credential = credentialOf(tenant.credentials.credential, env);
  const { authorityFile } = tenant;
  const ca = authorityFile === undefined ? undefined : readFileSync(authorityFile, 'utf8');
  const tell = (because: string): void =>
    world.tell?.({ event: 'problem', collector: `requests ${tenant.id}`, because });
  const http = new HttpClient({ origins: originsOf(tenant), clock, random, wait, ca, tell });
  const access: TenantAccess = {
    tenant,
    world,
    http,
    ca,
    tokensFor: (resource) =>
      new TokenSource({
        http,
        clock,
        random,
        authority: tenant.authority,
        tenant: tenant.id,
        clientId: tenant.credentials.clientId,
        credential,
        scope: `${resource}/.default`,
      }),
    paceOf: (allowance) => new RequestPace({ clock, wait, allowance }),
  };
  const webhook = webhookOf(access);
  const collectors = [
    ...activityCollectors(access, webhook),
    ...graphCollectors(access),
    ...exportCollectors(access),
  ];
  const close = async (): Promise<void> => {
    for (const collector of collectors) await collector.close?.();
    http.close();
  };
  return { tenant: tenant.id, collectors, webhook, close };
}

function originsOf({ authority, collect }: ConnectedTenant): string[] {
  const { activityApi, graph, azureMonitor } = collect;
  const roots = [activityApi?.root, graph?.root, azureMonitor?.storage?.root];
  return [authority, ...roots.filter((each) => each !== undefined)];
}
