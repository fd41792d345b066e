import type { ActivityFaults } from '../activity-api/activity-api.ts';
import type { ContentType, Subscriptions } from '../activity-api/subscriptions.ts';
import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import { SeededRandom, unitOf } from '../core/seeded-random.ts';
import type { DeliveryRoute } from '../feeds/batch-builder.ts';
import type { Batch, BatchContent } from '../feeds/batch-store.ts';
import type { Dispatcher } from '../feeds/feed-store.ts';
import type { Ask, Reply } from '../http/http-message.ts';
import {
  type HostileOptions,
  type Hostility,
  hostilePage,
  hostileReply,
  loopedPage,
} from './hostile-reply.ts';

/** Selects records by person, operation or any other member. */
export type Aim = (record: FeedRecord, happening: Occurrence) => boolean;

/** Records of one workload do not arrive during the outage. Afterwards they do, or never. */
export type Outage = {
  /** The workload in records: `Exchange`, `SharePoint`, … */
  readonly workload: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly afterwards: 'late' | 'lost';
};

/** An administrator ends all subscriptions to a content type without notice. */
export type Disabling = {
  readonly contentType: ContentType;
  readonly atMs: number;
  readonly by: 'a tenant admin' | 'a service admin';
};

/**
 * The faults to simulate.
 *
 * A number without a unit in its name is a probability from 0 to 1. By default all are 0 and all
 * lists empty. Each fault has its own random stream, so setting one does not affect another.
 */
export type FaultPlan = {
  /** Share of requests that are throttled. */
  readonly throttled: number;
  /** Share of requests answered with 500, 502, 503 or 504. */
  readonly failing: number;
  /** Share of requests answered after `slowMs` of real time. */
  readonly slow: number;
  readonly slowMs: number;
  /** Share of replies whose connection breaks in the middle. */
  readonly cut: number;
  /** Share of requests whose token is reported as expired. */
  readonly expired: number;
  /** Share of blobs that are listed again later under another id. */
  readonly duplicated: number;
  /** Share of records that are also in a second blob. */
  readonly repeated: number;
  /** Share of records that arrive later than usual by `lateMs`. */
  readonly late: number;
  readonly lateMs: readonly [from: number, to: number];
  /** Share of blobs that are listed only `hiddenMs` after their stated time. */
  readonly hidden: number;
  readonly hiddenMs: number;
  /** Share of blobs that are listed but cannot be fetched. */
  readonly gone: number;
  /** Share of records that are never delivered. */
  readonly lost: number;
  /** Selects records that are never delivered. */
  readonly aimed: readonly Aim[];
  readonly outages: readonly Outage[];
  readonly disabled: readonly Disabling[];
  /** Share of records in no blob of the Activity API, which Graph's audit search still finds. */
  readonly unlisted: number;
  /** Selects such records. */
  readonly unlistedAims: readonly Aim[];
  /** Share of records missing in Graph's reports and audit searches, but not elsewhere. */
  readonly unsearched: number;
  /** Share of windows, and of Graph pages, that link to themselves. */
  readonly looping: number;
  /** How far the service's clock is ahead of true time. */
  readonly skewMs: number;
  /**
   * Share of fetches, and of Graph and storage replies: an HTML page, or a redirect to a foreign
   * host.
   */
  readonly html: number;
  readonly redirected: number;
  /** Share of blobs and such replies: an endless gzip bomb, 2 GiB, or JSON nested 100,000 deep. */
  readonly bomb: number;
  readonly huge: number;
  readonly deep: number;
  /** Share of blobs, and of Graph pages, with a record of another tenant. */
  readonly foreign: number;
  /** Prefixes of the feeds whose records are late, repeated, lost or out. */
  readonly feeds: readonly string[];
};

/** Names of the faults that are probabilities. */
export const FAULT_RATES: readonly (keyof FaultPlan)[] = [
  ...(['throttled', 'failing', 'slow', 'cut', 'expired'] as const),
  ...([
    'duplicated',
    'repeated',
    'late',
    'hidden',
    'gone',
    'lost',
    'unlisted',
    'unsearched',
    'looping',
  ] as const),
  ...(['html', 'redirected', 'bomb', 'huge', 'deep', 'foreign'] as const),
];

const HOUR_MS = 3_600_000;

const NONE: FaultPlan = {
  ...{ throttled: 0, failing: 0, slow: 0, slowMs: 200, cut: 0, expired: 0 },
  ...{ duplicated: 0, repeated: 0, late: 0, lateMs: [3 * HOUR_MS, 72 * HOUR_MS] },
  ...{ hidden: 0, hiddenMs: 30 * 60_000, gone: 0, lost: 0, aimed: [], outages: [], disabled: [] },
  ...{ unlisted: 0, unlistedAims: [], unsearched: 0 },
  ...{ looping: 0, skewMs: 0, html: 0, redirected: 0, bomb: 0, huge: 0, deep: 0, foreign: 0 },
  feeds: ['activity/'],
};

