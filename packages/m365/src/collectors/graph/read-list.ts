import { type Clock, type DirectoryMark, msOfInstant } from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import { allOf, type CollectionSink } from '../collector.ts';
import { digestOf, itemsOf, type PageContext, pageDrafts } from './directory-page.ts';
import type { GraphReader } from './graph-reader.ts';
import { CONFIRM_EVERY_MS, LIST_ITEMS, LISTS_AT_ONCE, SNAPSHOT_HELD_BYTES } from './limits.ts';

export type ListContext = {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly sink: CollectionSink;
  readonly signal: AbortSignal | undefined;
  /** The mark of the last read. */
  readonly mark: DirectoryMark | undefined;
};

/** Reads a list completely and returns the number of pages. Unchanged data adds no entries. */
export async function readList(
  { path, query }: { readonly path: string; readonly query?: Readonly<Record<string, string>> },
  reading: PageContext,
  context: ListContext,
): Promise<number> {
  const taken = new SnapshotBuffer(reading, context);
  const pages = await takeAll(context.graph.url(path, query), reading.source, taken, context);
  await taken.end();
  return pages;
}

/** Reads a list that each of many objects has. Together they count as one list. */
export async function readListForEach(
  list: { readonly parents: string; readonly path: (parentId: string) => string },
  reading: PageContext,
  context: ListContext,
): Promise<number> {
  const { graph, signal } = context;
  const ids: string[] = [];
  const query = { $select: 'id', $top: String(LIST_ITEMS) };
  let pages = 0;
  for await (const page of graph.pages(graph.url(list.parents, query), { signal })) {
    pages += 1;
    for (const item of itemsOf(page, reading.source)) ids.push(idOf(item));
  }
  const taken = new SnapshotBuffer(reading, context);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < ids.length) {
      const id = ids[next++] as string;
      try {
        pages += await takeAll(graph.url(list.path(id)), reading.source, taken, context);
      } catch (error) {
        // Deleted between the two requests: then it has no list.
        if (error instanceof HttpError && error.status === 404) continue;
        next = ids.length;
        throw error;
      }
    }
  };
  await allOf(Array.from({ length: Math.min(LISTS_AT_ONCE, ids.length) }, worker));
  await taken.end();
  return pages;
}

async function takeAll(
  first: string,
  source: string,
  taken: SnapshotBuffer,
  { graph, signal }: ListContext,
): Promise<number> {
  let pages = 0;
  for await (const page of graph.pages(first, { signal })) {
    pages += 1;
    await taken.add(itemsOf(page, source));
  }
  return pages;
}

/** A snapshot in progress. A small snapshot is held completely, to see whether it changed. */
class SnapshotBuffer {
  readonly #reading: PageContext;
  readonly #context: ListContext;
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(reading: PageContext, context: ListContext) {
    this.#reading = reading;
    this.#context = context;
  }

  async add(items: readonly Buffer[]): Promise<void> {
    // Copies, because a view would keep the whole page in memory.
    for (const item of items) this.#held.push(Buffer.from(item));
    this.#heldBytes += items.reduce((sum, { length }) => sum + length, 0);
    if (this.#heldBytes < SNAPSHOT_HELD_BYTES) return;
    await this.#append({ isLast: false, next: null });
  }

  async end(): Promise<void> {
    const isOnePage = this.#reading.pages === 0;
    const digest = isOnePage ? digestOf(this.#held) : undefined;
    const { mark, clock } = this.#context;
    if (digest !== undefined && digest === mark?.digest) {
      if (isConfirmDue(mark, clock)) await this.#confirm(mark, digest);
      return;
    }
    await this.#append({ isLast: true, next: null, ...(digest !== undefined && { digest }) });
  }

  /** Records that nothing has changed: an empty delta on the previous snapshot. */
  async #confirm({ since }: DirectoryMark, digest: string): Promise<void> {
    const { clock, sink } = this.#context;
    const reading: PageContext = { ...this.#reading, mode: 'delta', since };
    const end = { isLast: true, next: null, digest };
    await sink.append(pageDrafts(reading, [], end, clock.now()));
  }

  async #append(end: { isLast: boolean; next: null; digest?: string }): Promise<void> {
    const { clock, sink } = this.#context;
    const items = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    const drafts = pageDrafts(this.#reading, items, end, clock.now());
    // Before any await, because another append may run in the meantime.
    this.#reading.pages += 1;
    await sink.append(drafts);
  }
}

/** Unchanged data that was read long ago would count as stale, so it is confirmed at intervals. */
export function isConfirmDue(mark: DirectoryMark | undefined, clock: Clock): boolean {
  return mark !== undefined && clock.now() - msOfInstant(mark.at) >= CONFIRM_EVERY_MS;
}

function idOf(item: Buffer): string {
  const { id } = JSON.parse(item.toString('utf8')) as { id?: unknown };
  if (typeof id === 'string' && id !== '') return id;
  const data = { service: 'no-id' };
  throw new HttpError('DAMAGED', 'an object of the directory has no id', { data });
}
