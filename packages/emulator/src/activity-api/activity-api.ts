import type { Feed } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { Batch } from '../feeds/batch-store.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import { type Ask, HttpError, json, type Reply } from '../http/http-message.ts';
import { jsonBody } from '../http/http-server.ts';
import { Router } from '../http/router.ts';
import { type AccessClaims, bearerOf, type TokenMint } from '../login/token-mint.ts';
import { type ContentIdShape, contentIdOf, contentKeyOf, isBatchOf } from './content-id.ts';
import { ActivityApiError, type StatusTable } from './errors.ts';
import {
  type Item,
  nextPageUri,
  offsetOf,
  RETENTION_MS,
  type Window,
  windowOf,
} from './listing.ts';
import { Quota } from './quota.ts';
import { sensitiveTypes } from './sensitive-types.ts';
import {
  CONTENT_TYPES,
  type ContentType,
  isEnabled,
  type Subscription,
  Subscriptions,
  shows,
  type Webhook,
  writtenOf,
} from './subscriptions.ts';
import { WebhookCaller, type WebhookOptions } from './webhook-caller.ts';

export type TenantState = 'sound' | 'misconfigured' | 'not auditing';

/** Faults of this service. None by default. */
export interface ActivityFaults {
  /** Whether lists hide a blob although it is available. */
  isHidden(batch: Batch, nowMs: number): boolean;
  isGone(batch: Batch): boolean;
  /** Whether a page links to itself. */
  loops(tenantId: string, window: Window): boolean;
  /** The reply in place of a blob. */
  instead(batch: Batch, read: () => Buffer): Reply | undefined;
  /** How far the service's clock is ahead of true time. */
  readonly skewMs: number;
}

export type ActivityApiOptions = {
  readonly seed: string | number;
  readonly store: FeedStore;
  readonly mint: TokenMint;
  readonly origin: () => string;
  /** True virtual time. */
  readonly now: () => number;
  /** Undefined for an unknown tenant. */
  readonly tenant: (tenantId: string) => TenantState | undefined;
  readonly faults?: ActivityFaults;
  readonly webhooks?: WebhookOptions;
  /** Blobs per page of a list. The vendor documents no number. */
  readonly pageSize?: number;
  /** The documented baseline is 2,000 per minute; larger tenants have more. */
  readonly requestsPerMinute?: number;
  readonly contentIds?: ContentIdShape;
  /** `NextPageUri` in the reference, `NextPageUrl` on the troubleshooting page. */
  readonly nextPageHeader?: string;
  readonly statuses?: StatusTable;
  /** "Wait 15 minutes between start requests", per content type. 0 disables the rule. */
  readonly startIntervalMs?: number;
  /** Delay of the first content after a start; up to 12 hours in the real service. */
  readonly firstContentMs?: number;
};

type Caller = {
  readonly ask: Ask;
  readonly tenantId: string;
  readonly claims: AccessClaims;
  readonly nowMs: number;
};

type Operation = (caller: Caller) => Reply | Promise<Reply>;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const AUDIENCES = ['https://manage.office.com', 'c5393580-f805-4401-95e8-94b7a6ef2fc2'];
const PAGE_SIZE = 200;
const REQUESTS_PER_MINUTE = 2_000;
const START_INTERVAL_MS = 900_000;

/** The Office 365 Management Activity API, version 1.0, for all tenants. */
export class ActivityApi {
  readonly router: Router = new Router();
  readonly subscriptions: Subscriptions = new Subscriptions();
  readonly #options: ActivityApiOptions;
  readonly #quota: Quota;
  readonly #webhooks: WebhookCaller;
  readonly #random: SeededRandom;

