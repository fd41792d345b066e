import type { ActivityApi, ActivityApiOptions } from './activity-api/activity-api.ts';
import type { StreamOptions } from './azure-monitor/event-stream.ts';
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

/** What a service that is plugged in beside ours may use. */
export type World = {
  readonly tenants: readonly LivingTenant[];
  readonly store: FeedStore;
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
  /** When the tenants' time starts; default: now, or `historyMs` ago. */
  readonly startMs?: number;
  /** What is lived through from there before anybody can ask; default: nothing. */
  readonly historyMs?: number;
  /** 1 to 1,000 times as fast as the machine's. Without, time stands until `advance` moves it. */
  readonly speed?: number;
  /** Default: one in which nobody lives. */
  readonly tenants?: readonly TenantOptions[];
  /** Names of scenarios, or paths; each begins at `startMs`, in the first tenants. */
  readonly scenarios?: readonly (string | PlayedWith)[];
  /** Beside the people who live there. */
  readonly actors?: readonly Actor[];
  /** Whom the login authority knows; default: who is in the directories of the tenants. */
  readonly directory?: LoginDirectory;
  /**
   * `before` the start, and the collector has every subscription already, so that it can go back
   * as far as `advance` has come; `never`, the default, and it has to start them itself.
   */
  readonly subscribed?: 'before' | 'never';
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
  /** Stops the making of the history; `stop` ends what has started. */
  readonly signal?: AbortSignal;
  /** A Kafka broker that stands for Event Hubs: the diagnostic export goes there as well. */
  readonly eventStream?: Pick<StreamOptions, 'brokers' | 'connectionString' | 'ca'>;
  /** Whom to trust among the company's own services that are called over HTTPS; PEM. */
  readonly partnerCa?: string;
  readonly certificate?: 'made' | 'none';
  readonly tls?: 'on' | 'off';
  /** Of the first host; the others follow. 0, the default, takes any that are free. */
  readonly port?: number;
};

export type Emulator = {
  /** `login`, `manage`, `graph`, `storage`, and the hosts that were plugged in. */
  readonly origins: Readonly<Record<string, string>>;
  readonly tenants: readonly LivingTenant[];
  readonly credentials: Credentials;
  /** What clients have to trust where `tls` is on; PEM. */
  readonly ca: string | undefined;
  readonly clock: VirtualClock;
  readonly store: FeedStore;
  readonly api: ActivityApi;
  /** The tenants' directories, and the storage account of their diagnostic export. */
  readonly companies: Companies;
  readonly faults: Faults;
  /** Errors that a handler threw: a test that sees one has found a defect of the emulator. */
  readonly defects: readonly unknown[];
  /** Lets so much time pass, with all that happens in it. Only without a speed. */
  advance(ms: number): Promise<void>;
  truth(): EmulatorTruth;
  /**
   * Ids of the records of a feed that a client who does everything right has by now, of what became
   * available at `sinceMs` or later: a month of a large tenant is too much to be told at once.
   */
  offered(tenantId: string, feed: Feed, sinceMs?: number): Set<string>;
  stop(): Promise<void>;
};
