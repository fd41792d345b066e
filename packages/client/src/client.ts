import { ClientError } from './client-error.ts';
import { ROUTES } from './generated/routes.ts';
import type { Answer, Operations, Watermark } from './generated/types.ts';
import { ItemList, type Page } from './item-list.ts';
import { type Route, targetOf } from './route.ts';
import { type TailOptions, TailReader, type TailRecord } from './tail.ts';
import { type CallOptions, type ClientOptions, Transport } from './transport.ts';

/** Operations with replies of one form. */
export type OperationsOf<Form extends 'document' | 'list' | 'stream'> = {
  [Id in keyof Operations]: Operations[Id]['form'] extends Form ? Id : never;
}[keyof Operations];

/** A reply with one document. */
export type Reply<Result> = {
  readonly answer: Answer;
  /** What the answer covers; null: it does not depend on the store. */
  readonly asOf: Watermark;
  /** Null: the service could not tell anything. */
  readonly result: Result | null;
  /** Sentences for a person. */
  readonly notices: readonly string[];
  /** For a change of what this shows; undefined for an act. */
  readonly etag: string | undefined;
};

export type DocumentOptions = CallOptions & {
  /** The `etag` of what the caller has seen. Changes need it. */
  readonly ifMatch?: string;
  /** Default: a new one. The same key with the same input acts once, also after a restart. */
  readonly idempotencyKey?: string;
};

/**
 * Asks a Countersign service, and acts on it.
 *
 * @example
 * const client = new Client({ url: 'https://countersign.example', token: () => token });
 * const { answer, result } = await client.call('verified', {});
 * for await (const finding of client.list('findings', { minSeverity: 'high' })) show(finding);
 */
export class Client {
  readonly #transport: Transport;

  /** @throws ClientError insecure-url */
  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  /** Asks, or acts. An act is done once, however often it is sent. @throws ClientError */
  async call<Id extends OperationsOf<'document'>>(
    id: Id,
    input: Operations[Id]['input'],
    options: DocumentOptions = {},
  ): Promise<Reply<NonNullable<Operations[Id]['output']>>> {
    const route = ROUTES[id];
    const response = await this.#send(route, input, {
      ...(options.signal !== undefined && { signal: options.signal }),
      headers: {
        ...(options.ifMatch !== undefined && { 'if-match': options.ifMatch }),
        ...(route.effect === 'act' && {
          'idempotency-key': options.idempotencyKey ?? this.#transport.newKey(),
        }),
      },
    });
    const reply = (await bodyOf(response)) as Reply<NonNullable<Operations[Id]['output']>>;
    needAnswer(reply.answer);
    return { ...reply, etag: response.headers.get('etag') ?? undefined };
  }

  /** A list of all pages. Nothing is sent before it is read. */
  list<Id extends OperationsOf<'list'>>(
    id: Id,
    input: Operations[Id]['input'],
    options: CallOptions = {},
  ): ItemList<Operations[Id]['output']> {
    return new ItemList((cursor) => this.page(id, input, { ...options, cursor }));
  }

  /**
   * One page of a list.
   *
   * @param options `cursor`: `next` of the page before; undefined for the first page
   */
  async page<Id extends OperationsOf<'list'>>(
    id: Id,
    input: Operations[Id]['input'],
    { cursor, ...options }: CallOptions & { readonly cursor?: string | undefined } = {},
  ): Promise<Page<Operations[Id]['output']>> {
    const question = { ...input, ...(cursor !== undefined && { cursor }) };
    const body = await bodyOf(await this.#send(ROUTES[id], question, options));
    const page = body as Page<Operations[Id]['output']>;
    needAnswer(page.complete);
    if (!Array.isArray(page.items)) throw new ClientError('invalid-reply', 'a page has no items');
    return page;
  }

  /**
   * The records of the ledger in order, from `from` on. After a cut it continues behind the last
   * mark. Store the index of each mark: a program that restarts continues with the next one.
   */
  tail(input: Operations['tail']['input'], options: TailOptions = {}): AsyncIterable<TailRecord> {
    const pathFrom = (from: number | undefined): string =>
      targetOf(ROUTES.tail, from === undefined ? input : { ...input, from }).path;
    const question = { follows: input.follow === true && input.wait === undefined, pathFrom };
    return new TailReader(this.#transport, options, question).records();
  }

  #send(
    route: Route,
    input: object,
    { signal, headers = {} }: CallOptions & { headers?: Readonly<Record<string, string>> },
  ): Promise<Response> {
    const { path, body } = targetOf(route, input);
    const type = route.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return this.#transport.send({
      ...{ method: route.method, path, body, signal },
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
    });
  }
}

async function bodyOf(response: Response): Promise<object> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) return body;
  } catch (cause) {
    throw new ClientError('invalid-reply', 'the reply of the service is not JSON', { cause });
  }
  throw new ClientError('invalid-reply', 'the reply of the service is not an object');
}

/** A reply without one of the three answers must not look like a yes. */
function needAnswer(answer: Answer | undefined): void {
  const kind: string | undefined = answer?.kind;
  if (kind === 'yes' || kind === 'no' || kind === 'unknown') return;
  throw new ClientError('invalid-reply', 'the reply has none of the three answers');
}
