import { randomBytes } from 'node:crypto';
import type { Clock, Watermark } from '@countersign/core';
import { refuse } from '../http/problem.ts';
import type { ApiAnswer } from './run-operation.ts';

/** A list that a caller reads page by page. */
export type OpenList = {
  readonly items: AsyncIterator<unknown>;
  /** Called after each page: later items may add reasons. */
  readonly complete: () => Promise<ApiAnswer>;
  readonly asOf: () => Watermark | null;
  readonly notices: readonly string[];
  /** Releases its readers. */
  readonly close: () => void;
};

export type Page = {
  readonly items: readonly unknown[];
  readonly complete: ApiAnswer;
  readonly asOf: Watermark | null;
  readonly notices: readonly string[];
  readonly isLast: boolean;
};

/** A person reads a page within this time, and a script within milliseconds. */
const KEPT_MS = 10 * 60_000;

/** Each holds readers and at most one window of rows. */
const LISTS_MAX = 64;
const LISTS_PER_CALLER_MAX = 8;

type ListInUse = {
  readonly caller: string;
  readonly list: OpenList;
  /** The next item, read to know whether a page is the last one. */
  ahead: IteratorResult<unknown> | undefined;
  /** The page that was read last, again for a caller who did not receive it. */
  last: { readonly page: number; readonly content: Page } | undefined;
  untilMs: number;
  /** Pages are read one after the other. */
  turn: Promise<unknown>;
};

/**
 * The lists that callers are reading. A list stays open between its pages, so that the second page
 * is of the same moment as the first, however much arrives between them.
 */
export class OpenLists {
  readonly #clock: Clock;
  /** In the order of their last use. */
  readonly #lists = new Map<string, ListInUse>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads the first page, and keeps the list if more pages follow. */
  async first(
    caller: string,
    list: OpenList,
    limit: number,
  ): Promise<{ readonly page: Page; readonly id: string | undefined }> {
    const kept: ListInUse = {
      ...{ caller, list, ahead: undefined, last: undefined },
      ...{ untilMs: this.#untilMs(), turn: Promise.resolve() },
    };
    let content: Page;
    try {
      content = await readPage(kept, limit);
    } catch (error) {
      list.close();
      throw error;
    }
    if (content.isLast) {
      list.close();
      return { page: content, id: undefined };
    }
    kept.last = { page: 0, content };
    this.#makeRoom(caller);
    const id = randomBytes(16).toString('base64url');
    this.#lists.set(id, kept);
    return { page: content, id };
  }

  /**
   * Reads a page again, or the one after it.
   * @throws ProblemError 410 if the list is no longer kept
   */
  async page(id: string, number: number, limit: number): Promise<Page> {
    this.#endExpired();
    const kept = this.#lists.get(id);
    if (kept === undefined) gone();
    this.#lists.delete(id);
    this.#lists.set(id, kept);
    kept.untilMs = this.#untilMs();
    const turn = kept.turn.then(() => this.#read(id, kept, number, limit));
    kept.turn = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    for (const id of [...this.#lists.keys()]) this.#end(id);
  }

  async #read(id: string, kept: ListInUse, number: number, limit: number): Promise<Page> {
    const { last } = kept;
    if (last?.page === number) return last.content;
    if (last?.page !== number - 1 || last.content.isLast) gone();
    try {
      const content = await readPage(kept, limit);
      kept.last = { page: number, content };
      if (content.isLast) kept.list.close();
      return content;
    } catch (error) {
      this.#end(id);
      throw error;
    }
  }

  #untilMs(): number {
    return this.#clock.monotonic() + KEPT_MS;
  }

  #makeRoom(caller: string): void {
    this.#endExpired();
    const own = [...this.#lists].filter(([, kept]) => kept.caller === caller);
    if (own.length >= LISTS_PER_CALLER_MAX) this.#end(own[0]?.[0]);
    else if (this.#lists.size >= LISTS_MAX) this.#end(this.#lists.keys().next().value);
  }

  #endExpired(): void {
    const nowMs = this.#clock.monotonic();
    for (const [id, { untilMs }] of this.#lists) if (untilMs <= nowMs) this.#end(id);
  }

  #end(id: string | undefined): void {
    const kept = this.#lists.get(id ?? '');
    this.#lists.delete(id ?? '');
    if (kept === undefined) return;
    void kept.turn.then(() => kept.list.close());
  }
}

async function readPage(kept: ListInUse, limit: number): Promise<Page> {
  const { list } = kept;
  const items: unknown[] = [];
  kept.ahead ??= await list.items.next();
  while (items.length < limit && kept.ahead.done !== true) {
    items.push(kept.ahead.value);
    kept.ahead = await list.items.next();
  }
  const complete = await list.complete();
  const isLast = kept.ahead.done === true;
  return { items, complete, asOf: list.asOf(), notices: [...list.notices], isLast };
}

function gone(): never {
  const text = 'the list is no longer kept for this cursor: ask for its first page again';
  refuse(410, 'cursor-expired', text);
}
