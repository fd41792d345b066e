import { type Clock, type DirectoryMark, msOfInstant, type TenantId } from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import type { CollectionSink, Collector, PollReport, WindowEnd } from '../collector.ts';
import { PollTally, serviceErrorOf } from '../poll-tally.ts';
import { instantOf, itemsOf, type PageContext, pageDrafts } from './directory-page.ts';
import {
  type DirectoryResource,
  RESOURCES,
  type Resource,
  sourceOf,
} from './directory-resources.ts';
import type { GraphReader } from './graph-reader.ts';
import { DELTA_PAGE_ITEMS, DELTA_POLL_EVERY_MS, LISTS_EVERY_MS } from './limits.ts';
import { isConfirmDue, readList, readListForEach } from './read-list.ts';

export type GraphDirectoryOptions = {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly tenant: TenantId;
  readonly resources: readonly DirectoryResource[];
  readonly everyMs?: number | undefined;
};

/**
 * Follows the directory: a snapshot first, then changes. Parts without a delta query are read
 * completely at intervals. Each object is an entry, and each page ends with a mark. The mark is the
 * only cursor: see `DirectoryMark`.
 */
export class GraphDirectoryCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: GraphDirectoryOptions;
  /** When each list was last read completely. */
  readonly #listedMs = new Map<DirectoryResource, number>();

  constructor(options: GraphDirectoryOptions) {
    this.#options = options;
    this.name = `directory ${options.tenant}`;
    this.everyMs = options.everyMs ?? DELTA_POLL_EVERY_MS;
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    for (const resource of this.#options.resources) {
      if (this.#isDue(resource)) await this.#follow(resource, { sink, tally, signal });
    }
    return tally.report();
  }

  #isDue(resource: DirectoryResource): boolean {
    const lastMs = this.#listedMs.get(resource);
    const everyMs = everyMsOf(RESOURCES[resource]);
    return lastMs === undefined || this.#options.clock.monotonic() - lastMs >= everyMs;
  }

  async #follow(name: DirectoryResource, poll: Poll): Promise<void> {
    const { clock, tenant } = this.#options;
    const source = sourceOf(name);
    const startMs = clock.now();
    const mark = poll.sink.directoryMark(source, tenant);
    const asked: ResourceRead = { resource: RESOURCES[name], source, mark, pages: 0 };
    let end: WindowEnd;
    try {
      await this.#read(asked, poll);
      end = endOf(asked, 'complete');
      this.#listedMs.set(name, clock.monotonic());
    } catch (error) {
      const { code, serviceCode, message } = serviceErrorOf(error);
      end = endOf(asked, 'failed', serviceCode ?? code, message);
    }
    // A read that continues the last one covers the time since then.
    const isFollowed = asked.resource.kind === 'delta' && mark?.isLast === true;
    const fromMs = isFollowed ? msOfInstant(mark.at) : startMs - 1;
    const session = poll.sink.begin({
      collector: 'graph',
      source,
      tenant,
      workload: null,
      subject: null,
      interval: { from: Math.min(fromMs, startMs - 1), to: startMs },
      axis: 'availability',
      family: 'directory-audits',
    });
    poll.tally.addWindow(await session.end(end), end, source);
  }

  async #read(asked: ResourceRead, poll: Poll): Promise<void> {
    const { graph, clock, tenant } = this.#options;
    const { resource, source, mark } = asked;
    const whole: PageContext = {
      ...{ tenant, source, mode: 'snapshot', since: instantOf(clock.now()), pages: 0 },
    };
    const context = { graph, clock, sink: poll.sink, signal: poll.signal, mark };
    switch (resource.kind) {
      case 'list':
        asked.pages = await readList(resource, whole, context);
        return;
      case 'list-for-each':
        asked.pages = await readListForEach(resource, whole, context);
        return;
      case 'delta': {
        const select = resource.select.join(',');
        const first = graph.url(resource.path, select === '' ? {} : { $select: select });
        const next = mark?.next ?? undefined;
        if (mark === undefined || next === undefined) {
          await this.#pages(first, whole, asked, poll);
          return;
        }
        try {
          await this.#pages(next, this.#onFrom(mark), asked, poll);
        } catch (error) {
          if (!isExpired(error)) throw error;
          await this.#pages(first, whole, asked, poll);
        }
      }
    }
  }

  /** An interrupted read continues in its own mode. */
  #onFrom({ source, mode, since, page, isLast }: DirectoryMark): PageContext {
    const { tenant } = this.#options;
    if (isLast) return { tenant, source, mode: 'delta', since, pages: 0 };
    return { tenant, source, mode, since, pages: page };
  }

  async #pages(
    first: string,
    reading: PageContext,
    asked: ResourceRead,
    { sink, signal }: Poll,
  ): Promise<void> {
    const { graph, clock } = this.#options;
    let link = first;
    for await (const page of graph.pages(first, { signal, pageItems: DELTA_PAGE_ITEMS })) {
      asked.pages += 1;
      const next = page.nextLink ?? page.deltaLink;
      if (next === undefined) {
        const message = `the delta query of ${asked.source} ended without a link to go on from`;
        throw new HttpError('DAMAGED', message, { data: { service: 'no-delta-link' } });
      }
      const items = itemsOf(page, asked.source);
      // A page with no new data and the same next link is rarely worth an entry.
      if (items.length > 0 || next !== link || isConfirmDue(asked.mark, clock)) {
        const end = { isLast: page.nextLink === undefined, next };
        await sink.append(pageDrafts(reading, items, end, clock.now()));
        reading.pages += 1;
      }
      link = next;
    }
  }
}

function everyMsOf(resource: Resource): number {
  switch (resource.kind) {
    case 'list-for-each':
      return LISTS_EVERY_MS;
    case 'list':
      return resource.everyMs ?? 0;
    case 'delta':
      return 0;
  }
}

type Poll = {
  readonly sink: CollectionSink;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
};

type ResourceRead = {
  readonly resource: Resource;
  readonly source: string;
  readonly mark: DirectoryMark | undefined;
  /** Pages read in this poll. */
  pages: number;
};

function endOf(
  { pages }: ResourceRead,
  outcome: 'complete' | 'failed',
  code: string | null = null,
  because: string | null = null,
): WindowEnd {
  const listed = outcome === 'complete' ? pages : pages + 1;
  return { outcome, listed, fetched: pages, code, because, contents: [] };
}

/** The link is too old, or the service lost its state. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof HttpError)) return false;
  const { status, serviceCode = '' } = error;
  return status === 410 || /resync|syncStateNotFound|ExpiredPageToken/i.test(serviceCode);
}
