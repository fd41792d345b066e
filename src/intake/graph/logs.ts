import { createHash } from 'node:crypto';
import {
  type Clock,
  type Interval,
  instantOfMs,
  lengthMs,
  type SourceId,
  subtract,
  type TenantId,
} from '../../core/index.ts';
import type {
  CollectDesk,
  Collector,
  CollectSession,
  ContentFact,
  DeliveredFamily,
  PollReport,
  WindowEnd,
} from '../collect.ts';
import type { HttpError } from '../http/errors.ts';
import { PollTally, passing } from '../poll-tally.ts';
import {
  LOG_BACKFILL_MS,
  LOG_DAILY,
  LOG_EDGE_MS,
  LOG_HOURLY,
  LOG_OVERLAP_MS,
  LOG_POLL_EVERY_MS,
  LOG_POLL_MS_MAX,
  LOG_WINDOW_MS,
  PAGE_ITEMS,
} from './limits.ts';
import type { GraphReader } from './pages.ts';

/** A log that Graph gives by event time, and how it is asked for. */
type Log = {
  readonly source: SourceId;
  readonly family: DeliveredFamily;
  /** Each is asked; the window is complete when all were read. */
  readonly questions: readonly Question[];
  /** Asked instead when the service has no such thing as the questions. */
  readonly fallback?: Question & { readonly code: string; readonly because: string };
};

type Question = {
  readonly path: string;
  readonly time: string;
  readonly filter?: string;
};

/** Contracts 5.1: without a filter interactive sign-ins alone are given. */
const SIGN_IN_EVENT_TYPES = [
  'interactiveUser',
  'nonInteractiveUser',
  'servicePrincipal',
  'managedIdentity',
] as const;

export const GRAPH_LOGS = ['signIns', 'directoryAudits'] as const;
export type GraphLog = (typeof GRAPH_LOGS)[number];

const LOGS: Readonly<Record<GraphLog, Log>> = {
  signIns: {
    source: 'graph/signIns',
    family: 'sign-ins',
    questions: SIGN_IN_EVENT_TYPES.map((type) => ({
      path: '/beta/auditLogs/signIns',
      time: 'createdDateTime',
      filter: `signInEventTypes/any(t: t eq '${type}')`,
    })),
    fallback: {
      path: '/v1.0/auditLogs/signIns',
      time: 'createdDateTime',
      code: 'interactive-only',
      because:
        'the service does not give sign-ins by event type: interactive ones alone were read, ' +
        'and of refreshed, service and managed identity sign-ins nothing is known',
    },
  },
  directoryAudits: {
    source: 'graph/directoryAudits',
    family: 'directory-audits',
    questions: [{ path: '/v1.0/auditLogs/directoryAudits', time: 'activityDateTime' }],
  },
};

export type GraphLogOptions = {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly tenant: TenantId;
  readonly logs: readonly GraphLog[];
  readonly skewMs: () => number;
  readonly everyMs?: number | undefined;
};

/** When each repeated reading of a log was last done; lost in a crash, it is done again. */
type Repeats = { hourlyMs: number | undefined; dailyMs: number | undefined };

