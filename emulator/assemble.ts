import { ActivityApi } from './activity-api/service.ts';
import { type KeyAndCertificate, selfSigned } from './certificate.ts';
import { ManualClock, RunningClock } from './clock.ts';
import { type Credentials, collectorApp, makeCredentials, PlainDirectory } from './credentials.ts';
import { UsualDispatcher } from './delays.ts';
import { Faults } from './faults.ts';
import { jsonError, type Reply } from './http.ts';
import { LoginAuthority } from './login/authority.ts';
import { VENDOR_RESOURCES } from './login/resources.ts';
import { TokenMint } from './login/tokens.ts';
import type { EmulatorOptions, Host, TenantOptions } from './options.ts';
import { SeededRandom } from './random.ts';
import { Store } from './store.ts';
import { machineTime, wallMs } from './wire.ts';

/** Everything that an emulator consists of, before it listens and before its time starts. */
export type Parts = {
  readonly startMs: number;
  readonly clock: ManualClock | RunningClock;
  /** As the services' clocks show it. */
  readonly now: () => number;
  readonly tenants: readonly TenantOptions[];
  readonly credentials: Credentials;
  readonly tls: KeyAndCertificate | undefined;
  readonly faults: Faults;
  readonly store: Store;
  readonly api: ActivityApi;
  readonly hosts: readonly Host[];
  /** Filled in once they listen. */
  readonly origins: Record<string, string>;
};

export async function assemble(options: EmulatorOptions): Promise<Parts> {
  const { seed = 1, startMs = wallMs(), speed, recordsPerBlob, delays, onSignIn } = options;
  const [mint, tls, credentials] = await Promise.all([
    TokenMint.make(),
    options.tls === 'on' ? selfSigned({ commonName: 'Countersign emulator' }) : undefined,
    makeCredentials({ seed, certificate: options.certificate ?? 'none' }),
  ]);
  const tenants = options.tenants ?? [inventedTenant(seed)];
  const clock =
    speed === undefined
      ? new ManualClock(startMs)
      : new RunningClock({ startMs, speed, real: machineTime });
  const usual = new UsualDispatcher({ seed, ...(delays && { delays }) });
  const faults = new Faults({ seed, usual, ...(options.faults && { plan: options.faults }) });
  const store = new Store({
    ...{ seed, dispatcher: faults },
    ...(recordsPerBlob && { recordsPerBatch: recordsPerBlob }),
  });
  const origins: Record<string, string> = {};
  const now = (): number => clock.now() + faults.skewMs;
  const states = new Map(tenants.map(({ tenantId, state }) => [tenantId, state ?? 'sound']));
  const api = new ActivityApi({
    ...{ seed, store, mint, faults },
    ...options.activityApi,
    origin: () => origins['manage'] ?? '',
    now: () => clock.now(),
    tenant: (tenantId) => states.get(tenantId),
  });
  const login = new LoginAuthority({
    ...{ seed, mint, now, resources: VENDOR_RESOURCES },
    directory: options.directory ?? plainDirectory(tenants, credentials),
    origin: () => origins['login'] ?? '',
    ...(onSignIn && { onSignIn }),
  });
  const hosts: readonly Host[] = [
    { name: 'login', router: login.router, refuse: tooManyTokens },
    { name: 'manage', router: api.router, refuse: () => tooManyCalls(options) },
    ...(options.hosts?.({ store, mint, now, seed, origins: () => origins }) ?? []),
  ];
  return { startMs, clock, now, tenants, credentials, tls, faults, store, api, hosts, origins };
}

function plainDirectory(
  tenants: readonly TenantOptions[],
  credentials: Credentials,
): PlainDirectory {
  const apps = new Map(
    tenants.map(({ tenantId, apps: own = [] }) => [
      tenantId,
      [collectorApp(credentials, tenantId), ...own],
    ]),
  );
  return new PlainDirectory({ tenants, apps: (tenantId) => apps.get(tenantId) ?? [] });
}

function tooManyTokens(): Reply {
  return jsonError(429, 'temporarily_unavailable', 'Too many requests: try again later.');
}

/** AF429 stands on 403 unless the options say otherwise. */
function tooManyCalls(options: EmulatorOptions): Reply {
  const status = options.activityApi?.statuses?.['AF429'] ?? 403;
  const nobody = '00000000-0000-0000-0000-000000000000';
  return jsonError(status, 'AF429', `Too many requests. Method=GetBlob, PublisherId=${nobody}`);
}

function inventedTenant(seed: string | number): TenantOptions {
  return { tenantId: new SeededRandom(seed, 'tenant').guid(), domain: 'northmoor.example' };
}