/** A record that no reader of the feeds gets. */
export type Withheld = {
  readonly tenantId: string;
  readonly feed: string;
  readonly id: string;
  readonly atMs: number;
  readonly because: 'lost' | 'aimed' | 'outage';
};

/** Wraps a dispatcher and every request. Can be changed at runtime. */
export class Faults implements Dispatcher, ActivityFaults {
  readonly withheld: Withheld[] = [];
  readonly #seed: string | number;
  readonly #usual: Dispatcher;
  readonly #struck = new WeakSet<Disabling>();
  readonly #streams = new Map<string, SeededRandom>();
  readonly #markKeys = new Map<string, number>();
  #plan: FaultPlan = NONE;
  #floodBytes = 0;
  /** Target of redirects: a test server that counts the clients that follow. */
  #trap = 'http://127.0.0.1:9';

  constructor(options: {
    readonly seed: string | number;
    readonly usual: Dispatcher;
    readonly plan?: Partial<FaultPlan>;
  }) {
    this.#seed = options.seed;
    this.#usual = options.usual;
    this.set(options.plan ?? {});
  }

  get plan(): FaultPlan {
    return this.#plan;
  }

  /** Bytes of oversized replies that clients read before they disconnected. */
  get floodBytes(): number {
    return this.#floodBytes;
  }

  /** Changes the given faults; the others stay. */
  set(change: Partial<FaultPlan>): void {
    this.#plan = { ...this.#plan, ...change };
  }

  /** Removes all faults. */
  clear(): void {
    this.#plan = NONE;
  }

  leadTo(trap: string): void {
    this.#trap = trap;
  }

  routes(record: FeedRecord, happening: Occurrence): readonly DeliveryRoute[] {
    const { plan } = this;
    if (!plan.feeds.some((feed) => record.feed.startsWith(feed))) {
      return this.#usual.routes(record, happening);
    }
    const withhold = (because: Withheld['because']): readonly DeliveryRoute[] => {
      const { feed, id, atMs } = record;
      this.withheld.push({ tenantId: happening.tenantId, feed, id, atMs, because });
      return [];
    };
    // Draw for each record in any case, so that no fault shifts another.
    const usual = this.#usual.routes(record, happening);
    const isLost = this.#draw('lost', plan.lost);
    const isLate = this.#draw('late', plan.late);
    const isRepeated = this.#draw('repeated', plan.repeated);
    if (plan.aimed.some((aim) => aim(record, happening))) return withhold('aimed');
    if (isLost) return withhold('lost');
    const outage = plan.outages.find((o) => isOut(o, record));
    if (outage?.afterwards === 'lost') return withhold('outage');
    if (outage !== undefined) return usual.map((route) => afterOutage(route, outage));
    const isUnlisted =
      this.#marks('unlisted', plan.unlisted, record.id) ||
      plan.unlistedAims.some((aim) => aim(record, happening));
    if (isUnlisted) return usual.map(unlisted);
    const routes = isLate ? usual.map((route) => later(route, plan.lateMs)) : usual;
    return isRepeated ? [...routes, ...usual.map(again)] : routes;
  }

