import { type Clock, OWN_TENANT, type Random, type TenantId } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import { DecisionPoint, SuiteDirectory } from '@countersign/policy';
import type { Config } from '../../config/config.ts';
import type { EnforcementConfig } from '../../config/enforcement-config.ts';
import { ConfigError } from '../../config/errors.ts';
import { textOf, unusable } from '../../config/read-text-file.ts';
import { peopleOf } from '../../enforcement/approvals/read-people.ts';
import type { People } from '../../enforcement/approvals/signed-statement.ts';
import { AuthzenEndpoint } from '../../enforcement/authzen/authzen-endpoint.ts';
import { FairQueue } from '../../enforcement/callers/fair-queue.ts';
import { DecisionDurations } from '../../enforcement/decisions/decision-durations.ts';
import { DecisionQueue } from '../../enforcement/decisions/decision-queue.ts';
import { PolicyInformationUpdater } from '../../enforcement/decisions/policy-information-updater.ts';
import { type OpenExternal, openExternal } from '../../enforcement/eam/open-eam.ts';
import { ForwardAuthEndpoint } from '../../enforcement/forward-auth/forward-auth-endpoint.ts';
import { TokenVerifier } from '../../enforcement/forward-auth/token-verifier.ts';
import { OpenPassTable } from '../../enforcement/passes/open-pass-table.ts';
import { knownPasses } from '../../enforcement/passes/pass-ledger.ts';
import { RevocationService } from '../../enforcement/passes/revocation-service.ts';
import { post } from '../../enforcement/ssf/post-event.ts';
import { secretFiles } from '../../enforcement/ssf/receiver-secrets.ts';
import { SigningKeys } from '../../enforcement/ssf/security-event-token.ts';
import { SsfEndpoint } from '../../enforcement/ssf/ssf-endpoint.ts';
import { ssfDraft, ssfRecords } from '../../enforcement/ssf/ssf-entries.ts';
import type { SsfRecord } from '../../enforcement/ssf/ssf-record.ts';
import { Transmitter } from '../../enforcement/ssf/transmitter.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { Tracer } from '../../tracing/tracer.ts';
import { type EndpointCaller, EnforcementRouter, refusedBody } from './enforcement-router.ts';
import { EnforcementServer } from './enforcement-server.ts';
import { ENDPOINT_TURN_MS } from './limits.ts';
import { type CallerRegistration, registerCallers } from './register-callers.ts';
import { decisionSpans, withTraces } from './trace-decisions.ts';

export type OpenEndpointsOptions = {
  readonly config: Config;
  readonly enforcementPoints: EnforcementConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly writer: LedgerWriter;
  readonly store: StoreReader;
  /** Runs work that needs the ledger exclusively. */
  readonly alone: (work: () => Promise<void>) => Promise<void>;
  /** The folder of the policies that ship with the program. */
  readonly policies: string;
  readonly clock: Clock;
  /** This machine's time, while `clock` may be an emulator's. */
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly random: Random;
  readonly wait: Sleep;
  /** Undefined: decisions are possible. Otherwise the reason why they are stopped. */
  readonly stopped: () => string | undefined;
  readonly onFailure: (error: unknown) => void;
  /** Undefined: nothing is traced. */
  readonly tracer?: Tracer | undefined;
};

