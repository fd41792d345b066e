import { readFileSync } from 'node:fs';
import type { SourceId } from '@countersign/core';
import { type CanaryPlan, canaryPlans } from '@countersign/coverage';
import { HttpClient, TokenSource } from '@countersign/m365';
import type { ConnectedTenant } from '../../config/config.ts';
import { credentialOf } from '../../config/read-credential.ts';
import type { CanarySender } from '../../ingest/canaries/canary-sender.ts';
import { GraphCanarySender } from '../../ingest/canaries/graph-canary-sender.ts';
import type { CollectorWorld } from './tenant-access.ts';

/** The canaries of one tenant, and what to close when they have ended. */
export type TenantCanaries = {
  readonly tenant: string;
  readonly appId: string;
  readonly plans: readonly CanaryPlan[];
  readonly sender: CanarySender;
  close(): void;
};

/**
 * Puts together what the configuration names; undefined where it names no canary. Nothing is
 * shared with the collectors of the tenant, least of all an identity.
 * @throws HttpError CREDENTIAL
 */
export function canariesOf(
  { id: tenant, authority, authorityFile, canary, collect }: ConnectedTenant,
  { clock, random, wait, env }: CollectorWorld,
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

/** What a token is asked for, whatever host answers. */
const GRAPH_RESOURCE = 'https://graph.microsoft.com';

/**
 * The feeds in which records of canaries must come back: those that are named one by one. What a
 * hub or an account holds besides is not known, and silence of it would say nothing.
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

/** Of the diagnostic export: those in which an act of an application leaves a row. */
const CATEGORIES: readonly string[] = ['AuditLogs', 'ServicePrincipalSignInLogs'];