  copies(content: BatchContent): readonly number[] {
    const { duplicated, feeds } = this.plan;
    if (!feeds.some((feed) => content.feed.startsWith(feed))) return [];
    if (!this.#draw('duplicated', duplicated)) return [];
    return [this.#stream('duplicated-after').int(60_000, 2 * HOUR_MS)];
  }

  isHidden(batch: Batch, nowMs: number): boolean {
    const { hidden, hiddenMs } = this.plan;
    return nowMs < batch.availableMs + hiddenMs && this.#marks('hidden', hidden, batch.serial);
  }

  isGone(batch: Batch): boolean {
    return this.#marks('gone', this.plan.gone, batch.serial);
  }

  /** A blob that no client can read, and that none should retry forever. */
  isUnreadable(batch: Batch): boolean {
    const { plan } = this;
    const isMarked = (kind: 'bomb' | 'huge' | 'deep'): boolean =>
      this.#marks(kind, plan[kind], batch.serial);
    return isMarked('bomb') || isMarked('huge') || isMarked('deep');
  }

  loops(tenantId: string, window: { fromMs: number; toMs: number }): boolean {
    const name = `${tenantId} ${window.fromMs} ${window.toMs}`;
    return this.#marks('looping', this.plan.looping, name);
  }

  /** Graph does not find the record; other feeds may deliver it. */
  isUnsearched(recordId: string): boolean {
    return this.#marks('unsearched', this.plan.unsearched, recordId);
  }

  get skewMs(): number {
    return this.plan.skewMs;
  }

  instead(batch: Batch, read: () => Buffer): Reply | undefined {
    const kind = this.#hostility(batch.serial);
    return kind && hostileReply({ ...this.#hostile(kind), batch, read });
  }

  /** Replaces a Graph page, or a part of a diagnostic export blob. */
  disturb(ask: Ask, reply: Reply): Reply {
    const { plan } = this;
    const { path, query } = ask;
    if (reply.status !== 200 && reply.status !== 206) return reply;
    const kind = this.#hostility(`${path}?${query}`);
    if (kind !== undefined) return hostilePage(this.#hostile(kind), reply);
    const isLooped = this.#marks('looping', plan.looping, `${path}?${query}`);
    return isLooped ? loopedPage(ask, reply) : reply;
  }

  /** The hostile reply to this request, if any. */
  #hostility(name: string): Hostility | undefined {
    const { plan } = this;
    const drawn = (['html', 'redirected'] as const).find((kind) => this.#draw(kind, plan[kind]));
    const kinds = ['bomb', 'huge', 'deep', 'foreign'] as const;
    return drawn ?? kinds.find((kind) => this.#marks(kind, plan[kind], name));
  }

  #hostile(kind: Hostility): HostileOptions {
    const onFlood = (bytes: number): void => {
      this.#floodBytes += bytes;
    };
    return { kind, trap: this.#trap, onFlood };
  }

  /** Ends subscriptions when due; each such fault strikes once. */
  strike(subscriptions: Subscriptions, nowMs: number): void {
    for (const fault of this.plan.disabled) {
      if (fault.atMs > nowMs || this.#struck.has(fault)) continue;
      this.#struck.add(fault);
      for (const one of subscriptions.all()) {
        if (one.contentType === fault.contentType) subscriptions.end(one, fault.atMs, fault.by);
      }
    }
  }

  /** Wraps a request. `refuse`: the service's reply to too many requests. */
  async around(_ask: Ask, answer: () => Promise<Reply>, refuse: () => Reply): Promise<Reply> {
    const { plan } = this;
    if (this.#draw('expired', plan.expired)) return expired();
    if (this.#draw('throttled', plan.throttled)) return refuse();
    if (this.#draw('failing', plan.failing)) return failed(this.#stream('failure'));
    const reply = await answer();
    if (this.#draw('slow', plan.slow)) {
      return { ...reply, travel: { kind: 'slow', waitMs: plan.slowMs } };
    }
    if (this.#draw('cut', plan.cut)) {
      const bytes = Buffer.byteLength(reply.body ?? '');
      const afterBytes = this.#stream('cut-at').int(0, Math.max(1, bytes));
      return { ...reply, travel: { kind: 'cut', afterBytes } };
    }
    return reply;
  }

  #stream(name: string): SeededRandom {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new SeededRandom(this.#seed, 'fault', name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #markKey(name: string): number {
    const known = this.#markKeys.get(name);
    if (known !== undefined) return known;
    const key = new SeededRandom(this.#seed, 'fault', name, 'mark').next();
    this.#markKeys.set(name, key);
    return key;
  }

  /** For single occurrences: a record taken, a request answered. */
  #draw(name: string, p: number): boolean {
    return p > 0 && this.#stream(name).chance(p);
  }

  /** For permanent properties: the same blob is marked at each access. */
  #marks(name: string, p: number, key: string): boolean {
    return p > 0 && unitOf(this.#markKey(name), key) < p;
  }
}

function isOut(outage: Outage, { body, atMs }: FeedRecord): boolean {
  const { workload, fromMs, toMs } = outage;
  return body['Workload'] === workload && atMs >= fromMs && atMs < toMs;
}

function afterOutage(route: DeliveryRoute, outage: Outage): DeliveryRoute {
  return {
    ...route,
    name: `${route.name} after ${outage.workload} ${outage.toMs}`,
    delayMs: (random, openedMs) =>
      Math.max(0, outage.toMs - openedMs) + route.delayMs(random, openedMs),
  };
}

function later(route: DeliveryRoute, [fromMs, toMs]: readonly [number, number]): DeliveryRoute {
  return {
    ...route,
    name: `${route.name} late`,
    delayMs: (random, openedMs) => route.delayMs(random, openedMs) + random.int(fromMs, toMs + 1),
  };
}

function unlisted(route: DeliveryRoute): DeliveryRoute {
  return { ...route, name: `${route.name} unlisted`, isUnlisted: true };
}

function again(route: DeliveryRoute): DeliveryRoute {
  return {
    ...route,
    name: `${route.name} again`,
    delayMs: (random, openedMs) => route.delayMs(random, openedMs) + random.gap(HOUR_MS),
  };
}

function expired(): Reply {
  return {
    status: 401,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'www-authenticate':
        'Bearer error="invalid_token", error_description="The access token has expired"',
    },
    body: JSON.stringify({ Message: 'Authorization has been denied for this request.' }),
  };
}

function failed(random: SeededRandom): Reply {
  const status = random.pick([500, 502, 503, 504]);
  // The service itself answers in JSON; the gateways in front of it do not.
  if (status === 500) {
    const error = { code: 'AF50000', message: 'An internal server error occurred. Retry.' };
    return {
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error }),
    };
  }
  const body = `<html><body><h1>${status}</h1><hr>gateway</body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body };
}