/** The opened enforcement points, for the loop that maintains them. */
export type OpenEndpoints = {
  readonly url: string;
  readonly point: DecisionPoint;
  readonly transmitter: Transmitter | undefined;
  readonly durations: DecisionDurations;
  /**
   * Reloads directory, policies and findings, and ends passes that no longer hold.
   * @throws ConfigError: the last good version of a file stays in use, and its age grows
   */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens the configured enforcement points. All configuration errors surface before the first
 * request.
 * @throws PolicyError, ConfigError, CommandError, HttpError CREDENTIAL
 */
export async function openEndpoints(options: OpenEndpointsOptions): Promise<OpenEndpoints> {
  const { enforcementPoints: config, writer, clock, random, stopped, onFailure } = options;
  const { decisionLog } = writer;
  const { policies, directory: files } = config;
  const people = peopleOf(config);
  const known = { writer, alone: options.alone, policies, builtIn: options.policies, files };
  const policyInformation = await PolicyInformationUpdater.open(known);
  const directory = new SuiteDirectory(policyInformation.store, policyInformation.opinions);
  const passes = new OpenPassTable(() => directory);
  const point = new DecisionPoint({
    ...{ policies: policyInformation.policies, directory, decisionLog, clock, random, passes },
    suiteTokenMs: config.suiteTokens,
  });
  const nowMs = (): number => options.stopwatch.monotonic();
  const turns = new FairQueue({ yieldTurn: setImmediate, nowMs, turnMs: ENDPOINT_TURN_MS });
  const spans = options.tracer && decisionSpans(options.tracer);
  const durations = new DecisionDurations(options.stopwatch, spans);
  const deciding = new DecisionQueue(point, turns, durations);
  const records = await ssfRecords(writer);
  const transmitter = await transmitterOf(options, records);
  const external = await externalOf(options, deciding, people);
  const common = { ...options, information: policyInformation, passes, deciding, transmitter };
  const passkeys = external?.passkeys;
  const keeping = await RevocationService.open(
    { ...common, passkeys, issuer: config.url },
    records,
  );
  const endpoints = new EnforcementRouter({
    callers: registerCallers(callersOf(options.config, config), options.env),
    authzen: new AuthzenEndpoint({
      ...{ deciding, decisionLog, candidates: policyInformation, identifier: config.url },
      now: () => clock.now(),
    }),
    forwardAuth: forwardAuthOf(config, deciding, clock, (pass) => {
      const nowMs = clock.now();
      if (passes.isOpen(pass, nowMs)) return false;
      return knownPasses(writer.store, nowMs, { pass }).length > 0;
    }),
    ssf: transmitter === undefined ? undefined : new SsfEndpoint(transmitter),
    external,
    stopped,
    onFailure,
  });
  const answering = withTraces(endpoints.answering, options.tracer);
  const { listen, connectionsPerAddress } = config;
  const server = await EnforcementServer.open({
    ...{ listen, tls: tlsOf(config), connectionsPerAddress },
    ...{ answering, refused: refusedBody, onFailure },
  });
  transmitter?.start();
  return {
    url: server.url,
    point,
    transmitter,
    durations,
    refresh: async () => {
      try {
        // Before the passes: it knows the owner of a passkey that was removed.
        await external?.refresh();
      } finally {
        await keeping.refresh();
      }
    },
    close: async () => {
      await server.close();
      await external?.close();
      await transmitter?.close();
    },
  };
}

async function externalOf(
  options: OpenEndpointsOptions,
  deciding: DecisionQueue,
  people: People,
): Promise<OpenExternal | undefined> {
  const { external, url } = options.enforcementPoints;
  if (external === undefined) return undefined;
  return openExternal({ ...options, external, url, deciding, people });
}

function forwardAuthOf(
  { identity }: EnforcementConfig,
  deciding: DecisionQueue,
  clock: Clock,
  isOver: (pass: string) => boolean,
): ForwardAuthEndpoint | undefined {
  if (identity === undefined) return undefined;
  const { issuer, audience, claim, cookie } = identity;
  const keys = keySetIn(identity.keys);
  const identities = new TokenVerifier({ issuer, audience, keys, claim, clock });
  return new ForwardAuthEndpoint({ deciding, identities, isOver, cookie });
}

type KeySet = ConstructorParameters<typeof TokenVerifier>[0]['keys'];

function keySetIn(file: string): KeySet {
  const what = 'it is not a JSON Web Key Set: write {"keys": […]} with public keys';
  const keys = (parsed(file) as { readonly keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) throw unusable(file, what);
  // A shared secret in the key set would let each verifier sign as well.
  const isPublic = (key: unknown): boolean =>
    typeof key === 'object' && key !== null && !('d' in key) && !('k' in key);
  if (!keys.every(isPublic)) throw unusable(file, what);
  return { keys } as KeySet;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unusable(file, 'it is not JSON');
  }
}

async function transmitterOf(
  options: OpenEndpointsOptions,
  records: readonly SsfRecord[],
): Promise<Transmitter | undefined> {
  const { enforcementPoints, writer, clock, random, wait } = options;
  const { url, events } = enforcementPoints;
  if (events === undefined) return undefined;
  const pems = events.signingKeys.map((file) => ({ file, pem: textOf(file) }));
  return new Transmitter(
    {
      transmits: { issuer: url, pollEndpoint: `${url}/ssf/poll` },
      keys: await SigningKeys.of(pems),
      receivers: events.receivers,
      world: {
        clock,
        random,
        wait: (ms, signal) => wait(ms, signal).catch(() => undefined),
        post,
        keep: async (records) => {
          await writer.decisionLog.append(records.map(ssfDraft));
        },
        secrets: secretFiles(writer.dir),
      },
    },
    records,
  );
}

function callersOf(
  config: Config,
  enforcementPoints: EnforcementConfig,
): readonly CallerRegistration<EndpointCaller>[] {
  const usual = config.tenants.length === 1 ? config.tenants[0]?.id : undefined;
  const tenantOf = (stated: TenantId | undefined): TenantId => stated ?? usual ?? OWN_TENANT;
  const tools = enforcementPoints.tools.map((tool): CallerRegistration<EndpointCaller> => {
    const { name, enforcementPoint, passFor: passMs, resources } = tool;
    const caller = { name, tenant: tenantOf(tool.tenant), resources, enforcementPoint, passMs };
    return { name, proofs: tool, as: { kind: 'tool', caller } };
  });
  const proxies = enforcementPoints.proxies.map((proxy): CallerRegistration<EndpointCaller> => {
    const { name, kind, signIn, passFor: passMs } = proxy;
    const sites = proxy.sites.map(({ host, app, type, action }) => ({
      ...{ host, action, resource: { type, id: app } },
    }));
    const resources = sites.map(({ resource: { type, id } }) => ({ type, ids: [id] }));
    const tenant = tenantOf(proxy.tenant);
    const caller = { name, tenant, resources, proxy: kind, sites, signIn, passMs };
    return { name, proofs: proxy, as: { kind: 'proxy', caller } };
  });
  const receivers = (enforcementPoints.events?.receivers ?? []).map(
    (receiver): CallerRegistration<EndpointCaller> => {
      return { name: receiver.name, proofs: receiver, as: { kind: 'receiver', caller: receiver } };
    },
  );
  return [...tools, ...proxies, ...receivers];
}

function tlsOf({ tls }: EnforcementConfig): Parameters<typeof EnforcementServer.open>[0]['tls'] {
  if (tls === undefined) return undefined;
  const { certificate, key, clients } = tls;
  return {
    certificate: textOf(certificate),
    key: textOf(key),
    clients: clients === undefined ? undefined : textOf(clients),
  };
}
