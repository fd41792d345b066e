import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export type HecToken = {
  readonly acknowledgment: boolean;
  readonly isDisabled?: boolean;
  readonly indexes?: readonly string[];
};

export type SplunkOptions = {
  readonly tokens: Readonly<Record<string, HecToken>>;
  /** Behind a load balancer. More than one: each has its own channels. */
  readonly indexers?: number;
  /** `cookie`: the load balancer is sticky. `none`: each request goes to the next indexer. */
  readonly stickiness?: 'cookie' | 'none';
  /** Polls that an indexer answers with `false` before a request is indexed. */
  readonly pollsUntilIndexed?: number;
  /** `never`: answers 200 and indexes nothing. */
  readonly indexing?: 'works' | 'never';
  /** Whether `invalid-event-number` counts from 0 or from 1, or is missing. */
  readonly invalidEventFrom?: 0 | 1 | undefined;
  readonly bodyBytesMax?: number;
  /** Events that it refuses with code 6, whatever they hold. */
  readonly isPoison?: (event: HecEvent) => boolean;
  /** Called before the answer that reports the events as indexed. */
  readonly onIndexed?: (events: readonly HecEvent[]) => void;
};

export type HecEvent = Readonly<Record<string, unknown>> & {
  readonly time?: number;
  readonly event: unknown;
  readonly fields: Readonly<Record<string, string>>;
};

/** An answer in place of the usual one. `after`: the request is processed, its answer is lost. */
export type SplunkFault = {
  readonly path: 'event' | 'ack' | 'health';
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly after?: 'lost answer';
};

/** The HTTP Event Collector of Splunk Enterprise, on loopback, with its faults. */
export class FakeSplunk implements AsyncDisposable {
  /** What searches find, in the order of indexing. */
  readonly indexed: HecEvent[] = [];
  /** The ids of all events of accepted requests, in their order. */
  readonly accepted: string[] = [];
  readonly requests: { readonly path: string; readonly channel: string | undefined }[] = [];
  readonly faults: SplunkFault[] = [];
  readonly #options: SplunkOptions;
  readonly #indexers: Indexer[];
  readonly #server: Server;
  #next = 0;

  private constructor(options: SplunkOptions) {
    this.#options = options;
    this.#indexers = Array.from({ length: options.indexers ?? 1 }, () => new Map());
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: SplunkOptions, port = 0): Promise<FakeSplunk> {
    const splunk = new FakeSplunk(options);
    await new Promise<void>((resolve) => splunk.#server.listen(port, '127.0.0.1', resolve));
    return splunk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://splunk');
    const path =
      /^\/services\/collector(?:\/(event|ack|health))?$/.exec(url.pathname)?.[1] ?? 'event';
    const header = request.headers['x-splunk-request-channel'];
    const channel = url.searchParams.get('channel') ?? (header as string | undefined);
    this.requests.push({ path, channel });
    const at = this.faults.findIndex((fault) => fault.path === path);
    const [fault] = at < 0 ? [] : this.faults.splice(at, 1);
    const indexer = this.#route(request, response);
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const known = { authorization: request.headers.authorization, channel, bytes, indexer };
    if (fault !== undefined && fault.after === undefined) {
      response.writeHead(fault.status ?? 200, { ...fault.headers });
      response.end(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body));
      return;
    }
    const [status, body] = this.#process(path, known);
    if (fault?.after === 'lost answer') response.destroy();
    else
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #route(request: IncomingMessage, response: ServerResponse): Indexer {
    const sticky = /\bAWSALB=(\d+)/.exec(request.headers.cookie ?? '')?.[1];
    const at = sticky === undefined ? this.#next++ % this.#indexers.length : Number(sticky);
    if (this.#options.stickiness === 'cookie') {
      response.setHeader('set-cookie', [`AWSALB=${at}; Path=/; HttpOnly`, 'AWSALBTG=x; Path=/']);
    }
    return this.#indexers[at] as Indexer;
  }

