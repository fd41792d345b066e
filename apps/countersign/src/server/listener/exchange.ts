import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyBudget, BodyLease, BudgetRefusal } from './body-budget.ts';
import { type Connection, type ConnectionTable, shareOf } from './connections.ts';
import type { Discards } from './discards.ts';

/** A peer that is still sending sees the reply within this time, even on a slow line. */
const LINGER_MS = 2000;

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A body, or the reason to read no more of it. */
export type BodyRead =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'busy'; readonly refusal: BudgetRefusal };

type RefusedBody = Exclude<BodyRead, { kind: 'whole' }>;

export type ExchangeParts = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connections: ConnectionTable;
  readonly budget: BodyBudget;
  readonly discards: Discards;
};

/** One request and its reply, counted against the connection and memory limits. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #connections: ConnectionTable;
  readonly #budget: BodyBudget;
  readonly #discards: Discards;
  readonly #connection: Connection | undefined;
  #lease: BodyLease | undefined;
  #isAnswering = false;

  constructor({ request, response, connections, budget, discards }: ExchangeParts) {
    this.request = request;
    this.response = response;
    this.#connections = connections;
    this.#budget = budget;
    this.#discards = discards;
    this.#connection = connections.of(request.socket);
    if (this.#connection !== undefined) connections.touch(this.#connection);
    response.on('error', () => undefined);
    response.once('close', () => {
      this.#rest();
      this.#lease?.release();
    });
  }

  /** Whether the peer disconnected before its request was complete. */
  get isCutOff(): boolean {
    return this.request.destroyed && !this.request.complete;
  }

  /** `caller`: whose budget the body counts against. Undefined: the peer's address. */
  async read(bytesMax: number, caller?: string): Promise<BodyRead> {
    const { request } = this;
    const lease = this.#budget.lease(caller ?? `address ${this.#address()}`);
    this.#lease = lease;
    const stated = Number(request.headers['content-length'] ?? 0);
    if (stated > bytesMax) return this.#left({ kind: 'too-large' });
    const refusal = lease.refusalOf(stated);
    if (refusal !== undefined) return this.#left({ kind: 'busy', refusal });
    const chunks = await this.#chunks(bytesMax, lease);
    if ('kind' in chunks) return this.#left(chunks);
    this.#work();
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    return { kind: 'whole', bytes: whole };
  }

  /** Listens to events, because the iterator of a stream costs about 10 µs a request. */
  #chunks(bytesMax: number, lease: BodyLease): Promise<readonly Buffer[] | RefusedBody> {
    const { request } = this;
    const { promise, resolve, reject } = Promise.withResolvers<readonly Buffer[] | RefusedBody>();
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      const { length } = chunk;
      bytes += length;
      const isTooLarge = bytes > bytesMax;
      const refusal = isTooLarge ? undefined : lease.refusalOf(length);
      if (isTooLarge || refusal !== undefined) {
        request.off('data', onData);
        resolve(refusal === undefined ? { kind: 'too-large' } : { kind: 'busy', refusal });
        return;
      }
      lease.take(length);
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks));
    request.once('error', reject);
    // A peer may leave without an error.
    request.once('close', () => {
      if (!request.complete) reject(new Error('the peer left during its body'));
    });
    return promise;
  }

  /** Discards the body of a request that needs none. */
  ignoreBody(): void {
    this.#leave();
    this.#work();
  }

  write({ status, headers, body }: Reply): void {
    const { response } = this;
    const bytes = Buffer.byteLength(body);
    // A reply that the peer does not read stays in memory until the connection closes.
    this.#lease ??= this.#budget.lease(`address ${this.#address()}`);
    this.#lease.take(bytes);
    response.writeHead(status, {
      ...headers,
      ...(status === 204 ? {} : { 'content-length': bytes }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    // As a string, because Node then writes head and body as one. Both are then UTF-8, and the
    // headers of all replies are ASCII.
    response.end(this.request.method === 'HEAD' || status === 204 ? undefined : body);
    this.#rest();
  }

  /** Marks the end of a reply that was written to `response` itself. */
  done(): void {
    this.#rest();
  }

  #address(): string {
    return shareOf(this.request.socket.remoteAddress ?? '');
  }

  #left<Refused extends BodyRead>(refused: Refused): Refused {
    this.#lease?.release();
    this.ignoreBody();
    return refused;
  }

  /** If the rest is not read, the connection closes after the peer could see the reply. */
  #leave(): void {
    const { request } = this;
    if (request.complete) return;
    let bytes = 0;
    request.on('error', () => undefined);
    request.on('data', ({ length }: Buffer) => {
      if (!this.#discards.take(length, bytes)) {
        request.pause();
        setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
      }
      bytes += length;
    });
  }

  /** The request is complete: from here to the reply the server has to act. */
  #work(): void {
    if (this.#connection === undefined || this.#isAnswering) return;
    this.#isAnswering = true;
    this.#connections.begin(this.#connection);
  }

  #rest(): void {
    if (this.#connection === undefined || !this.#isAnswering) return;
    this.#isAnswering = false;
    this.#connections.end(this.#connection);
  }
}

/** Status and text for a body that was not read (429: RFC 6585, 4). */
export function busyStatus(refusal: BudgetRefusal): { status: 429 | 503; text: string } {
  return refusal === 'caller'
    ? { status: 429, text: 'you have too many bytes in flight: send less at a time' }
    : { status: 503, text: 'all callers together have too many bytes in flight: try again' };
}
