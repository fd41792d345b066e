import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyBudget, BodyLease, BudgetRefusal } from './body-budget.ts';
import { type Connection, type ConnectionTable, shareOf } from './connections.ts';
import type { Discards } from './discards.ts';
import { LINGER_MS } from './limits.ts';

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A body, or why there is none: then no more of it is read. */
export type BodyRead =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'busy'; readonly refusal: BudgetRefusal };

export type ExchangeParts = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connections: ConnectionTable;
  readonly budget: BodyBudget;
  readonly discards: Discards;
};

/** One request and its answer, on a connection and in memory that both are counted. */
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

  /** Whether the peer went away before its request was here. */
  get isCutOff(): boolean {
    return this.request.destroyed && !this.request.complete;
  }

  /** `caller`: on whose account it goes; undefined: that of its address. */
  async read(bytesMax: number, caller?: string): Promise<BodyRead> {
    const { request } = this;
    const lease = this.#budget.lease(caller ?? `address ${this.#address()}`);
    this.#lease = lease;
    const stated = Number(request.headers['content-length'] ?? 0);
    if (stated > bytesMax) return this.#left({ kind: 'too-large' });
    const refusal = lease.refusalOf(stated);
    if (refusal !== undefined) return this.#left({ kind: 'busy', refusal });
    const chunks: Buffer[] = [];
    let bytes = 0;
    // To destroy it would cut the connection before the answer is out.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const { length } = chunk as Buffer;
      bytes += length;
      if (bytes > bytesMax) return this.#left({ kind: 'too-large' });
      const late = lease.refusalOf(length);
      if (late !== undefined) return this.#left({ kind: 'busy', refusal: late });
      lease.take(length);
      chunks.push(chunk as Buffer);
    }
    this.#work();
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    return { kind: 'whole', bytes: whole };
  }

  /** For a request whose body says nothing to us. */
  ignoreBody(): void {
    this.#leave();
    this.#work();
  }

  write({ status, headers, body }: Reply): void {
    const { response } = this;
    const bytes = Buffer.from(body);
    // One that its peer does not read is in memory until the connection goes.
    this.#lease ??= this.#budget.lease(`address ${this.#address()}`);
    this.#lease.take(bytes.length);
    response.writeHead(status, {
      ...headers,
      ...(status === 204 ? {} : { 'content-length': bytes.length }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(this.request.method === 'HEAD' || status === 204 ? undefined : bytes);
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

  /** Where the rest is not read, the connection is closed when the answer can have been seen. */
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

  /** The request is here, as far as anybody wants it: until it is answered it is our turn. */
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

/** What is said where a body was not read, with a status for whoever has to wait (RFC 6585, 4). */
export function busyStatus(refusal: BudgetRefusal): { status: 429 | 503; text: string } {
  return refusal === 'caller'
    ? { status: 429, text: 'you have too many bytes in flight: send less at once' }
    : { status: 503, text: 'all callers together have too many bytes in flight: try again' };
}
