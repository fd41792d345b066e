import type { ActivityApi, ActivityApiOptions } from './activity-api/activity-api.ts';
import type { StreamOptions } from './azure-monitor/event-stream.ts';
import type { Browser } from './company/challenged-sign-ins.ts';
import type { Companies } from './company/companies.ts';
import type { Actor, Feed, VirtualClock } from './core/feed-record.ts';
import type { Credentials } from './credentials.ts';
import type { FaultPlan, Faults } from './faults/faults.ts';
import type { FeedDelays } from './feeds/feed-delays.ts';
import type { FeedStore } from './feeds/feed-store.ts';
import type { EmulatorTruth } from './ground-truth.ts';
import type { Reply } from './http/http-message.ts';
import type { Router } from './http/router.ts';
import type { LivingTenant, PlayedWith, TenantOptions } from './living-tenant.ts';
import type { SignIn } from './login/client-sign-in.ts';
import type { LoginDirectory } from './login/login-directory.ts';
import type { TokenMint } from './login/token-mint.ts';

/** What an additional service may use. */
export type World = {
  readonly tenants: readonly LivingTenant[];
  readonly store: FeedStore;
  readonly mint: TokenMint;
  /** Time on the services' clocks. */
  readonly now: () => number;
  readonly seed: string | number;
  readonly origins: () => Readonly<Record<string, string>>;
};

export type Host = {
  readonly name: string;
  readonly router: Router;
  /** This service's reply to too many requests. */
  readonly refuse: () => Reply;
};

export type EmulatorOptions = {
  readonly seed?: string | number;
  /** Start of the tenants' time. Default: now, or `historyMs` ago. */
  readonly startMs?: number;
  /** Simulated time before the first request. Default: none. */
  readonly historyMs?: number;
  /** 1 to 1,000 times the machine's speed. Without it, only `advance` moves time. */
  readonly speed?: number;
  /** Default: one tenant without people. */
  readonly tenants?: readonly TenantOptions[];
  /** Scenarios by name or path. Each begins at `startMs`, in the first tenants. */
  readonly scenarios?: readonly (string | PlayedWith)[];
  /** Actors besides the population. */
  readonly actors?: readonly Actor[];
  /** The directory of the login authority. Default: the tenants' directories. */
  readonly directory?: LoginDirectory;
  /**
   * `before`: the collector has every subscription since before the start, and can read back as far
   * as `advance` has come. `never` (the default): it has to start them itself.
   */
  readonly subscribed?: 'before' | 'never';
  readonly onSignIn?: (signIn: SignIn) => void;
  readonly hosts?: (world: World) => readonly Host[];
  readonly faults?: Partial<FaultPlan>;
  readonly delays?: FeedDelays;
  /** Whether any client reads this feed. Feeds without a reader keep nothing. Default: all do. */
  readonly isRead?: (feed: Feed, tenantId: string) => boolean;
  /**
   * Drives the browser of a person who needs the external method. The sign-in counts as the visit
   * ends. Without it, every second factor succeeds without a provider. Needs the application
   * `WIKI` in the tenant.
   */
  readonly browser?: Browser;
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
  /** Stops the simulation of history. `stop` ends a running emulator. */
  readonly signal?: AbortSignal;
  /** A Kafka broker in place of Event Hubs, which also receives the diagnostic export. */
  readonly eventStream?: Pick<StreamOptions, 'brokers' | 'connectionString' | 'ca'>;
  /** Authorities of the company's own services that are called over HTTPS; PEM. */
  readonly partnerCa?: string;
  readonly certificate?: 'made' | 'none';
  readonly tls?: 'on' | 'off';
  /** Port of the first host; the others follow. 0 (the default): free ports. */
  readonly port?: number;
};

export type Emulator = {
  /** `login`, `manage`, `graph`, `storage`, and the additional hosts. */
  readonly origins: Readonly<Record<string, string>>;
  readonly tenants: readonly LivingTenant[];
  readonly credentials: Credentials;
  /** The authority that clients must trust if `tls` is on; PEM. */
  readonly ca: string | undefined;
  readonly clock: VirtualClock;
  readonly store: FeedStore;
  readonly api: ActivityApi;
  /** The tenants' directories, and the storage account of their diagnostic export. */
  readonly companies: Companies;
  readonly faults: Faults;
  /** Errors thrown by handlers. Each is a defect of the emulator. */
  readonly defects: readonly unknown[];
  /** Advances time with everything that happens meanwhile. Only without a speed. */
  advance(ms: number): Promise<void>;
  truth(): EmulatorTruth;
  /**
   * Ids of a feed's records that a correct client has by now, from those available since `sinceMs`.
   * A month of a large tenant is too much at once.
   */
  offered(tenantId: string, feed: Feed, sinceMs?: number): Set<string>;
  stop(): Promise<void>;
};
