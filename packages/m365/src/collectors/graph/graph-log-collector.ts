import { createHash } from 'node:crypto';
import {
  type Clock,
  type Interval,
  type IntervalSet,
  instantOfMs,
  leftOutOf,
  lengthMs,
  type SourceId,
  subtract,
  type TenantId,
} from '@countersign/core';
import { clockOffText } from '../../http/clock-skew.ts';
import type { HttpError } from '../../http/errors.ts';
import type { RequestPace } from '../../http/request-pace.ts';
import type {
  CollectionSession,
  CollectionSink,
  Collector,
  CollectWindow,
  ContentFact,
  PollReport,
  WindowEnd,
} from '../collector.ts';
import { emptyWindowEnd, PollTally, serviceErrorOf } from '../poll-tally.ts';
import { type QuotaBudget, quotaBudget, quotaText, RequestDemandMeter } from '../quota-budget.ts';
import { splitInterval } from '../split-interval.ts';
import type { GraphReader } from './graph-reader.ts';
import {
  LOG_BACKFILL_MS,
  LOG_DAILY,
  LOG_EDGE_MS,
  LOG_HOURLY,
  LOG_OVERLAP_MS,
  LOG_POLL_EVERY_MS,
  LOG_POLL_MS_MAX,
  LOG_REPEATS,
  LOG_WINDOW_MS,
  PAGE_ITEMS,
  REFUSALS_BELIEVED,
  SKEW_MS_MAX,
} from './limits.ts';
import type { GraphLog, Question } from './log-requests.ts';

export type GraphLogOptions = {
  readonly graph: GraphReader;
  /** The allowance of the logs. `graph` respects it. */
  readonly pace: RequestPace;
  readonly clock: Clock;
  readonly tenant: TenantId;
  readonly logs: readonly GraphLog[];
  readonly skewMs: () => number;
  readonly everyMs?: number | undefined;
};

/**
 * The state of a log between two polls: when each repeated read was last done, and what it costs.
 * If it is lost in a crash, the reads are repeated.
 */
type LogState = {
  hourlyMs: number | undefined;
  dailyMs: number | undefined;
  /** A repeated read that takes several polls, and the end of the windows that it has read. */
  repeat: { readonly of: typeof LOG_DAILY | typeof LOG_HOURLY; readonly toMs: number } | undefined;
  readonly need: RequestDemandMeter;
  /** Windows in a row for which the service did not support the query. */
  refusals: number;
  /** The service answered the queries themselves, and needs no fallback. */
  isAnswered: boolean;
};