  constructor(options: ActivityApiOptions) {
    this.#options = options;
    this.#quota = new Quota(options.requestsPerMinute ?? REQUESTS_PER_MINUTE);
    this.#webhooks = new WebhookCaller(options.webhooks ?? {});
    this.#random = new SeededRandom(options.seed, 'activity-api');
    const on = (method: string, path: string, name: string, operation: Operation): void => {
      for (const version of ['v1.0', 'v1']) {
        const pattern = `/api/${version}/{tenant}/activity/feed/${path}`;
        this.router.on(method, pattern, (ask) => this.#call(ask, name, operation));
      }
    };
    on('POST', 'subscriptions/start', 'StartSubscription', (caller) => this.#start(caller));
    on('POST', 'subscriptions/stop', 'StopSubscription', (caller) => this.#stop(caller));
    on('GET', 'subscriptions/list', 'ListCurrentSubscriptions', (caller) => this.#list(caller));
    on('GET', 'subscriptions/content', 'ListAvailableContent', (c) => this.#content(c));
    on('GET', 'subscriptions/notifications', 'ListNotifications', (c) => this.#notifications(c));
    on('GET', 'audit/{content}', 'GetBlob', (caller) => this.#blob(caller));
    on('GET', 'resources/dlpSensitiveTypes', 'GetSensitiveTypes', ({ ask }) => sensitiveTypes(ask));
  }

  /** Number of requests refused by the quota. */
  get throttledCount(): number {
    return this.#quota.refusals;
  }

  /** Notifies webhooks of available content. Called as virtual time passes. */
  async notify(): Promise<void> {
    const nowMs = this.#options.now();
    await Promise.all(
      this.subscriptions
        .all()
        .map((subscription) =>
          this.#webhooks.deliver(subscription, nowMs, (fromMs, toMs) =>
            this.#shown(subscription, { fromMs, toMs }, nowMs).map((batch) => this.#item(batch)),
          ),
        ),
    );
  }

  /** The blobs that a correct client can list now and has not lost. */
  shownOf(subscription: Subscription): readonly Batch[] {
    const nowMs = this.#options.now();
    return this.#shown(subscription, { fromMs: 0, toMs: nowMs + 1 }, nowMs);
  }

  async #call(ask: Ask, name: string, operation: Operation): Promise<Reply> {
    const { now, tenant, mint, statuses } = this.#options;
    try {
      const nowMs = now();
      const named = ask.params['tenant'] ?? '';
      if (!GUID.test(named)) throw new ActivityApiError('AF20013', [named]);
      const tenantId = named.toLowerCase();
      const token = bearerOf(ask.headers['authorization']);
      const claims = token === undefined ? undefined : await mint.verify(token, this.#stamp(nowMs));
      if (claims === undefined || !AUDIENCES.includes(claims.audience)) throw unauthorized();
      if (claims.tenantId !== tenantId) {
        throw new ActivityApiError('AF20010', [tenantId, claims.tenantId]);
      }
      const state = tenant(tenantId);
      if (state === undefined) throw new ActivityApiError('AF20011', [tenantId]);
      if (state === 'misconfigured') throw new ActivityApiError('AF20012', [tenantId]);
      const granted = [...claims.roles, ...claims.scopes];
      if (!granted.includes('ActivityFeed.Read')) {
        throw new ActivityApiError('AF10001', [granted.join(',')]);
      }
      const publisher = publisherOf(ask);
      if (!this.#quota.take(tenantId, publisher, nowMs)) {
        throw new ActivityApiError('AF429', [name, Quota.nameOf(publisher)]);
      }
      return await operation({ ask, tenantId, claims, nowMs });
    } catch (error) {
      // Handlers throw codes; this tenant's options map them to statuses.
      if (!(error instanceof ActivityApiError)) throw error;
      const status = statuses?.[error.code] ?? error.reply.status;
      throw new HttpError({ ...error.reply, status });
    }
  }

  async #start(caller: Caller): Promise<Reply> {
    const { ask, tenantId, claims, nowMs } = caller;
    const { startIntervalMs = START_INTERVAL_MS, firstContentMs = 0, tenant } = this.#options;
    const contentType = contentTypeOf(ask);
    if (tenant(tenantId) === 'not auditing') throw notAuditing(tenantId);
    const before = this.subscriptions.find(tenantId, claims.appId, contentType);
    if (before !== undefined && nowMs < before.startedMs + startIntervalMs) {
      throw new ActivityApiError('AF429', ['StartSubscription', Quota.nameOf(publisherOf(ask))]);
    }
    const webhook = webhookOf(jsonBody(ask)['webhook'], nowMs);
    if (webhook !== undefined) {
      const why = await this.#webhooks.validate(webhook, this.#random.guid());
      if (why !== undefined) throw new ActivityApiError('AF20021', [webhook.address, why]);
    }
    const fromMs = nowMs + firstContentMs;
    const started = { tenantId, clientId: claims.appId, contentType, webhook, nowMs, fromMs };
    return json(200, writtenOf(this.subscriptions.start(started), nowMs));
  }

  #stop({ ask, tenantId, claims, nowMs }: Caller): Reply {
    const found = this.subscriptions.find(tenantId, claims.appId, contentTypeOf(ask));
    if (found === undefined) throw new ActivityApiError('AF20022');
    this.subscriptions.end(found, nowMs, 'owner');
    return { status: 200 };
  }

  #list({ tenantId, claims, nowMs }: Caller): Reply {
    const own = this.subscriptions.of(tenantId, claims.appId);
    return json(
      200,
      own.map((subscription) => writtenOf(subscription, nowMs)),
    );
  }

  #content(caller: Caller): Reply {
    const subscription = this.#enabled(caller);
    const window = windowOf(caller.ask.query, this.#stamp(caller.nowMs));
    const skewMs = this.#stamp(0);
    const trueWindow = { fromMs: window.fromMs - skewMs, toMs: window.toMs - skewMs };
    const shown = this.#shown(subscription, trueWindow, caller.nowMs);
    return this.#page(caller, { operation: 'content', window }, shown, (b) => this.#item(b));
  }

  #notifications(caller: Caller): Reply {
    const subscription = this.#enabled(caller);
    const window = windowOf(caller.ask.query, this.#stamp(caller.nowMs));
    const all = this.#webhooks.log
      .filter((entry) => entry.subscription === subscription)
      .map(({ notification }) => notification)
      .filter(({ contentCreated }) => {
        const ms = Date.parse(contentCreated);
        return ms >= window.fromMs && ms < window.toMs;
      });
    return this.#page(caller, { operation: 'notifications', window }, all, (n) => n);
  }

  #page<T>(
    caller: Caller,
    list: { operation: string; window: Window },
    all: readonly T[],
    written: (one: T) => unknown,
  ): Reply {
    const { ask, tenantId } = caller;
    const { origin, pageSize = PAGE_SIZE, nextPageHeader = 'NextPageUri', faults } = this.#options;
    const { operation, window } = list;
    const offset = offsetOf(ask.query, window);
    const page = all.slice(offset, offset + pageSize);
    const isLoop = faults?.loops(tenantId, window) === true && page.length > 0;
    const next = isLoop ? offset : offset + pageSize;
    const contentType = contentTypeOf(ask);
    const link = { origin: origin(), tenantId, operation, contentType, window, offset: next };
    return json(200, page.map(written), {
      ...((isLoop || next < all.length) && { [nextPageHeader]: nextPageUri(link) }),
    });
  }

  #blob({ ask, tenantId, claims, nowMs }: Caller): Reply {
    const { store, faults } = this.#options;
    const contentId = ask.params['content'] ?? '';
    const key = contentKeyOf(contentId);
    if (key === undefined) throw new ActivityApiError('AF20052', [contentId]);
    const batch = CONTENT_TYPES.flatMap((contentType) =>
      store.batches(feedOf(contentType), tenantId, key.availableMs, key.availableMs + 1),
    ).find((candidate) => isBatchOf(candidate, key));
    if (nowMs - key.availableMs > RETENTION_MS) {
      throw new ActivityApiError('AF20051', [contentId]);
    }
    if (batch === undefined || batch.availableMs > nowMs || faults?.isGone(batch)) {
      throw new ActivityApiError('AF20050', [contentId]);
    }
    const contentType = batch.feed.slice('activity/'.length) as ContentType;
    const subscription = this.subscriptions.find(tenantId, claims.appId, contentType);
    if (subscription === undefined) throw new ActivityApiError('AF20022');
    if (!shows(subscription, batch.availableMs)) throw new ActivityApiError('AF20050', [contentId]);
    const read = (): Buffer => store.read(batch);
    return (
      faults?.instead(batch, read) ?? {
        status: 200,
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: read(),
      }
    );
  }

  #enabled({ ask, tenantId, claims }: Caller): Subscription {
    const found = this.subscriptions.find(tenantId, claims.appId, contentTypeOf(ask));
    if (found === undefined || found.endedBy === 'owner') throw new ActivityApiError('AF20022');
    if (!isEnabled(found)) throw new ActivityApiError('AF20023', [found.endedBy ?? '']);
    return found;
  }

