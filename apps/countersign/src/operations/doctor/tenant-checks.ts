import { readFileSync } from 'node:fs';
import { type Clock, messageOf, type Random } from '@countersign/core';
import { HttpClient, HttpError, type RequestAuthorizer, TokenSource } from '@countersign/m365';
import type { ConnectedTenant } from '../../config/config.ts';
import { credentialOf } from '../../config/read-credential.ts';
import { certificateCheck } from './certificate-check.ts';
import { type Check, CheckList } from './check.ts';
import {
  compareRights,
  GRAPH_AUDIENCE,
  MANAGEMENT_AUDIENCE,
  type ResourceRights,
  rightsOf,
} from './rights.ts';

/** A person waits for the answers. */
const TIMEOUTS = { idleMs: 5_000, exchangeMs: 10_000 };

/** Tokens and assertions are refused beyond five minutes; half of it leaves time to act. */
const SKEW_MS_MAX = 150_000;

const STORAGE_AUDIENCE = 'https://storage.azure.com';
/** Tokens need at least the version of 2017-11-09. */
const STORAGE_VERSION = '2021-08-06';

export type Caller = {
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/** Signs in as the collector of one tenant, compares its rights, and asks each source once. */
export async function tenantChecks(
  tenant: ConnectedTenant,
  caller: Caller,
): Promise<readonly Check[]> {
  const list = new CheckList(tenant.name ?? tenant.id);
  const { credential } = tenant.credentials;
  if (credential.kind === 'certificate' && 'file' in credential.place) {
    certificateCheck(list, credential.place.file, caller.clock.now());
  }
  const http = clientOf(tenant, caller);
  try {
    const access = new TenantAccess(tenant, caller, http);
    for (const rights of rightsOf(tenant)) {
      const token = await signIn(list, access, rights);
      if (token === undefined) continue;
      tellRights(list, rights, token);
      const { audience } = rights.resource;
      if (audience === MANAGEMENT_AUDIENCE) await activityCheck(list, access);
      if (audience === GRAPH_AUDIENCE) await graphChecks(list, access);
    }
    await storageCheck(list, access);
    clockCheck(list, http);
  } catch (error) {
    list.no('credential', messageOf(error), 'put the secret where the configuration says');
  } finally {
    http.close();
  }
  return list.checks;
}

function clientOf(tenant: ConnectedTenant, { clock, random }: Caller): HttpClient {
  const { authority, authorityFile, collect } = tenant;
  const { activityApi, graph, azureMonitor } = collect;
  const roots = [authority, activityApi?.root, graph?.root, azureMonitor?.storage?.root];
  const ca = authorityFile === undefined ? undefined : readFileSync(authorityFile, 'utf8');
  const origins = roots.filter((each) => each !== undefined);
  // A failed request is an answer here, so there is nothing to wait for.
  return new HttpClient({ origins, clock, random, ca, timeouts: TIMEOUTS, wait: async () => {} });
}

class TenantAccess {
  readonly tenant: ConnectedTenant;
  readonly #caller: Caller;
  readonly #http: HttpClient;
  readonly #sources = new Map<string, RequestAuthorizer>();

  constructor(tenant: ConnectedTenant, caller: Caller, http: HttpClient) {
    this.tenant = tenant;
    this.#caller = caller;
    this.#http = http;
  }

  tokens(audience: string): RequestAuthorizer {
    const known = this.#sources.get(audience);
    if (known !== undefined) return known;
    const { clock, random, env } = this.#caller;
    const { authority, id, credentials } = this.tenant;
    const credential = credentialOf(credentials.credential, env);
    const asked = { authority, tenant: id, clientId: credentials.clientId, credential };
    const scope = `${audience}/.default`;
    const source = new TokenSource({ http: this.#http, clock, random, ...asked, scope });
    this.#sources.set(audience, source);
    return source;
  }

  async get(url: string, audience: string): Promise<string> {
    const { signal } = this.#caller;
    const authorization = this.tokens(audience);
    const headers = audience === STORAGE_AUDIENCE ? { 'x-ms-version': STORAGE_VERSION } : {};
    const { body } = await this.#http.send({ url, headers, authorization, signal });
    return body.toString('utf8');
  }
}

async function signIn(
  list: CheckList,
  access: TenantAccess,
  { resource }: ResourceRights,
): Promise<string | undefined> {
  const what = `sign in for ${resource.name}`;
  try {
    const token = await access.tokens(resource.audience).header();
    list.yes(what, `a token for ${resource.audience}`);
    return token;
  } catch (error) {
    list.no(what, messageOf(error), signInCure(error));
    return undefined;
  }
}

function signInCure(error: unknown): string {
  if (!(error instanceof HttpError)) return 'see the message';
  switch (error.code) {
    case 'UNREACHABLE':
    case 'TIMED_OUT':
      return 'check the address, DNS and the firewall: this machine must reach it on port 443';
    case 'CERTIFICATE':
      return 'name the authority of your proxy in authorityFile, or correct the address';
    default:
      return 'check tenant, clientId and secret; add a new secret in Entra if it has expired';
  }
}

/** The permissions of a token are in its `roles`. A token of another form is not read. */
function tellRights(list: CheckList, rights: ResourceRights, header: string): void {
  const { resource } = rights;
  const what = `rights for ${resource.name}`;
  const granted = rolesOf(header);
  if (granted === undefined) {
    const cure = 'compare the permissions of the app in Entra with docs/how-to/first-live-week.md';
    list.unknown(what, 'the token does not show its permissions', cure);
    return;
  }
  const { missing, writing, unneeded } = compareRights(rights, granted);
  for (const { name, why } of missing) {
    const cure = `grant the application permission ${name} with admin consent`;
    list.no(what, `${name} is missing (${why})`, cure);
  }
  if (writing.length > 0) {
    const text = `too many: ${writing.join(', ')} can change the tenant`;
    list.no(what, text, 'remove them now: a collector only reads');
  }
  if (unneeded.length > 0) {
    const text = `too many: ${unneeded.join(', ')}, which no configured source needs`;
    list.no(what, text, 'remove them, or give their user an app registration of its own');
  }
  if (missing.length + writing.length + unneeded.length > 0) return;
  list.yes(what, `exactly ${granted.join(', ')}`);
}

function rolesOf(header: string): readonly string[] | undefined {
  const [, payload] = header.replace(/^Bearer /, '').split('.');
  if (payload === undefined) return undefined;
  try {
    const { roles = [] } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
      readonly roles?: readonly string[];
    };
    return Array.isArray(roles) ? roles.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function clockCheck(list: CheckList, http: HttpClient): void {
  const { skewMs } = http;
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= SKEW_MS_MAX) {
    list.yes('clock', seconds === 0 ? 'agrees with the service' : `${seconds} s off`);
    return;
  }
  const text = `the service's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this one`;
  list.no('clock', text, 'synchronize this machine (NTP): tokens are refused beyond 5 minutes');
}

type Request = { readonly url: string; readonly audience: string; readonly need: string };

async function ask(
  list: CheckList,
  access: TenantAccess,
  what: string,
  { url, audience, need }: Request,
): Promise<void> {
  try {
    await access.get(url, audience);
    list.yes(what, 'answers');
  } catch (error) {
    list.no(what, messageOf(error), sourceCure(error, need));
  }
}

async function activityCheck(list: CheckList, access: TenantAccess): Promise<void> {
  const { id, collect } = access.tenant;
  if (collect.activityApi === undefined) return;
  const { root, publisher = id } = collect.activityApi;
  const feed = `${root}/api/v1.0/${id}/activity/feed`;
  const url = `${feed}/subscriptions/list?PublisherIdentifier=${publisher}`;
  const need = 'ActivityFeed.Read, and auditing turned on in Purview';
  await ask(list, access, 'Activity API', { url, audience: MANAGEMENT_AUDIENCE, need });
}

async function graphChecks(list: CheckList, access: TenantAccess): Promise<void> {
  const { graph } = access.tenant.collect;
  if (graph === undefined) return;
  const { root, signIns, directoryAudits, directory, crossCheck } = graph;
  const audience = GRAPH_AUDIENCE;
  const one = (what: string, path: string, need: string): Promise<void> =>
    ask(list, access, what, { url: `${root}/v1.0/${path}?$top=1`, audience, need });
  if (signIns.length > 0) {
    await one('sign-ins', 'auditLogs/signIns', 'AuditLog.Read.All, Entra ID P1');
    await licenseCheck(list, access, root);
  }
  if (directoryAudits) {
    await one('directory changes', 'auditLogs/directoryAudits', 'AuditLog.Read.All');
  }
  if (directory.length > 0) await one('directory', 'users', 'Directory.Read.All');
  if (crossCheck) await one('audit search', 'security/auditLog/queries', 'AuditLogsQuery.Read.All');
}

async function storageCheck(list: CheckList, access: TenantAccess): Promise<void> {
  const storage = access.tenant.collect.azureMonitor?.storage;
  const [category] = storage?.categories ?? [];
  if (storage === undefined || category === undefined) return;
  const what = 'storage';
  if (storage.sas !== undefined) {
    const cure = 'start the service and read the coverage of its categories';
    list.unknown(what, 'its shared access signature is tested by the first poll only', cure);
    return;
  }
  const container = `insights-logs-${category.toLowerCase()}`;
  const url = `${storage.root}/${container}?restype=container&comp=list&maxresults=1`;
  try {
    await access.get(url, STORAGE_AUDIENCE);
    list.yes(what, 'answers');
  } catch (error) {
    // The vendor creates a container with its first export.
    if (error instanceof HttpError && error.serviceCode === 'ContainerNotFound') {
      const cure = `add ${category} to the diagnostic setting; the first export takes minutes`;
      list.unknown(what, `nothing was exported to ${container} yet`, cure);
      return;
    }
    const need = 'the role Storage Blob Data Reader on this account';
    list.no(what, messageOf(error), sourceCure(error, need));
  }
}

function sourceCure(error: unknown, need: string): string {
  const status = error instanceof HttpError ? error.status : undefined;
  if (status === 401 || status === 403) return `check the rights and licenses: ${need}`;
  return signInCure(error);
}

/** Service plans with sign-in logs of 30 days (contracts 5.1). Names are background knowledge. */
const PREMIUM_PLANS: ReadonlySet<string> = new Set(['AAD_PREMIUM', 'AAD_PREMIUM_P2']);

async function licenseCheck(list: CheckList, access: TenantAccess, root: string): Promise<void> {
  const what = 'license for sign-ins';
  const cure = 'look in Entra under Licenses: sign-in logs need Entra ID P1 or P2';
  try {
    const body = await access.get(`${root}/v1.0/subscribedSkus`, GRAPH_AUDIENCE);
    const { value } = JSON.parse(body) as {
      readonly value?: readonly {
        readonly servicePlans?: readonly { readonly servicePlanName?: string }[];
      }[];
    };
    const plans = value?.flatMap(({ servicePlans = [] }) => servicePlans) ?? [];
    const held = plans.find(({ servicePlanName = '' }) => PREMIUM_PLANS.has(servicePlanName));
    if (held !== undefined) list.yes(what, `the tenant has ${held.servicePlanName}`);
    else if (plans.length === 0) list.unknown(what, 'the tenant lists no service plans', cure);
    else list.no(what, 'the tenant lists neither Entra ID P1 nor P2', cure);
  } catch (error) {
    list.unknown(what, `the licenses could not be read: ${messageOf(error)}`, cure);
  }
}
