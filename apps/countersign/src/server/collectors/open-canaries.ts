import { readFileSync } from 'node:fs';
import type { SourceId } from '@countersign/core';
import { type CanaryPlan, canaryPlans } from '@countersign/coverage';
import { HttpClient, TokenSource } from '@countersign/m365';
import type { ConnectedTenant } from '../../config/config.ts';
import { credentialOf } from '../../config/read-credential.ts';
import type { CanarySender } from '../../ingest/canaries/canary-sender.ts';
import { GraphCanarySender } from '../../ingest/canaries/graph-canary-sender.ts';
import type { CollectorDependencies } from './tenant-access.ts';

/** The canaries of one tenant, and the resources to close after them. */
export type TenantCanaries = {
  readonly tenant: string;
  readonly appId: string;
  readonly plans: readonly CanaryPlan[];
  readonly sender: CanarySender;
  close(): void;
};

/**
 * Builds the configured canaries; undefined if there are none. They share nothing with the tenant's
 * collectors, so that collectors keep a read-only identity.
 * @throws HttpError CREDENTIAL
 */
export function canariesOf(
  { id: tenant, authority, authorityFile, canary, collect }: ConnectedTenant,
  { clock, random, wait, env }: CollectorDependencies,
): TenantCanaries | undefined {
  if (canary === undefined) return undefined;
  const { root, credentials, mailbox, site, channel, account, every } = canary;
  const { clientId } = credentials;
  const credential = credentialOf(credentials.credential, env);
  const ca = authorityFile === undefined ? undefined : readFileSync(authorityFile).toString('utf8');
  const http = new HttpClient({ origins: [authority, root], clock, random, wait, ca });
  const common = { http, clock, random, authority, tenant, clientId, credential };
  const newToken = (): TokenSource =>
    new TokenSource({ ...common, scope: `${GRAPH_RESOURCE}/.default` });
  const places = { mailbox, site, channel, account };
  const sender = new GraphCanarySender({ http, root, places, newToken });
  const plans = canaryPlans(tenant, awaited(collect), { acts: sender.acts, periodMs: every });
  return { tenant, appId: clientId, plans, sender, close: () => http.close() };
}

/** The resource of the token request, independent of the configured host. */
const GRAPH_RESOURCE = 'https://graph.microsoft.com';

/**
 * The feeds that must deliver the canaries' records. Only individually configured feeds count. The
 * contents of a hub or storage account are not known, so silence there proves nothing.
 */
function awaited({ activityApi, graph, azureMonitor }: ConnectedTenant['collect']): SourceId[] {
  const { storage, eventHubs } = azureMonitor ?? {};
  const exported: readonly string[] = [
    ...(storage?.categories ?? []),
    ...(eventHubs?.hubs ?? []).flatMap(({ categories }) => categories),
  ];
  return [
    ...(activityApi?.contentTypes ?? []).map((type) => `m365.activity/${type}`),
    ...(graph?.signIns.includes('servicePrincipal') === true ? ['graph/signIns'] : []),
    ...(graph?.directoryAudits === true ? ['graph/directoryAudits'] : []),
    ...CATEGORIES.filter((category) => exported.includes(category)).map(
      (category) => `azure-monitor/${category}`,
    ),
  ];
}

/** Diagnostic categories in which an act of an application leaves a row. */
const CATEGORIES: readonly string[] = ['AuditLogs', 'ServicePrincipalSignInLogs'];