  #shown(subscription: Subscription, window: Window, nowMs: number): readonly Batch[] {
    const { store, faults } = this.#options;
    const toMs = Math.min(window.toMs, nowMs + 1);
    return store
      .batches(feedOf(subscription.contentType), subscription.tenantId, window.fromMs, toMs)
      .filter((batch) => shows(subscription, batch.availableMs) && !batch.isUnlisted)
      .filter((batch) => faults?.isHidden(batch, nowMs) !== true);
  }

  #item(batch: Batch): Item {
    const { origin, contentIds = 'long' } = this.#options;
    const contentId = contentIdOf(batch, contentIds);
    const created = this.#stamp(batch.availableMs);
    return {
      contentType: batch.feed.slice('activity/'.length),
      contentId,
      contentUri: `${origin()}/api/v1.0/${batch.tenantId}/activity/feed/audit/${contentId}`,
      contentCreated: new Date(created).toISOString(),
      contentExpiration: new Date(created + RETENTION_MS).toISOString(),
    };
  }

  /** A true time as this service's clock shows it. */
  #stamp(ms: number): number {
    return ms + (this.#options.faults?.skewMs ?? 0);
  }
}

function feedOf(contentType: ContentType): Feed {
  return `activity/${contentType}`;
}

function contentTypeOf(ask: Ask): ContentType {
  const named = ask.query.get('contentType');
  if (named === null) throw new ActivityApiError('AF20001', ['contentType']);
  const found = CONTENT_TYPES.find((one) => one.toLowerCase() === named.toLowerCase());
  if (found === undefined) throw new ActivityApiError('AF20020');
  return found;
}

