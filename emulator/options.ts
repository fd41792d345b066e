import type { ActivityApi, ActivityApiOptions, TenantState } from './activity-api/service.ts';
import type { Credentials } from './credentials.ts';
import type { FeedDelays } from './delays.ts';
import type { FaultPlan, Faults } from './faults.ts';
import type { Reply } from './http.ts';
import type { SignIn } from './login/authority.ts';
import type { LoginDirectory, RegisteredApp } from './login/directory.ts';
import type { TokenMint } from './login/tokens.ts';
import type { Router } from './router.ts';
import type { Store } from './store.ts';
import type { EmulatorTruth } from './truth.ts';
import type { Actor, Feed, VirtualClock } from './types.ts';

export type TenantOptions = {
  readonly tenantId: string;
  readonly domain: string;
  readonly state?: TenantState;
  /** Beside the collector, which is registered everywhere. */
  readonly apps?: readonly RegisteredApp[];
};

/** What a service that is plugged in beside ours may use. */
export type World = {
  readonly store: Store;
  readonly mint: TokenMint;
  /** As the services' clocks show it. */
  readonly now: () => number;
  readonly seed: string | number;
  readonly origins: () => Readonly<Record<string, string>>;
};

export type Host = {
  readonly name: string;
  readonly router: Router;
  /** How this service says "too many requests". */
  readonly refuse: () => Reply;
};

export type EmulatorOptions = {
  readonly seed?: string | number;
  /** When the tenants' time starts; default: now. */
  readonly startMs?: number;
  /** 1 to 1,000 times as fast as the machine's. Without, time stands until `advance` moves it. */
  readonly speed?: number;
  readonly tenants?: readonly TenantOptions[];
  readonly actors?: readonly Actor[];
  /** Default: nobody signs in but applications. */
  readonly directory?: LoginDirectory;
  readonly onSignIn?: (signIn: SignIn) => void;
  readonly hosts?: (world: World) => readonly Host[];
  readonly faults?: Partial<FaultPlan>;
  readonly delays?: FeedDelays;
  readonly recordsPerBlob?: { readonly min: number; readonly max: number };
  readonly activityApi?: Partial<
    Pick<
      ActivityApiOptions,
      | 'pageSize'
      | 'requestsPerMinute'
      | 'contentIds'
      | 'nextPageHeader'
      | 'statuses'
      | 'startIntervalMs'
      | 'firstContentMs'
      | 'webhooks'
    >
  >;
  readonly certificate?: 'made' | 'none';
  readonly tls?: 'on' | 'off';
  /** Of the first host; the others follow. 0, the default, takes any that are free. */
  readonly port?: number;
};

export type Emulator = {
  /** `login`, `manage`, and the hosts that were plugged in. */
  readonly origins: Readonly<Record<string, string>>;
  readonly tenants: readonly TenantOptions[];
  readonly credentials: Credentials;
  /** What clients have to trust where `tls` is on; PEM. */
  readonly ca: string | undefined;
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly api: ActivityApi;
  readonly faults: Faults;
  /** Errors that a handler threw: a test that sees one has found a defect of the emulator. */
  readonly defects: readonly unknown[];
  /** Lets so much time pass, with all that happens in it. Only without a speed. */
  advance(ms: number): Promise<void>;
  truth(): EmulatorTruth;
  /** Ids of the records of a feed that a client who does everything right has by now. */
  offered(tenantId: string, feed: Feed): Set<string>;
  stop(): Promise<void>;
};