/** Collects sign-ins of every kind and directory audits, by event time (contracts 5 and 6). */
export class GraphLogCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: GraphLogOptions;
  readonly #repeats = new Map<SourceId, Repeats>();

  constructor(options: GraphLogOptions) {
    this.#options = options;
    this.name = `graph ${options.tenant}`;
    this.everyMs = options.everyMs ?? LOG_POLL_EVERY_MS;
  }

  async poll(desk: CollectDesk, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    const startedMs = this.#options.clock.monotonic();
    // One after the other: they share an allowance of one request in two seconds.
    for (const name of this.#options.logs) {
      const log = LOGS[name];
      for (const window of this.#plan(log, desk)) {
        await this.#read(log, window, { desk, tally, signal });
        if (this.#options.clock.monotonic() - startedMs < LOG_POLL_MS_MAX) continue;
        tally.hasMore = true;
        break;
      }
      tally.behindMs += this.#behindMs(log, desk);
    }
    return tally.report();
  }

  #behindMs({ source }: Log, desk: CollectDesk): number {
    const { clock, tenant } = this.#options;
    const toMs = clock.now() - 2 * this.everyMs;
    const whole = { from: clock.now() - LOG_BACKFILL_MS + LOG_EDGE_MS, to: toMs };
    return lengthMs(subtract([whole], desk.settled(source, tenant, null)));
  }

  /** News, then what is missing, oldest first, then what is read again from time to time. */
  #plan({ source }: Log, desk: CollectDesk): Interval[] {
    const { clock, skewMs, tenant } = this.#options;
    const nowMs = Math.floor((clock.now() + Math.min(0, skewMs())) / 1000) * 1000;
    const horizonMs = nowMs - LOG_BACKFILL_MS + LOG_EDGE_MS;
    const settled = desk.settled(source, tenant, null);
    const gaps = subtract([{ from: horizonMs, to: nowMs }], settled);
    const last = gaps.at(-1);
    if (last === undefined) return [];
    const from = Math.max(last.from - LOG_OVERLAP_MS, nowMs - LOG_WINDOW_MS, horizonMs);
    const news = { from, to: nowMs };
    const missing = gaps.flatMap((gap) => subtract([gap], [news])).flatMap(split);
    return [news, ...missing, ...this.#repeated(source, nowMs, missing.length)];
  }

  #repeated(source: SourceId, nowMs: number, missing: number): Interval[] {
    const { clock } = this.#options;
    const doneMs = clock.monotonic();
    const known = this.#repeats.get(source);
    // A log that is being caught up with was never read before: there is nothing to repeat.
    if (known === undefined || missing > 0) {
      this.#repeats.set(source, { hourlyMs: doneMs, dailyMs: doneMs });
      return [];
    }
    const isDue = (lastMs: number | undefined, everyMs: number): boolean =>
      lastMs === undefined || doneMs - lastMs >= everyMs;
    if (isDue(known.dailyMs, LOG_DAILY.everyMs)) {
      this.#repeats.set(source, { hourlyMs: doneMs, dailyMs: doneMs });
      return split({ from: nowMs - LOG_DAILY.backMs, to: nowMs });
    }
    if (!isDue(known.hourlyMs, LOG_HOURLY.everyMs)) return [];
    this.#repeats.set(source, { ...known, hourlyMs: doneMs });
    return split({ from: nowMs - LOG_HOURLY.backMs, to: nowMs });
  }

  async #read(log: Log, interval: Interval, poll: Poll): Promise<void> {
    const { tenant } = this.#options;
    const { source, family } = log;
    const session = poll.desk.begin({
      collector: 'graph',
      source,
      tenant,
      workload: null,
      subject: null,
      interval,
      axis: 'event',
      family,
    });
    const read = new Reading();
    let end: WindowEnd;
    try {
      for (const question of log.questions) {
        await this.#ask(question, interval, session, read, poll.signal);
      }
      end = read.end('complete', null, null);
    } catch (error) {
      const failure = passing(error);
      end = await this.#otherwise(log, interval, session, read, failure, poll.signal);
    }
    poll.tally.window(await session.end(end), end, source);
  }

  /** What is left when a question was not answered. */
  async #otherwise(
    { fallback }: Log,
    interval: Interval,
    session: CollectSession,
    read: Reading,
    failure: HttpError,
    signal: AbortSignal | undefined,
  ): Promise<WindowEnd> {
    const code = failure.serviceCode ?? failure.code;
    if (NO_LICENCE.test(code)) return read.end('off', code, failure.message);
    const isUnknown = failure.code === 'REFUSED' || failure.code === 'UNAUTHORISED';
    if (fallback === undefined || !isUnknown || read.pages > 0) {
      return read.end(read.pages > 0 ? 'partial' : 'failed', code, failure.message);
    }
    try {
      await this.#ask(fallback, interval, session, read, signal);
      return read.end('partial', fallback.code, fallback.because);
    } catch (error) {
      const { serviceCode, code: own, message } = passing(error);
      return read.end(read.pages > 0 ? 'partial' : 'failed', serviceCode ?? own, message);
    }
  }

  async #ask(
    { path, time, filter }: Question,
    { from, to }: Interval,
    session: CollectSession,
    read: Reading,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { graph, clock } = this.#options;
    // `le`, since `lt` is not among what the service filters by: the edge is read twice.
    const window = `${time} ge ${instantOfMs(from)} and ${time} le ${instantOfMs(to)}`;
    const $filter = filter === undefined ? window : `${window} and ${filter}`;
    const first = graph.url(path, { $top: String(PAGE_ITEMS), $filter });
    for await (const page of graph.pages(first, signal)) {
      const availableMs = clock.now();
      const name = `${path} ${instantOfMs(from)} ${read.pages + 1}`;
      const { items } = await session.add({ name, bytes: page.bytes, availableMs });
      read.page(name, page.bytes, items, availableMs);
    }
  }
}

type Poll = {
  readonly desk: CollectDesk;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
};

/** The service says so for tenants without Entra ID P1 (contracts 5.1). */
const NO_LICENCE = /NonPremiumTenant|RequestFromNonPremium/i;

/** What was read of one window. */
class Reading {
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

/** At whole multiples, so that the same windows come again after a crash. */
function split({ from, to }: Interval): Interval[] {
  const windows: Interval[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / LOG_WINDOW_MS) + 1) * LOG_WINDOW_MS);
    windows.push({ from: start, to: end });
    start = end;
  }
  return windows;
}