/** Collects sign-ins of every kind and directory audits, by event time. */
export class GraphLogCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: GraphLogOptions;
  readonly #kept: ReadonlyMap<SourceId, LogState>;
  #budget: QuotaBudget | undefined;

  constructor(options: GraphLogOptions) {
    this.#options = options;
    this.name = `graph ${options.tenant}`;
    this.everyMs = options.everyMs ?? LOG_POLL_EVERY_MS;
    this.#kept = new Map(
      options.logs.map(({ source }) => {
        const never = { hourlyMs: undefined, dailyMs: undefined, repeat: undefined };
        const need = new RequestDemandMeter();
        return [source, { ...never, refusals: 0, isAnswered: false, need }];
      }),
    );
  }

  get budget(): QuotaBudget | undefined {
    return this.#budget;
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    const startedMs = this.#options.clock.monotonic();
    const poll = { sink, tally, signal, startedMs };
    // In order: they share an allowance of one request per two seconds. The newest events of each
    // log come before old events of any log.
    const begun: { log: GraphLog; plan: Plan; isWhole: boolean }[] = [];
    for (const log of this.#options.logs) {
      const plan = this.#plan(log, sink);
      const outcome = plan.news && (await this.#read(log, plan.news, poll));
      begun.push({ log, plan, isWhole: outcome !== 'failed' });
    }
    for (const { log, plan, isWhole } of begun) await this.#readOld(log, plan, isWhole, poll);
    await this.#measureBacklog(sink, tally);
    const off = clockOffText(this.#options.skewMs(), SKEW_MS_MAX);
    if (off !== undefined) tally.addProblem(off);
    return tally.report();
  }

  async #readOld(log: GraphLog, plan: Plan, isNewsWhole: boolean, poll: Poll): Promise<void> {
    const { clock } = this.#options;
    let isWhole = isNewsWhole;
    for (const [at, window] of plan.old.entries()) {
      const outcome = await this.#read(log, window, poll);
      if (outcome === 'failed') isWhole = false;
      if (isWhole) plan.read(window);
      const isLong = clock.monotonic() - poll.startedMs >= LOG_POLL_MS_MAX;
      if (!isLong || at === plan.old.length - 1) continue;
      poll.tally.hasMore = true;
      return;
    }
    // A read that was interrupted or failed is due again in the next poll.
    if (isWhole) plan.done();
  }

  /** Computes the backlog, and whether it can be read before the service deletes it. */
  async #measureBacklog(sink: CollectionSink, tally: PollTally): Promise<void> {
    const { pace, logs } = this.#options;
    const nowMs = this.#nowMs();
    const behind = logs.map((log) => {
      const gaps = this.#gaps(log, sink, nowMs - 2 * this.everyMs);
      const perMinute = this.#kept.get(log.source)?.need.perMinute ?? 0;
      return { log, gaps, perMinute, requests: (lengthMs(gaps) / 60_000) * perMinute };
    });
    tally.behindMs = behind.reduce((sum, { gaps }) => sum + lengthMs(gaps), 0);
    const times = 1 + LOG_OVERLAP_MS / this.everyMs + LOG_REPEATS;
    const expiries = behind.flatMap(({ log, gaps }) => gaps.map(({ from }) => from + log.keptMs));
    const budget = quotaBudget({
      nowMs,
      neededPerMinute: times * behind.reduce((sum, { perMinute }) => sum + perMinute, 0),
      allowedPerMinute: pace.perMinute,
      backlogRequests: behind.reduce((sum, { requests }) => sum + requests, 0),
      oldestMs: expiries.length === 0 ? undefined : Math.min(...expiries) - LOG_BACKFILL_MS,
      retentionMs: LOG_BACKFILL_MS,
    });
    this.#budget = budget;
    if (budget.state !== 'late: quota') return;
    const text = quotaText(budget);
    tally.addProblem(`late: quota: ${text}`);
    for (const { log, gaps } of behind) {
      for (const gap of gaps) {
        await sink.begin(this.#window(log, gap)).end(emptyWindowEnd('partial', 'quota', text));
      }
    }
  }

  /** Plans the newest events, then missing windows (oldest first), then periodic repeated reads. */
  #plan(log: GraphLog, sink: CollectionSink): Plan {
    const { source } = log;
    const nowMs = this.#nowMs();
    const gaps = this.#gaps(log, sink, nowMs);
    const last = gaps.at(-1);
    if (last === undefined) return { news: undefined, old: [], ...NOTHING_AGAIN };
    const from = Math.max(last.from - LOG_OVERLAP_MS, nowMs - LOG_WINDOW_MS);
    const news = { from, to: nowMs };
    const missing = gaps
      .flatMap((gap) => subtract([gap], [news]))
      .flatMap(split)
      .map((window): LogWindow => ({ ...window, delays: 'untold' }));
    const again = this.#repeated(source, nowMs, missing.length);
    const owed = subtract(this.#owed(log, sink, nowMs), missing).flatMap(split);
    return {
      news,
      old: [...missing, ...owed, ...again.windows],
      read: again.read,
      done: again.done,
    };
  }

  /**
   * The missing windows: from the start of collection, while the log is kept. Windows that were
   * read with fewer sign-in types are read again.
   */
  #gaps(log: GraphLog, sink: CollectionSink, toMs: number): Interval[] {
    const { source, leavesOut, fallback } = log;
    const { tenant } = this.#options;
    const from = this.#beganMs(log, sink, this.#nowMs());
    // If the service does not support types, a repeated query gives nothing more.
    const isAnswered = this.#kept.get(source)?.isAnswered === true;
    const left = [leavesOut, isAnswered ? undefined : fallback].flatMap((each) =>
      each === undefined ? [] : (leftOutOf(each.code) ?? []),
    );
    return from >= toMs
      ? []
      : [...subtract([{ from, to: toMs }], sink.settled(source, tenant, null, left))];
  }

  /**
   * The start of the range: not before the log's retention, and not before the start of collection.
   */
  #beganMs({ source, keptMs }: GraphLog, sink: CollectionSink, nowMs: number): number {
    const firstMs = nowMs - LOG_BACKFILL_MS + LOG_EDGE_MS;
    const beganMs = Math.min(firstMs, sink.since(source, this.#options.tenant) ?? firstMs);
    return Math.max(nowMs - keptMs + LOG_EDGE_MS, beganMs);
  }

  /** A service whose clock is behind has rows up to its own current time. */
  #nowMs(): number {
    const { clock, skewMs } = this.#options;
    const behindMs = Math.max(-SKEW_MS_MAX, Math.min(0, skewMs()));
    return Math.floor((clock.now() + behindMs) / 1000) * 1000;
  }

  /**
   * Windows whose late rows were never read, because a crash interrupted every daily read. The
   * ledger knows them, and each window is settled by its own read.
   */
  #owed(log: GraphLog, sink: CollectionSink, nowMs: number): IntervalSet {
    const whole = { from: this.#beganMs(log, sink, nowMs), to: nowMs - LOG_DAILY.backMs };
    if (whole.from >= whole.to) return [];
    return subtract([whole], sink.lookedAgain(log.source, this.#options.tenant));
  }

  #repeated(source: SourceId, nowMs: number, missing: number): RepeatPlan {
    const kept = this.#kept.get(source);
    // A log that was never read has nothing to repeat.
    if (kept === undefined) return { windows: [], ...NOTHING_AGAIN };
    if (missing > 0) {
      // After our own outage, rows that arrived late before it are outside the hourly repeated
      // read.
      Object.assign(kept, { dailyMs: undefined, repeat: undefined });
      return { windows: [], ...NOTHING_AGAIN };
    }
    const atMs = this.#options.clock.monotonic();
    const isDue = (lastMs: number | undefined, everyMs: number): boolean =>
      lastMs === undefined || atMs - lastMs >= everyMs;
    const isDaily = isDue(kept.dailyMs, LOG_DAILY.everyMs);
    const of = isDaily ? LOG_DAILY : LOG_HOURLY;
    if (!isDaily && !isDue(kept.hourlyMs, of.everyMs)) return { windows: [], ...NOTHING_AGAIN };
    const readToMs = kept.repeat?.of === of ? kept.repeat.toMs : 0;
    const from = Math.max(nowMs - of.backMs, readToMs);
    const done = { hourlyMs: atMs, repeat: undefined, ...(isDaily && { dailyMs: atMs }) };
    return {
      windows: split({ from, to: nowMs }),
      // In a large tenant, a window takes a poll. The next poll must not begin again.
      read: ({ to: toMs }) => {
        if (toMs > from) kept.repeat = { of, toMs };
      },
      done: () => Object.assign(kept, done),
    };
  }

  async #read(log: GraphLog, interval: LogWindow, poll: Poll): Promise<WindowEnd['outcome']> {
    const session = poll.sink.begin(this.#window(log, interval));
    const read = new LogReader();
    let end: WindowEnd;
    try {
      for (const question of log.questions) {
        await this.#ask(question, interval, session, read, poll.signal);
      }
      const { leavesOut: left } = log;
      end =
        left === undefined
          ? read.end('complete', null, null)
          : read.end('partial', left.code, left.because);
      this.#noteRefusals(log, 0);
      const kept = this.#kept.get(log.source);
      if (kept !== undefined) kept.isAnswered = true;
    } catch (error) {
      const failure = serviceErrorOf(error);
      end = await this.#otherwise(log, interval, session, read, failure, poll.signal);
    }
    this.#kept.get(log.source)?.need.add(interval.to - interval.from, read.pages);
    // Everything requested was read. Coverage states what was left out, so the poll is not short.
    const isWhole = end.code !== null && end.code === log.leavesOut?.code;
    const reportedEnd: WindowEnd = isWhole ? { ...end, outcome: 'complete' } : end;
    poll.tally.addWindow(await session.end(end), reportedEnd, log.source);
    return reportedEnd.outcome;
  }

  #window({ source, family }: GraphLog, { from, to, ...delays }: LogWindow): CollectWindow {
    const { tenant } = this.#options;
    const interval = { from, to };
    const whose = { tenant, workload: null, subject: null, interval } as const;
    return { collector: 'graph', source, ...whose, axis: 'event', family, ...delays };
  }

  /** Reads the fallback if a query was not answered. */
  async #otherwise(
    log: GraphLog,
    interval: Interval,
    session: CollectionSession,
    read: LogReader,
    failure: HttpError,
    signal: AbortSignal | undefined,
  ): Promise<WindowEnd> {
    const code = failure.serviceCode ?? failure.code;
    if (NO_LICENSE.test(code)) return read.end('off', code, failure.message);
    const { fallback } = log;
    const isUnknown = failure.code === 'REFUSED' && UNKNOWN_STATUS.has(failure.status ?? 0);
    const refusals = isUnknown ? (this.#kept.get(log.source)?.refusals ?? 0) + 1 : 0;
    this.#noteRefusals(log, refusals);
    // A single refusal may be temporary, and the fallback would count as everything available.
    if (fallback === undefined || refusals < REFUSALS_BELIEVED || read.pages > 0) {
      return read.end(read.pages > 0 ? 'partial' : 'failed', code, failure.message);
    }
    try {
      await this.#ask(fallback, interval, session, read, signal);
      return read.end('partial', fallback.code, fallback.because);
    } catch (error) {
      const { serviceCode, code: own, message } = serviceErrorOf(error);
      return read.end(read.pages > 0 ? 'partial' : 'failed', serviceCode ?? own, message);
    }
  }

  #noteRefusals({ source }: GraphLog, refusals: number): void {
    const kept = this.#kept.get(source);
    if (kept !== undefined) kept.refusals = refusals;
  }

  async #ask(
    { path, time, filter }: Question,
    { from, to }: Interval,
    session: CollectionSession,
    read: LogReader,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { graph, clock } = this.#options;
    // `le`, because the service does not support `lt`: the boundary is read twice.
    const window = `${time} ge ${instantOfMs(from)} and ${time} le ${instantOfMs(to)}`;
    const $filter = filter === undefined ? window : `${window} and ${filter}`;
    const first = graph.url(path, { $top: String(PAGE_ITEMS), $filter });
    for await (const page of graph.pages(first, { signal })) {
      const availableMs = clock.now();
      const name = `${path} ${instantOfMs(from)} ${read.pages + 1}`;
      const { items } = await session.add({ name, bytes: page.bytes, availableMs });
      read.page(name, page.bytes, items, availableMs);
    }
  }
}