  #process(path: string, request: HecRequest): Reply {
    if (path === 'health') return [200, { text: 'HEC is healthy', code: 17 }];
    const token = this.#tokenOf(request.authorization);
    if ('code' in token) return [token.status, { text: token.text, code: token.code }];
    if (token.acknowledgment && request.channel === undefined) {
      return [400, { text: 'Data channel is missing', code: 10 }];
    }
    if (request.channel !== undefined && !GUID.test(request.channel)) {
      return [400, { text: 'Invalid data channel', code: 11 }];
    }
    return path === 'ack' ? this.#poll(token, request) : this.#take(token, request);
  }

  #tokenOf(authorization: string | undefined): HecToken | HecProblem {
    if (authorization === undefined) return { status: 401, code: 2, text: 'Token is required' };
    const name = /^Splunk (.+)$/.exec(authorization)?.[1];
    if (name === undefined) return { status: 401, code: 3, text: 'Invalid authorization' };
    const token = this.#options.tokens[name];
    if (token === undefined) return { status: 403, code: 4, text: 'Invalid token' };
    return token.isDisabled === true ? { status: 403, code: 1, text: 'Token disabled' } : token;
  }

  #take(token: HecToken, { bytes, channel, indexer }: HecRequest): Reply {
    const { bodyBytesMax = Infinity, indexing, invalidEventFrom } = this.#options;
    if (bytes.length > bodyBytesMax) return [413, 'Request Entity Too Large'];
    const texts = splitObjects(bytes.toString('utf8'));
    if (texts.length === 0) return [400, { text: 'No data', code: 5 }];
    const events: HecEvent[] = [];
    for (const [at, text] of texts.entries()) {
      const event = parseEvent(text);
      const problem = event === undefined ? INVALID_FORMAT : this.#problemOf(event, token);
      if (event === undefined || problem !== undefined) {
        const number = invalidEventFrom === undefined ? {} : numberOf(at + invalidEventFrom);
        return [400, { ...problem, ...number }];
      }
      events.push(event);
    }
    this.accepted.push(...events.map(({ fields }) => fields['cs_id'] ?? ''));
    if (!token.acknowledgment || channel === undefined) {
      if (indexing !== 'never') this.#index(events);
      return [200, { text: 'Success', code: 0 }];
    }
    const known = indexer.get(channel) ?? { next: 0, waiting: new Map() };
    indexer.set(channel, known);
    const ackId = known.next++;
    known.waiting.set(ackId, { events, polls: this.#options.pollsUntilIndexed ?? 0 });
    return [200, { text: 'Success', code: 0, ackId }];
  }

  #problemOf(event: HecEvent, token: HecToken): Record<string, unknown> | undefined {
    const { time, index, fields } = event;
    if (!Object.hasOwn(event, 'event')) return { text: 'Event field is required', code: 12 };
    if (event.event === '') return { text: 'Event field cannot be blank', code: 13 };
    if (this.#options.isPoison?.(event) === true) return INVALID_FORMAT;
    if (
      token.indexes !== undefined &&
      index !== undefined &&
      !token.indexes.includes(index as string)
    ) {
      return { text: 'Incorrect index', code: 7 };
    }
    if (!Object.values(fields ?? {}).every((value) => typeof value === 'string')) {
      return { text: 'Error in handling indexed fields', code: 15 };
    }
    // Splunk takes any number. A test must not: milliseconds are a time in the year 55,000.
    if (time !== undefined && !(time > 0 && time < 4_102_444_800)) return INVALID_FORMAT;
    return undefined;
  }

  #poll(token: HecToken, { bytes, channel = '', indexer }: HecRequest): Reply {
    if (!token.acknowledgment) return [400, { text: 'ACK is disabled', code: 14 }];
    const { acks: ids } = JSON.parse(bytes.toString('utf8')) as { acks: number[] };
    const acks = ids.map((id) => [id, this.#isIndexed(indexer, channel, id)]);
    return [200, { acks: Object.fromEntries(acks) }];
  }

  /** `true` once. `false` also for what this indexer does not know. */
  #isIndexed(indexer: Indexer, channel: string, id: number): boolean {
    const waiting = indexer.get(channel)?.waiting;
    const request = waiting?.get(id);
    if (request === undefined || this.#options.indexing === 'never') return false;
    if (request.polls-- > 0) return false;
    waiting?.delete(id);
    this.#index(request.events);
    return true;
  }

  #index(events: readonly HecEvent[]): void {
    this.indexed.push(...events);
    this.#options.onIndexed?.(events);
  }
}

type Indexer = Map<
  string,
  { next: number; readonly waiting: Map<number, { readonly events: HecEvent[]; polls: number }> }
>;
type HecRequest = {
  readonly authorization: string | undefined;
  readonly channel: string | undefined;
  readonly bytes: Buffer;
  readonly indexer: Indexer;
};
type HecProblem = { readonly status: number; readonly code: number; readonly text: string };
type Reply = readonly [status: number, body: unknown];

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INVALID_FORMAT = { text: 'Invalid data format', code: 6 };

function numberOf(at: number): Record<string, number> {
  return { 'invalid-event-number': at };
}

/**
 * The texts of JSON objects that follow one another. What is no object ends the list as an invalid
 * last text.
 */
export function splitObjects(body: string): string[] {
  const texts: string[] = [];
  let from = 0;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < body.length; at++) {
    const character = body[at];
    if (isText) {
      if (character === '\\') at++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) {
      texts.push(body.slice(from, at + 1));
      from = at + 1;
    }
  }
  const rest = body.slice(from).trim();
  return rest === '' ? texts : [...texts, rest];
}

function parseEvent(text: string): HecEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as HecEvent)
      : undefined;
  } catch {
    return undefined;
  }
}
