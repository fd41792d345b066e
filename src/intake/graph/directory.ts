import {
  assert,
  type Clock,
  instantOfMs,
  type RecordDraft,
  type TenantId,
} from '../../core/index.ts';
import type { CollectDesk, Collector, PollReport, WindowEnd } from '../collect.ts';
import { HttpError } from '../http/errors.ts';
import { PollTally, passing } from '../poll-tally.ts';
import { DELTA_POLL_EVERY_MS } from './limits.ts';
import type { GraphPage, GraphReader } from './pages.ts';

/** Contracts 8.1: what has a delta query. */
export const DIRECTORY_RESOURCES = [
  'users',
  'groups',
  'devices',
  'applications',
  'servicePrincipals',
  'oauth2PermissionGrants',
  'directoryRoles',
] as const;
export type DirectoryResource = (typeof DIRECTORY_RESOURCES)[number];

/**
 * The head of an entry of kind `directory`: one page of a resource, whose objects follow in
 * `items` as the bytes that came. All pages from the last `snapshot` on make the state.
 */
type DirectoryPage = {
  readonly v: 1;
  readonly tenant: string;
  readonly source: string;
  readonly at: string;
  /** `snapshot` starts anew: what was there before and does not come again is gone. */
  readonly mode: 'snapshot' | 'delta';
  /** 1-based, within one reading. */
  readonly page: number;
  readonly isLast: boolean;
  /** Where it goes on: after a crash, and at the next poll. */
  readonly next: string;
};

export type GraphDirectoryOptions = {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly tenant: TenantId;
  readonly resources: readonly DirectoryResource[];
  readonly everyMs?: number | undefined;
};

/** Follows the directory: a snapshot at first, from then on what changed. */
export class GraphDirectoryCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: GraphDirectoryOptions;
  /** When each resource was last read to its end. */
  readonly #readMs = new Map<DirectoryResource, number>();

  constructor(options: GraphDirectoryOptions) {
    this.#options = options;
    this.name = `directory ${options.tenant}`;
    this.everyMs = options.everyMs ?? DELTA_POLL_EVERY_MS;
  }

  async poll(desk: CollectDesk, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    for (const resource of this.#options.resources) {
      await this.#follow(resource, { desk, tally, signal });
    }
    return tally.report();
  }

  async #follow(resource: DirectoryResource, poll: Poll): Promise<void> {
    const { clock, tenant, graph } = this.#options;
    const source = sourceOf(resource);
    const startMs = clock.now();
    const link = poll.desk.deltaLink(source, tenant);
    const reading: Reading = { resource, pages: 0, items: 0 };
    let end: WindowEnd;
    try {
      try {
        if (link === undefined) await this.#read(this.#first(resource), 'snapshot', reading, poll);
        else await this.#read(link, 'delta', reading, poll);
      } catch (error) {
        if (link === undefined || !isExpired(error)) throw error;
        await this.#read(graph.url(`/v1.0/${resource}/delta`), 'snapshot', reading, poll);
      }
      end = this.#end(reading, 'complete');
    } catch (error) {
      const { code, serviceCode, message } = passing(error);
      end = this.#end(reading, 'failed', serviceCode ?? code, message);
    }
    const fromMs = Math.min(this.#readMs.get(resource) ?? startMs - 1, startMs - 1);
    if (end.outcome === 'complete') this.#readMs.set(resource, startMs);
    const session = poll.desk.begin({
      collector: 'graph',
      source,
      tenant,
      workload: null,
      subject: null,
      interval: { from: fromMs, to: startMs },
      axis: 'availability',
      family: 'directory-audits',
    });
    poll.tally.window(await session.end(end), end, source);
  }

  #first(resource: DirectoryResource): string {
    return this.#options.graph.url(`/v1.0/${resource}/delta`);
  }

  async #read(
    first: string,
    mode: DirectoryPage['mode'],
    reading: Reading,
    { desk, signal }: Poll,
  ): Promise<void> {
    for await (const page of this.#options.graph.pages(first, signal)) {
      reading.pages += 1;
      reading.items += page.count;
      const next = page.nextLink ?? page.deltaLink;
      if (next === undefined) {
        const message = `the delta query of ${reading.resource} ended without a link to go on from`;
        throw new HttpError('DAMAGED', message, { data: { service: 'no-delta-link' } });
      }
      // A page that says nothing new and leads on as before is not worth an entry.
      if (page.count === 0 && next === first) continue;
      await desk.append([this.#draft(reading, mode, page, next)]);
    }
  }

  #draft(
    { resource, pages }: Reading,
    mode: DirectoryPage['mode'],
    { bytes, value, nextLink }: GraphPage,
    next: string,
  ): RecordDraft {
    const { clock, tenant } = this.#options;
    const at = instantOfMs(clock.now());
    assert(at !== undefined, 'the clock shows a time that exists');
    const source = sourceOf(resource);
    const isLast = nextLink === undefined;
    const head: DirectoryPage = { v: 1, tenant, source, at, mode, page: pages, isLast, next };
    const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":`);
    const items = bytes.subarray(value.start, value.end);
    const body = Buffer.concat([opening, items, Buffer.from('}')]);
    return { kind: 'directory', tenant, source, id: undefined, at, body };
  }

  #end(
    { pages }: Reading,
    outcome: 'complete' | 'failed',
    code: string | null = null,
    because: string | null = null,
  ): WindowEnd {
    const listed = outcome === 'complete' ? pages : pages + 1;
    return { outcome, listed, fetched: pages, code, because, contents: [] };
  }
}

type Poll = {
  readonly desk: CollectDesk;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
};

type Reading = { readonly resource: DirectoryResource; pages: number; items: number };

function sourceOf(resource: DirectoryResource): string {
  return `graph/delta.${resource}`;
}

/** Contracts 8.1: the link is too old, or the service lost the state behind it. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof HttpError)) return false;
  const { status, serviceCode = '' } = error;
  return status === 410 || /resync|syncStateNotFound/i.test(serviceCode);
}