type Poll = {
  readonly sink: CollectionSink;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
  readonly startedMs: number;
};

/** Windows to read, and what to record when one, and when all of them were read. */
type Plan = Omit<RepeatPlan, 'windows'> & {
  readonly news: LogWindow | undefined;
  readonly old: readonly LogWindow[];
};

type RepeatPlan = {
  readonly windows: readonly Interval[];
  /** Called with each window of the plan, in order, until one fails. */
  readonly read: (window: Interval) => void;
  readonly done: () => void;
};

const NOTHING_AGAIN = { read: () => undefined, done: () => undefined } as const;

type LogWindow = Interval & Pick<CollectWindow, 'delays'>;

/** The service's text for tenants without Entra ID P1. */
const NO_LICENSE = /NonPremiumTenant|RequestFromNonPremium/i;

/** The statuses with which a service rejects an unsupported query. */
const UNKNOWN_STATUS: ReadonlySet<number> = new Set([400, 404, 405, 501]);

/** The result of reading one window. */
class LogReader {
  pages = 0;
  readonly #contents: ContentFact[] = [];

  page(id: string, bytes: Buffer, count: number, createdMs: number): void {
    this.pages += 1;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (count === 0) return;
    this.#contents.push({ id, createdMs, sha256, count, bytes: bytes.length, state: 'read' });
  }

  end(outcome: WindowEnd['outcome'], code: string | null, because: string | null): WindowEnd {
    const { pages } = this;
    const listed = outcome === 'complete' ? pages : pages + 1;
    return { outcome, code, because, listed, fetched: pages, contents: this.#contents };
  }
}

function split(interval: Interval): Interval[] {
  return splitInterval(interval, LOG_WINDOW_MS);
}
