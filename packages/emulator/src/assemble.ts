import { ActivityApi } from './activity-api/activity-api.ts';
import { CONTENT_TYPES } from './activity-api/subscriptions.ts';
import { type KeyAndCertificate, selfSigned } from './certificate.ts';
import { withAccess } from './company/access-rows.ts';
import { ChallengedSignIns } from './company/challenged-sign-ins.ts';
import { Companies } from './company/companies.ts';
import type { GovernedActor } from './company/governed-actor.ts';
import type { Actor, Occurrence, VirtualClock } from './core/feed-record.ts';
import { machineTime, wallMs } from './core/machine-time.ts';
import { ManualClock, RunningClock } from './core/virtual-clock.ts';
import { type Credentials, makeCredentials, ourApps } from './credentials.ts';
import type { EmulatorOptions, Host } from './emulator-options.ts';
import { Faults } from './faults/faults.ts';
import { FeedDelayDispatcher } from './feeds/feed-delays.ts';
import { FeedStore, type StoredRecord } from './feeds/feed-store.ts';
import { GroundTruth } from './ground-truth.ts';
import { json, jsonError, type Reply } from './http/http-message.ts';
import { actorOf, type LivingTenant, livingTenants, play } from './living-tenant.ts';
import { LoginAuthority } from './login/login-authority.ts';
import { VENDOR_RESOURCES } from './login/resources.ts';
import { TokenMint } from './login/token-mint.ts';
import type { ScenarioRun } from './scenarios/run-scenario.ts';
import { happeningOf } from './sign-in-log.ts';

const DAY_MS = 86_400_000;

/** The parts of an emulator before it listens and its time starts. */
export type Parts = {
  readonly startMs: number;
  readonly clock: ManualClock | RunningClock;
  /** Time on the services' clocks. */
  readonly now: () => number;
  readonly tenants: readonly LivingTenant[];
  readonly actor: Actor;
  readonly played: readonly ScenarioRun[];
  readonly credentials: Credentials;
  readonly tls: KeyAndCertificate | undefined;
  readonly faults: Faults;
  readonly store: FeedStore;
  readonly api: ActivityApi;
  readonly login: LoginAuthority;
  readonly companies: Companies;
  readonly truth: GroundTruth;
  /** Passes an occurrence to the feeds and to the record of the truth. */
  readonly take: (happening: Occurrence) => void | Promise<void>;
  readonly hosts: readonly Host[];
  /** Filled in once the hosts listen. */
  readonly origins: Record<string, string>;
};

export async function assemble(options: EmulatorOptions): Promise<Parts> {
  const { seed = 1, historyMs = 0, speed, delays, onSignIn } = options;
  const { startMs = wallMs() - historyMs } = options;
  const [mint, tls, credentials] = await Promise.all([
    TokenMint.make(),
    options.tls === 'on' ? selfSigned({ commonName: 'Countersign emulator' }) : undefined,
    makeCredentials({ seed, certificate: options.certificate ?? 'none' }),
  ]);
  const tenants = livingTenants(options.tenants ?? [{}], seed);
  const { scenarios = [], actors: others = [] } = options;
  const played = play({ scenarios, tenants, seed, fromMs: startMs });
  const clock =
    speed === undefined
      ? new ManualClock(startMs)
      : new RunningClock({ startMs: startMs + historyMs, speed, real: machineTime });
  const usual = new FeedDelayDispatcher({ seed, ...(delays && { delays }) });
  const faults = new Faults({ seed, usual, ...(options.faults && { plan: options.faults }) });
  const store = storeOf(options, faults);
  const origins: Record<string, string> = {};
  const now = (): number => clock.now() + faults.skewMs;
  const states = new Map(tenants.map((t) => [t.tenantId, t.options.state ?? 'sound']));
  const api = new ActivityApi({
    ...{ seed, store, mint, faults },
    ...options.activityApi,
    origin: () => origins['manage'] ?? '',
    now: () => clock.now(),
    tenant: (tenantId) => states.get(tenantId),
  });
  if (options.subscribed === 'before') {
    subscribe(api, { tenants, clientId: credentials.clientId, startMs });
  }
  const companies = companiesOf({ seed, now, tenants, credentials });
  const truth = new GroundTruth();
  const take = (happening: Occurrence): void => {
    truth.note(happening);
    store.take(happening);
  };
  const login = new LoginAuthority({
    ...{ seed, mint, now, resources: VENDOR_RESOURCES },
    directory: options.directory ?? companies.login,
    origin: () => origins['login'] ?? '',
    partnerCa: options.partnerCa,
    onSignIn: (signIn) => {
      if (challenged?.answers(signIn) === true) return;
      const tenant = tenants.find(({ tenantId }) => tenantId === signIn.tenantId);
      const directory = companies.directories.get(signIn.tenantId);
      if (tenant !== undefined && directory !== undefined)
        take(withAccess(directory, happeningOf(signIn, tenant, VENDOR_RESOURCES)));
      onSignIn?.(signIn);
    },
  });
  publishClock(login, clock, speed ?? 0);
  const scheme = tls === undefined ? 'http' : 'https';
  const withheld = ({ record }: StoredRecord): boolean => faults.isUnsearched(record.id);
  const hosts: readonly Host[] = [
    { name: 'login', router: login.router, refuse: tooManyTokens },
    { name: 'manage', router: api.router, refuse: () => tooManyCalls(options) },
    ...companies.hosts({ store, mint, take, scheme, withheld }),
    ...(options.hosts?.({ tenants, store, mint, now, seed, origins: () => origins }) ?? []),
  ];
  const actor = companies.governed(actorOf({ tenants, others, played, seed }), startMs);
  const challenged = challengesOf(options, { tenants, origins, take, actor });
  const made = { startMs, clock, now, tenants, actor, played, credentials, tls };
  return {
    ...{ ...made, faults, store, api, login, companies, truth, hosts, origins },
    take: challenged?.take ?? take,
  };
}

