import { type Clock, type Interval, lengthMs, subtract, type TenantId } from '@countersign/core';
import { clockOffText } from '../../http/clock-skew.ts';
import type { RequestPace } from '../../http/request-pace.ts';
import type { Sleep } from '../../http/wait.ts';
import {
  allOf,
  type CollectionSink,
  type Collector,
  type CollectWindow,
  type ContentFact,
  type PollReport,
  type WindowEnd,
} from '../collector.ts';
import { emptyWindowEnd, PollTally, serviceErrorOf } from '../poll-tally.ts';
import { type QuotaBudget, quotaBudget, quotaText, RequestDemandMeter } from '../quota-budget.ts';
import type {
  ActivityApi,
  ContentType,
  ListedContent,
  Listing,
  Subscription,
} from './activity-api.ts';
import type { ActivityWebhook } from './activity-webhook.ts';
import { BlobFetcher } from './blob-fetcher.ts';
import {
  POLL_EVERY_MS,
  POLL_MS_MAX,
  RETENTION_MARGIN_MS,
  RETENTION_MS,
  RETRY_WINDOW_MS_MAX,
  SKEW_MS_MAX,
  START_EVERY_MS,
  SWEEP_EVERY_MS,
} from './limits.ts';
import {
  type PlannedWindow,
  planWindows,
  type Slice,
  slicesOf,
  sweepWindows,
} from './plan-windows.ts';
import { endOf, windowEndFromError } from './window-outcome.ts';

export type ActivityCollectorOptions = {
  readonly api: ActivityApi;
  readonly pace: RequestPace;
  readonly clock: Clock;
  readonly tenant: TenantId;
  readonly contentTypes: readonly ContentType[];
  /** How far the service's clock is ahead of ours. */
  readonly skewMs: () => number;
  readonly wait: Sleep;
  /** Receives notifications of new content, so that it is polled earlier. */
  readonly webhook?: ActivityWebhook | undefined;
  readonly everyMs?: number | undefined;
};

/** The state of one content type between two polls. Losing it in a crash costs a few requests. */
type Feed = {
  readonly contentType: ContentType;
  readonly need: RequestDemandMeter;
  startedMs: number | undefined;
  sweptMs: number | undefined;
  sweeps: number;
  /** Failed windows by their start: the number of failures, and the time of the next attempt. */
  readonly failing: Map<number, { failures: number; notBeforeMs: number }>;
  readonly tries: Map<string, number>;
};