function publisherOf(ask: Ask): string | undefined {
  const named = ask.query.get('PublisherIdentifier');
  if (named === null || named === '') return undefined;
  if (!GUID.test(named)) throw new ActivityApiError('AF20002', ['PublisherIdentifier', 'guid']);
  return named.toLowerCase();
}

function webhookOf(value: unknown, nowMs: number): Webhook | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { address, authId, expiration } = value as Record<string, unknown>;
  if (typeof address !== 'string') throw new ActivityApiError('AF20001', ['webhook.address']);
  const expirationMs =
    typeof expiration === 'string' && expiration !== '' ? Date.parse(expiration) : undefined;
  if (Number.isNaN(expirationMs)) {
    throw new ActivityApiError('AF20002', ['webhook.expiration', 'datetime']);
  }
  if (expirationMs !== undefined && expirationMs <= nowMs) {
    throw new ActivityApiError('AF20003', [String(expiration)]);
  }
  const kept = typeof authId === 'string' ? authId : undefined;
  return { address, authId: kept, expirationMs, status: 'enabled' };
}

/** The gateway in front of the service answers this, not the service. */
function unauthorized(): HttpError {
  const message = 'Authorization has been denied for this request.';
  return new HttpError(json(401, { Message: message }, { 'www-authenticate': 'Bearer' }));
}

/** Troubleshooting page: the reply to start during the first hour of unified auditing. */
function notAuditing(tenantId: string): HttpError {
  const message =
    '[Error: Microsoft.Office.Compliance.Audit.DataServiceException: Tenant ' +
    `${tenantId} does not exist.]`;
  return new HttpError(json(400, { error: { code: 'StartSubscription', message } }));
}
