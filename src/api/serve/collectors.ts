import { readFileSync } from 'node:fs';
import type { ConnectedTenant, CredentialPlace } from '../../config/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import {
  ActivityApi,
  ActivityCollector,
  AssertionSigner,
  type Collector,
  type Credential,
  HttpClient,
  RequestPace,
  readSecret,
  readSecretFile,
  Tokens,
  type Wait,
} from '../../intake/index.ts';
import { WorkError } from '../errors.ts';

export type CollectorWorld = {
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Wait;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** The collectors of one tenant, and what to close when they have ended. */
export type TenantCollectors = {
  readonly tenant: string;
  readonly collectors: readonly Collector[];
  close(): void;
};

/**
 * Puts together what the configuration names. Only the hosts that it names are ever called.
 * @throws HttpError CREDENTIAL, WorkError NOT_BUILT
 */
export function collectorsOf(tenant: ConnectedTenant, world: CollectorWorld): TenantCollectors {
  const { clock, random, wait } = world;
  const { activityApi, graph, azureMonitor } = tenant.collect;
  if (graph !== undefined) throw notBuilt('graph', tenant);
  if (azureMonitor !== undefined) throw notBuilt('azureMonitor', tenant);
  const credential = credentialOf(tenant.credentials.credential, world.env);
  const ca = tenant.authorityFile === undefined ? undefined : readFileSync(tenant.authorityFile);
  const origins = [tenant.authority, ...(activityApi === undefined ? [] : [activityApi.root])];
  const http = new HttpClient({ origins, clock, random, wait, ca: ca?.toString('utf8') });
  const tokensFor = (root: string): Tokens =>
    new Tokens({
      http,
      clock,
      random,
      authority: tenant.authority,
      tenant: tenant.id,
      clientId: tenant.credentials.clientId,
      credential,
      scope: `${root}/.default`,
    });
  const collectors: Collector[] = [];
  if (activityApi !== undefined) {
    const { root, publisher = tenant.id, contentTypes, requestsPerMinute, every } = activityApi;
    const allowance = { requests: requestsPerMinute, perMs: 60_000 };
    const pace = new RequestPace({ clock, wait, allowance });
    const authorisation = tokensFor(ACTIVITY_RESOURCE);
    const api = new ActivityApi({ http, authorisation, pace, root, tenant: tenant.id, publisher });
    const skewMs = (): number => http.skewMs;
    const options = { api, pace, clock, tenant: tenant.id, contentTypes, skewMs };
    collectors.push(new ActivityCollector({ ...options, everyMs: every }));
  }
  return { tenant: tenant.id, collectors, close: () => http.close() };
}

/** Contracts 1.1: what a token is asked for, whatever host answers. */
const ACTIVITY_RESOURCE = 'https://manage.office.com';

export function credentialOf(stated: CredentialPlace, env: CollectorWorld['env']): Credential {
  const secret = readSecret(stated.place, env);
  if (stated.kind === 'secret') return { kind: 'secret', secret };
  const key = stated.keyFile === null ? '' : readSecretFile(stated.keyFile);
  return { kind: 'certificate', signer: new AssertionSigner(`${secret.reveal()}\n${key}`) };
}

function notBuilt(what: string, { id }: ConnectedTenant): WorkError {
  return new WorkError(
    'NOT_BUILT',
    `cannot collect ${what} of tenant ${id}: that collector is not built yet; take ${what} out ` +
      'of the configuration',
  );
}