/** Collects all content of the Management Activity API of one tenant. */
export class ActivityCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: ActivityCollectorOptions;
  readonly #feeds: readonly Feed[];
  #budget: QuotaBudget | undefined;

  constructor(options: ActivityCollectorOptions) {
    this.#options = options;
    this.name = `activity-api ${options.tenant}`;
    this.everyMs = options.everyMs ?? POLL_EVERY_MS;
    this.#feeds = options.contentTypes.map((contentType) => ({
      contentType,
      need: new RequestDemandMeter(),
      startedMs: undefined,
      sweptMs: undefined,
      sweeps: 0,
      failing: new Map(),
      tries: new Map(),
    }));
  }

  /** As of the last poll; undefined before the first. */
  get budget(): QuotaBudget | undefined {
    return this.#budget;
  }

  /** Resolves when a notification reports new content. */
  async nextHint(signal: AbortSignal): Promise<void> {
    const { webhook, wait } = this.#options;
    if (webhook === undefined) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      return;
    }
    await webhook.nextHint(signal);
    if (signal.aborted) return;
    // Lists have whole seconds: content of this second is listed with the next one.
    await wait(1000 - (this.#serviceMs() % 1000), signal);
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    let enabled: ReadonlyMap<string, Subscription> | undefined;
    try {
      enabled = await this.#options.api.subscriptions(signal);
    } catch (error) {
      // Each content type is still polled, and its answers go into the ledger.
      tally.addProblem(serviceErrorOf(error).message);
    }
    const startedMs = this.#options.clock.monotonic();
    const poll = { sink, signal, enabled, startedMs, tally };
    await allOf(this.#feeds.map((feed) => this.#pollFeed(feed, poll)));
    await this.#measureBacklog(sink, tally);
    const off = clockOffText(this.#options.skewMs(), SKEW_MS_MAX);
    if (off !== undefined) tally.addProblem(off);
    return tally.report();
  }

  async #pollFeed(feed: Feed, poll: Poll): Promise<void> {
    const { enabled, sink } = poll;
    const subscribed = enabled?.get(feed.contentType);
    if (enabled !== undefined && subscribed === undefined) await this.#start(feed, poll);
    else if (subscribed !== undefined) await this.#attach(feed, subscribed, poll);
    const { horizonMs, nowMs } = this.#range();
    const settled = sink.settled(sourceOf(feed), this.#options.tenant, null);
    const planned = planWindows(settled, { horizonMs, nowMs });
    const due = planned.filter(({ from, kind }) => kind === 'news' || this.#isDue(feed, from));
    for (const window of due) {
      if (window.kind !== 'news' && this.#isLong(poll)) return;
      if ((await this.#pollWindow(feed, window, poll)) === 'stop') return;
    }
    // New and missing content comes first; only then is content listed again.
    if (!this.#isLong(poll)) await this.#sweep(feed, poll);
  }

  /** Lists earlier windows again, to find content that was listed late before it expires. */
  async #sweep(feed: Feed, poll: Poll): Promise<void> {
    const { clock } = this.#options;
    if (feed.sweptMs !== undefined && clock.monotonic() - feed.sweptMs < SWEEP_EVERY_MS) return;
    feed.sweptMs = clock.monotonic();
    feed.sweeps += 1;
    const { horizonMs, nowMs } = this.#range();
    for (const from of feed.failing.keys()) if (from < horizonMs) feed.failing.delete(from);
    for (const window of sweepWindows({ from: horizonMs, to: nowMs })) {
      if ((await this.#pollWindow(feed, window, poll)) === 'stop') return;
    }
  }

  /** Starts a subscription that does not exist, or that was switched off. */
  async #start(feed: Feed, { sink, signal, tally }: Poll): Promise<void> {
    const { api, clock, tenant } = this.#options;
    const sinceMs = feed.startedMs;
    if (sinceMs !== undefined && clock.monotonic() - sinceMs < START_EVERY_MS) return;
    feed.startedMs = clock.monotonic();
    try {
      await api.startSubscription(feed.contentType, { signal });
    } catch (error) {
      tally.addProblem(`could not start ${feed.contentType}: ${serviceErrorOf(error).message}`);
      return;
    }
    const { horizonMs, nowMs } = this.#range();
    const settled = sink.settled(sourceOf(feed), tenant, null);
    const text = `there was no enabled subscription for ${feed.contentType}; it was started now`;
    tally.addProblem(text);
    for (const gap of subtract([{ from: horizonMs, to: nowMs }], settled)) {
      const session = sink.begin(this.#window(feed, gap));
      await session.end(emptyWindowEnd('off', 'AF20022', text));
    }
  }

  /**
   * Requests notifications of new content. A notification is only a hint, so a failure here does
   * not matter.
   */
  async #attach(
    feed: Feed,
    { webhook: registered }: Subscription,
    { signal, tally }: Poll,
  ): Promise<void> {
    const { api, clock, webhook } = this.#options;
    if (webhook === undefined || registered === webhook.address) return;
    const sinceMs = feed.startedMs;
    if (sinceMs !== undefined && clock.monotonic() - sinceMs < START_EVERY_MS) return;
    feed.startedMs = clock.monotonic();
    const { contentType } = feed;
    const { address } = webhook;
    const authId = webhook.authIdOf(contentType);
    try {
      await webhook.whileValidating(contentType, () =>
        api.startSubscription(contentType, { signal, webhook: { address, authId } }),
      );
    } catch (error) {
      tally.addProblem(`no webhook for ${contentType}: ${serviceErrorOf(error).message}`);
    }
  }

  /** `stop`: the service has a problem, or the time is up. The next poll continues. */
  async #pollWindow(feed: Feed, planned: PlannedWindow, poll: Poll): Promise<'go on' | 'stop'> {
    const { sink, signal, tally } = poll;
    const { api } = this.#options;
    let listing: Listing;
    try {
      const window = { fromMs: planned.from, toMs: planned.to };
      listing = await api.list(feed.contentType, window, signal);
    } catch (error) {
      const failure = serviceErrorOf(error);
      const end = windowEndFromError(failure);
      this.#noteFailure(feed, planned);
      const session = sink.begin(this.#window(feed, planned));
      tally.addWindow(await session.end(end), end, feed.contentType);
      return failure.code === 'REFUSED' ? 'go on' : 'stop';
    }
    const off = sink.off(sourceOf(feed), this.#options.tenant);
    const slices = slicesOf(planned, off, listing.items);
    const outcomes = await this.#pollSlices(feed, planned, { listing, slices }, poll);
    if (outcomes.length < slices.length) return 'stop';
    if (outcomes.every((outcome) => outcome === 'complete')) feed.failing.delete(planned.from);
    else this.#noteFailure(feed, planned);
    return 'go on';
  }

  /**
   * Processes slices in order. Fetches the next slice while the last one becomes durable. Stops
   * early when the poll has taken long.
   */
  async #pollSlices(
    feed: Feed,
    planned: PlannedWindow,
    listed: { readonly listing: Listing; readonly slices: readonly Slice<ListedContent>[] },
    poll: Poll,
  ): Promise<WindowEnd['outcome'][]> {
    const { listing, slices } = listed;
    const ends: Promise<WindowEnd['outcome']>[] = [];
    try {
      for (const slice of slices) {
        if (ends.length > 0 && this.#isLong(poll)) break;
        const end = await this.#fetchSlice(feed, { ...planned, ...slice }, listing, poll);
        await ends.at(-1);
        const ending = end();
        // The result is awaited after the next fetch; until then a rejection must not count as
        // unhandled.
        ending.catch(() => {});
        ends.push(ending);
        if (planned.kind === 'sweep') continue;
        const requests = listing.pages / slices.length + slice.contents.length;
        feed.need.add(slice.to - slice.from, requests);
      }
    } finally {
      await Promise.allSettled(ends);
    }
    return Promise.all(ends);
  }

  /**
   * Adds the new content of the slice. The returned function ends the slice after everything added
   * before.
   */
  async #fetchSlice(
    feed: Feed,
    slice: PlannedWindow & Slice<ListedContent>,
    { shortBecause }: Listing,
    { sink, signal, tally }: Poll,
  ): Promise<() => Promise<WindowEnd['outcome']>> {
    const { api, tenant } = this.#options;
    const known: ContentFact[] = [];
    const again = new Set<string>();
    const blobs = slice.contents.filter(({ id }) => {
      const content = sink.content(sourceOf(feed), tenant, id);
      // Content that was gone or unreadable is tried again occasionally.
      const isAgain = content !== undefined && content.state !== 'read' && slice.kind === 'sweep';
      if (isAgain && feed.sweeps > 1) again.add(id);
      else if (content !== undefined) known.push(content);
      return content === undefined || again.has(id);
    });
    const session = sink.begin(this.#window(feed, slice));
    const fetcher = new BlobFetcher(api, feed.tries, again);
    const fetched = await fetcher.fetchAll(blobs, session, signal);
    const listed = { count: slice.contents.length, known, shortBecause };
    const end = endOf(listed, fetched, slice.subscription);
    return async () => {
      tally.addWindow(await session.end(end), end, feed.contentType);
      return end.outcome;
    };
  }

  /** Returns true if the poll has taken so long that new content must be polled first. */
  #isLong({ startedMs, tally }: Poll): boolean {
    const isLong = this.#options.clock.monotonic() - startedMs >= POLL_MS_MAX;
    if (isLong) tally.hasMore = true;
    return isLong;
  }

  /** Computes the backlog, and whether it can be fetched before it expires. */
  async #measureBacklog(sink: CollectionSink, tally: PollTally): Promise<void> {
    const { clock, pace, tenant } = this.#options;
    const { horizonMs, nowMs } = this.#range();
    const behind = this.#feeds.map((feed) => {
      const settled = sink.settled(sourceOf(feed), tenant, null);
      const gaps = subtract([{ from: horizonMs, to: nowMs - 2 * this.everyMs }], settled);
      return { feed, gaps, requests: (lengthMs(gaps) / 60_000) * feed.need.perMinute };
    });
    tally.behindMs = behind.reduce((sum, { gaps }) => sum + lengthMs(gaps), 0);
    const overhead = (1 + this.#feeds.length) / (this.everyMs / 60_000);
    const needed = this.#feeds.reduce((sum, feed) => sum + feed.need.perMinute, overhead);
    const budget = quotaBudget({
      nowMs: clock.now(),
      neededPerMinute: needed,
      allowedPerMinute: pace.perMinute,
      backlogRequests: behind.reduce((sum, { requests }) => sum + requests, 0),
      oldestMs: earliest(behind.flatMap(({ gaps }) => gaps)),
      retentionMs: RETENTION_MS,
    });
    this.#budget = budget;
    if (budget.state !== 'late: quota') return;
    const text = quotaText(budget);
    tally.addProblem(`late: quota: ${text}`);
    for (const { feed, gaps } of behind) {
      const from = earliest(gaps);
      if (from === undefined) continue;
      const session = sink.begin(this.#window(feed, { from, to: nowMs }));
      await session.end(emptyWindowEnd('partial', 'quota', text));
    }
  }

  #window(feed: Feed, interval: Interval): CollectWindow {
    return {
      collector: 'activity-api',
      source: sourceOf(feed),
      tenant: this.#options.tenant,
      workload: null,
      subject: null,
      interval: { from: interval.from, to: interval.to },
      axis: 'availability',
      family: 'activity',
    };
  }

  /**
   * The range that can be requested, in whole seconds and by the service's clock. That clock stamps
   * the content and counts the seven days.
   */
  #range(): { horizonMs: number; nowMs: number } {
    const nowMs = Math.floor(this.#serviceMs() / 1000) * 1000;
    return { horizonMs: nowMs - RETENTION_MS + RETENTION_MARGIN_MS, nowMs };
  }

  #serviceMs(): number {
    const { clock, skewMs } = this.#options;
    return clock.now() + Math.max(-SKEW_MS_MAX, Math.min(SKEW_MS_MAX, skewMs()));
  }

  #isDue(feed: Feed, from: number): boolean {
    const failing = feed.failing.get(from);
    return failing === undefined || failing.notBeforeMs <= this.#options.clock.monotonic();
  }

  /** A window that keeps failing is requested less and less often. */
  #noteFailure(feed: Feed, { from, kind }: PlannedWindow): void {
    if (kind === 'news') return;
    const failures = (feed.failing.get(from)?.failures ?? 0) + 1;
    const waitMs = Math.min(RETRY_WINDOW_MS_MAX, this.everyMs * 2 ** (failures - 1));
    const notBeforeMs = this.#options.clock.monotonic() + waitMs;
    feed.failing.set(from, { failures, notBeforeMs });
  }
}

type Poll = {
  readonly sink: CollectionSink;
  readonly signal: AbortSignal | undefined;
  readonly enabled: ReadonlyMap<string, Subscription> | undefined;
  readonly startedMs: number;
  readonly tally: PollTally;
};

function sourceOf({ contentType }: Feed): string {
  return `m365.activity/${contentType}`;
}

function earliest(gaps: readonly Interval[]): number | undefined {
  return gaps.length === 0 ? undefined : Math.min(...gaps.map(({ from }) => from));
}
