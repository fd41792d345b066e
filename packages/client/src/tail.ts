import { ClientError } from './client-error.ts';
import type { Operations } from './generated/types.ts';
import { eventStreamParser, ndjsonParser, type StreamParser } from './stream-parsers.ts';
import { type Transport, unreachable } from './transport.ts';

export type TailRecord = Operations['tail']['output'];

export type TailOptions = {
  readonly signal?: AbortSignal;
  /** Default `lines`. `events`: server-sent events, for proxies that hold back other streams. */
  readonly form?: 'lines' | 'events';
  /** A stream that follows and is silent for this long is cut. Default 45 s: marks come each 15. */
  readonly silenceMs?: number;
  /** Cuts in a row, without a record between them, after which it gives up. Default 20. */
  readonly cuts?: number;
};

const SILENCE_MS = 45_000;
const CUTS = 20;

/** A service that restarts is back within this. */
const PAUSE_MS_MAX = 15_000;

type StreamEnd = 'ended' | 'cut';

/** A reader of the feed that continues after a cut where the last mark was. */
export class TailReader {
  readonly #transport: Transport;
  readonly #options: TailOptions;
  readonly #pathFrom: (from: number | undefined) => string;
  readonly #follows: boolean;
  #mark: number | undefined;
  /** The last record that the caller has: those up to it arrive again after a cut. */
  #seen = -1;
  #cuts = 0;
  #cause: unknown;

  /** @param pathFrom the path of the question, from an index or from where the caller asked */
  constructor(
    transport: Transport,
    options: TailOptions,
    question: {
      readonly follows: boolean;
      readonly pathFrom: (from: number | undefined) => string;
    },
  ) {
    this.#transport = transport;
    this.#options = options;
    this.#pathFrom = question.pathFrom;
    this.#follows = question.follows;
  }

  async *records(): AsyncGenerator<TailRecord> {
    const { cuts = CUTS, signal } = this.#options;
    for (;;) {
      const end = yield* this.#stream();
      if (end === 'ended' && !this.#follows) return;
      this.#cuts += 1;
      if (this.#cuts > cuts) throw unreachable('the stream', this.#cause);
      await this.#transport.sleep(Math.min(250 * 2 ** this.#cuts, PAUSE_MS_MAX), signal);
    }
  }

  async *#stream(): AsyncGenerator<TailRecord, StreamEnd> {
    const { signal, form = 'lines' } = this.#options;
    const cut = new AbortController();
    const stop = (): void => cut.abort(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    try {
      const path = this.#pathFrom(this.#mark === undefined ? undefined : this.#mark + 1);
      const accept = form === 'events' ? 'text/event-stream' : 'application/x-ndjson';
      const headers = { accept };
      const reply = await this.#transport.send({
        ...{ method: 'GET', path, headers, signal: cut.signal },
      });
      return yield* this.#read(
        reply,
        cut,
        form === 'events' ? eventStreamParser() : ndjsonParser(),
      );
    } finally {
      signal?.removeEventListener('abort', stop);
      cut.abort();
    }
  }

  async *#read(
    reply: Response,
    cut: AbortController,
    parser: StreamParser,
  ): AsyncGenerator<TailRecord, StreamEnd> {
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    const seen = this.#seen;
    for (;;) {
      let piece: Awaited<ReturnType<NonNullable<typeof reader>['read']>> | undefined;
      try {
        piece = await this.#withinSilence(cut, async () => reader?.read());
      } catch (error) {
        // The caller's own signal ends the stream; anything else is a cut.
        this.#options.signal?.throwIfAborted();
        this.#cause = error;
        return 'cut';
      }
      if (piece === undefined || piece.done) return parser.isWithinRecord ? 'cut' : 'ended';
      for (const value of parser.push(piece.value)) {
        const record = recordOf(value);
        if (record === undefined) return 'cut';
        if (this.#isNew(record, seen)) yield record;
      }
    }
  }

  #isNew(record: TailRecord, seen: number): boolean {
    this.#cuts = 0;
    if (record.kind === 'mark') {
      this.#mark = Math.max(this.#mark ?? -1, record.index);
      return true;
    }
    this.#seen = Math.max(this.#seen, record.index);
    return record.index > seen;
  }

  async #withinSilence<T>(cut: AbortController, read: () => Promise<T>): Promise<T> {
    if (!this.#follows) return read();
    const ms = this.#options.silenceMs ?? SILENCE_MS;
    const timer = setTimeout(() => cut.abort(new Error(`silent for ${ms} ms`)), ms);
    try {
      return await read();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Undefined for the line with which the service ends a stream early. */
function recordOf(value: unknown): TailRecord | undefined {
  const { kind, index } = (value ?? {}) as { readonly kind?: unknown; readonly index?: unknown };
  if (kind === 'end') return undefined;
  if (typeof kind === 'string' && typeof index === 'number') return value as TailRecord;
  throw new ClientError('invalid-reply', 'a record of the stream has no kind and index');
}