/** Not part of the real service: a collector can use this clock. Speed 0: time does not pass. */
function publishClock(login: LoginAuthority, clock: VirtualClock, speed: number): void {
  login.router.on('GET', '/emulator/clock', () =>
    json(200, { emulator: 'countersign', nowMs: clock.now(), speed }),
  );
}

/** Undefined without a browser: no person meets a provider. */
function challengesOf(
  { browser }: EmulatorOptions,
  parts: Pick<Parts, 'tenants' | 'origins'> & {
    readonly take: (happening: Occurrence) => void;
    readonly actor: GovernedActor;
  },
): ChallengedSignIns | undefined {
  if (browser === undefined) return undefined;
  const { tenants, origins, take, actor } = parts;
  return new ChallengedSignIns({
    ...{ browser, tenants, take, origin: () => origins['login'] ?? '' },
    refuse: (happening, code) => actor.refuse(happening, code),
  });
}

/** Every feed, unless the options name the feeds with readers. */
function storeOf(
  { seed = 1, recordsPerBlob, isRead }: EmulatorOptions,
  dispatcher: Faults,
): FeedStore {
  return new FeedStore({
    ...{ seed, dispatcher },
    ...(recordsPerBlob && { recordsPerBatch: recordsPerBlob }),
    ...(isRead && { isRead }),
  });
}

function companiesOf(parts: {
  readonly seed: string | number;
  readonly now: () => number;
  readonly tenants: readonly LivingTenant[];
  readonly credentials: Credentials;
}): Companies {
  const { seed, now, tenants, credentials } = parts;
  return new Companies({
    ...{ seed, now, resources: VENDOR_RESOURCES },
    companies: tenants.map(({ tenantId, population, options: { apps = [], license } }, index) => ({
      population,
      // A second tenant is a forgotten test tenant or an outsider's, with weaker policies.
      factorPolicy: index === 0 ? 'enabled' : 'disabled',
      ...(license !== undefined && { license }),
      apps: [...ourApps(credentials, tenantId), ...apps],
    })),
  });
}

/** As if the collector had started them long enough ago to be allowed to start again. */
function subscribe(
  api: ActivityApi,
  parts: { tenants: readonly LivingTenant[]; clientId: string; startMs: number },
): void {
  const { tenants, clientId, startMs } = parts;
  for (const { tenantId } of tenants) {
    for (const contentType of CONTENT_TYPES) {
      const whose = { tenantId, clientId, contentType, webhook: undefined };
      api.subscriptions.start({ ...whose, nowMs: startMs - DAY_MS, fromMs: startMs });
    }
  }
}

function tooManyTokens(): Reply {
  return jsonError(429, 'temporarily_unavailable', 'Too many requests: try again later.');
}

/** AF429 has status 403 unless the options differ. */
function tooManyCalls(options: EmulatorOptions): Reply {
  const status = options.activityApi?.statuses?.['AF429'] ?? 403;
  const nobody = '00000000-0000-0000-0000-000000000000';
  return jsonError(status, 'AF429', `Too many requests. Method=GetBlob, PublisherId=${nobody}`);
}
