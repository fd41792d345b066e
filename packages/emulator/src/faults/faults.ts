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

/** Chooses records: by person, by operation, by anything that is in them. */
export type Aim = (record: FeedRecord, happening: Occurrence) => boolean;

/** One workload's records do not arrive while it is out; afterwards they do, or never. */
export type Outage = {
  /** As records name it: `Exchange`, `SharePoint`, … */
  readonly workload: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly afterwards: 'late' | 'lost';
};

/** An administrator ends all subscriptions to a content type, and tells nobody. */
export type Disabling = {
  readonly contentType: ContentType;
  readonly atMs: number;
  readonly by: 'a tenant admin' | 'a service admin';
};

/**
 * What goes wrong. A number without a unit in its name is a probability from 0 to 1. All are 0, and
 * all lists empty, unless they are set; each draws from its own stream, so that setting one changes
 * nothing of what another does.
 */
export type FaultPlan = {
  /** Of requests: refused as too many. */
  readonly throttled: number;
  /** Of requests: answered 500, 502, 503 or 504. */
  readonly failing: number;
  /** Of requests: answered after `slowMs` of real time. */
  readonly slow: number;
  readonly slowMs: number;
  /** Of answers: the connection dies in the middle. */
  readonly cut: number;
  /** Of requests: the token is said to have expired. */
  readonly expired: number;
  /** Of blobs: listed again later under another id. */
  readonly duplicated: number;
  /** Of records: in a second blob as well. */
  readonly repeated: number;
  /** Of records: so much later than usual. */
  readonly late: number;
  readonly lateMs: readonly [from: number, to: number];
  /** Of blobs: listed only `hiddenMs` after the time that they state. */
  readonly hidden: number;
  readonly hiddenMs: number;
  /** Of blobs: listed, and not to be had. */
  readonly gone: number;
  /** Of records: never handed out. */
  readonly lost: number;
  /** Records that are never handed out, by aim. */
  readonly aimed: readonly Aim[];
  readonly outages: readonly Outage[];
  readonly disabled: readonly Disabling[];
  /** Of records: in no blob that the Activity API lists, though Graph's audit search finds them. */
  readonly unlisted: number;
  /** The same, by aim. */
  readonly unlistedAims: readonly Aim[];
  /** Of records: not given out by Graph's reports and audit searches, whoever else has them. */
  readonly unsearched: number;
  /** Of windows, and of pages of Graph: the page links to itself. */
  readonly looping: number;
  /** How far the service's clock is ahead of true time. */
  readonly skewMs: number;
  /** Of fetches, and of answers of Graph and storage: HTML; a redirect to a host of nobody's. */
  readonly html: number;
  readonly redirected: number;
  /** Of blobs, and of those: gzip that grows without end; 2 GiB; JSON that nests 100,000 deep. */
  readonly bomb: number;
  readonly huge: number;
  readonly deep: number;
  /** Of blobs, and of pages of Graph: a record of another tenant among its own. */
  readonly foreign: number;
  /** The feeds whose records are late, repeated, lost or out: by the start of their names. */
  readonly feeds: readonly string[];
};

/** The faults that are probabilities, by name. */
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

/** A record that was withheld from whoever reads the feeds. */
export type Withheld = {
  readonly tenantId: string;
  readonly feed: string;
  readonly id: string;
  readonly atMs: number;
  readonly because: 'lost' | 'aimed' | 'outage';
};

/** Wraps a dispatcher, and stands around every request. May be changed while it runs. */
export class Faults implements Dispatcher, ActivityFaults {
  readonly withheld: Withheld[] = [];
  readonly #seed: string | number;
  readonly #usual: Dispatcher;
  readonly #struck = new WeakSet<Disabling>();
  readonly #streams = new Map<string, SeededRandom>();
  readonly #markKeys = new Map<string, number>();
  #plan: FaultPlan = NONE;
  #floodBytes = 0;
  /** Where redirects lead: a server of ours that counts who falls for them. */
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

  /** Of answers that are too large: what clients have taken of them before they hung up. */
  get floodBytes(): number {
    return this.#floodBytes;
  }

  /** Changes some of it; what is not named stays. */
  set(change: Partial<FaultPlan>): void {
    this.#plan = { ...this.#plan, ...change };
  }

  /** From now on nothing goes wrong any more. */
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
    // All draw for each record, whatever becomes of it, so that no fault shifts another.
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

  /** A blob that no client can take in, and that none should try for ever. */
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

  /** Graph does not find it; the other ways may give it out. */
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

  /** What comes in place of a page of Graph, or of a part of a blob of the diagnostic export. */
  disturb(ask: Ask, reply: Reply): Reply {
    const { plan } = this;
    const { path, query } = ask;
    if (reply.status !== 200 && reply.status !== 206) return reply;
    const kind = this.#hostility(`${path}?${query}`);
    if (kind !== undefined) return hostilePage(this.#hostile(kind), reply);
    const isLooped = this.#marks('looping', plan.looping, `${path}?${query}`);
    return isLooped ? loopedPage(ask, reply) : reply;
  }

  /** What is sent in place of what was asked for, if anything. */
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

  /** Ends the subscriptions whose time has come; each such fault strikes once. */
  strike(subscriptions: Subscriptions, nowMs: number): void {
    for (const fault of this.plan.disabled) {
      if (fault.atMs > nowMs || this.#struck.has(fault)) continue;
      this.#struck.add(fault);
      for (const one of subscriptions.all()) {
        if (one.contentType === fault.contentType) subscriptions.end(one, fault.atMs, fault.by);
      }
    }
  }

  /** What stands around a request. `refuse` is how this service says "too many requests". */
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

  /** For what happens once: a record taken, a request answered. */
  #draw(name: string, p: number): boolean {
    return p > 0 && this.#stream(name).chance(p);
  }

  /** For what stays so: the same blob is marked at every look. */
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
  // Only the service itself answers in JSON; what stands before it does not.
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
