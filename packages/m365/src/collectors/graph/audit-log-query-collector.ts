import { createHash } from 'node:crypto';
import { type Clock, type Interval, instantOfMs, subtract, type TenantId } from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import type { Sleep } from '../../http/wait.ts';
import type {
  CollectionSession,
  CollectionSink,
  Collector,
  ContentFact,
  PollReport,
  WindowEnd,
} from '../collector.ts';
import { emptyWindowEnd, PollTally, serviceErrorOf } from '../poll-tally.ts';
import type { GraphReader } from './graph-reader.ts';
import {
  QUERY_BACKFILL_MS,
  QUERY_CHECK_EVERY_MS,
  QUERY_EVERY_MS,
  QUERY_HALVINGS_MAX,
  QUERY_LAG_MS,
  QUERY_PAGE_ITEMS,
  QUERY_PATIENCE_MS,
} from './limits.ts';

export type AuditLogQueryOptions = {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly wait: Sleep;
  readonly tenant: TenantId;
  readonly everyMs?: number | undefined;
  /** The age at which records are requested. */
  readonly lagMs?: number | undefined;
};

const SOURCE = 'graph/auditLogQuery';
const PATH = '/v1.0/security/auditLog/queries';

/**
 * Queries the unified audit log by event time, hours later. This is a second path to the same
 * records, which checks the Activity API record by record.
 */
export class AuditLogQueryCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: AuditLogQueryOptions;

  constructor(options: AuditLogQueryOptions) {
    this.#options = options;
    this.name = `audit log query ${options.tenant}`;
    this.everyMs = options.everyMs ?? QUERY_EVERY_MS;
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const { clock, tenant, lagMs = QUERY_LAG_MS } = this.#options;
    const tally = new PollTally();
    const toMs = Math.floor((clock.now() - lagMs) / 1000) * 1000;
    const whole = { from: toMs - QUERY_BACKFILL_MS, to: toMs };
    const [missing] = subtract([whole], sink.settled(SOURCE, tenant, null));
    if (missing === undefined) return tally.report();
    await this.#ask(missing, 0, { sink, tally, signal });
    return tally.report();
  }

  /** One query. Splits it in half if the service's record limit cut the answer. */
  async #ask(interval: Interval, halvings: number, poll: Poll): Promise<void> {
    const { sink, tally, signal } = poll;
    const session = sink.begin({
      collector: 'cross-check',
      source: SOURCE,
      tenant: this.#options.tenant,
      workload: null,
      subject: null,
      interval,
      axis: 'event',
      family: 'audit-log-query',
    });
    let end: WindowEnd;
    try {
      end = await this.#answer(interval, session, signal);
    } catch (error) {
      const { serviceCode, code, message } = serviceErrorOf(error);
      end = emptyWindowEnd('failed', serviceCode ?? code, message);
    }
    tally.addWindow(await session.end(end), end, SOURCE);
    const { from, to } = interval;
    if (end.code !== 'record-limit' || halvings >= QUERY_HALVINGS_MAX || to - from < 2000) return;
    const middle = from + Math.floor((to - from) / 2000) * 1000;
    await this.#ask({ from, to: middle }, halvings + 1, poll);
    await this.#ask({ from: middle, to }, halvings + 1, poll);
  }

  async #answer(
    interval: Interval,
    session: CollectionSession,
    signal: AbortSignal | undefined,
  ): Promise<WindowEnd> {
    const { graph, clock } = this.#options;
    const query = await this.#finished(await this.#submit(interval, signal), signal);
    const contents: ContentFact[] = [];
    const path = `${PATH}/${encodeURIComponent(query.id)}/records`;
    const first = graph.url(path, { $top: String(QUERY_PAGE_ITEMS) });
    let pages = 0;
    for await (const page of graph.pages(first, { signal })) {
      pages += 1;
      const availableMs = clock.now();
      const name = `query ${query.id} page ${pages}`;
      const { items } = await session.add({ name, bytes: page.bytes, availableMs });
      const sha256 = createHash('sha256').update(page.bytes).digest('hex');
      const bytes = page.bytes.length;
      contents.push({
        id: name,
        createdMs: availableMs,
        sha256,
        count: items,
        bytes,
        state: 'read',
      });
    }
    const counts = { listed: pages, fetched: pages, contents };
    // A query can succeed and still be cut at the record limit.
    if (query.isCut) {
      const because =
        'the answer is cut at the record limit; the window is split in two and requested again';
      return { outcome: 'partial', code: 'record-limit', because, ...counts };
    }
    return { outcome: 'complete', code: null, because: null, ...counts };
  }

  async #submit({ from, to }: Interval, signal: AbortSignal | undefined): Promise<string> {
    const { graph } = this.#options;
    const body = JSON.stringify({
      displayName: 'Countersign cross-check',
      filterStartDateTime: instantOfMs(from),
      filterEndDateTime: instantOfMs(to),
    });
    const headers = { 'content-type': 'application/json' };
    const reply = await graph.send({ method: 'POST', url: graph.url(PATH), headers, body, signal });
    const { id } = objectOf(reply.body);
    if (typeof id === 'string' && id !== '') return id;
    throw new HttpError('DAMAGED', 'the service accepted the audit log query and returned no id');
  }

  async #finished(id: string, signal: AbortSignal | undefined): Promise<QueryCompletion> {
    const { graph, clock, wait } = this.#options;
    const url = graph.url(`${PATH}/${encodeURIComponent(id)}`);
    const startedMs = clock.monotonic();
    for (;;) {
      const { body } = await graph.send({ url, signal });
      const { status, isRecordCountLimitExceeded } = objectOf(body);
      if (status === 'succeeded') return { id, isCut: isRecordCountLimitExceeded === true };
      if (status !== 'notStarted' && status !== 'running') {
        const data = { service: `query-${String(status).slice(0, 40)}` };
        throw new HttpError('REFUSED', `the audit log query ended as ${data.service}`, { data });
      }
      if (clock.monotonic() - startedMs >= QUERY_PATIENCE_MS) {
        const data = { service: 'query-slow' };
        throw new HttpError('TIMED_OUT', 'the service did not answer the audit log query in time', {
          data,
        });
      }
      await wait(QUERY_CHECK_EVERY_MS, signal);
    }
  }
}

type QueryCompletion = { readonly id: string; readonly isCut: boolean };

type Poll = {
  readonly sink: CollectionSink;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
};

function objectOf(body: Buffer): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
