import { createHash } from 'node:crypto';
import type { TenantId } from '@countersign/core';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { FeedRecord } from '../../../feeds/feed-record.ts';
import type { FieldMeta } from '../../../operations/definition/fields.ts';
import type {
  ListOperation,
  Operation,
  OperationContext,
} from '../../../operations/definition/operation.ts';
import { parseInput } from '../../../operations/definition/parse-input.ts';
import type { ServiceState } from '../../../operations/definition/service-state.ts';
import {
  NAMES_NO_ONE,
  operationIdOf,
  PERSON_MEMBERS,
  SECRET_REPLY,
  SHOWN_MEMBERS,
} from '../../../operations/offers.ts';
import { recordNamesAccess } from '../../../operations/people/record-names-access.ts';
import { Readers } from '../../../operations/readers/readers.ts';
import { type AuthorizedResource, limitGroups } from '../../../operators/authorize.ts';
import type { Caller } from '../../../operators/caller.ts';
import type { ApiEnv, ApiParts } from '../api-parts.ts';
import type { CallLimits } from '../http/call-limits.ts';
import type { KeptReply } from '../http/kept-replies.ts';
import { refuse } from '../http/problem.ts';
import { EVENT_STREAM, NDJSON, streamBody } from '../http/streams.ts';
import type { ApiRoute } from './api-route.ts';
import { AskedPeople } from './asked-people.ts';
import { checkDelegation } from './check-delegation.ts';
import type { CursorCodec } from './cursor.ts';
import { type NamesReason, namesReasonOf, withNames } from './names-access.ts';
import type { OpenList, OpenLists, Page } from './open-lists.ts';
import { limitOf, resumedQuery, waitMsOf } from './page-parameters.ts';
import { bodyOf, inputOf } from './read-request.ts';
import {
  type ApiAnswer,
  admit,
  asOfOf,
  completeOf,
  type ListReply,
  runDocument,
  unknownOf,
} from './run-operation.ts';
import { ShownRecords } from './shown-records.ts';

export type HandlerParts = ApiParts & {
  readonly lists: OpenLists;
  readonly limits: CallLimits;
  readonly cursors: CursorCodec;
  /** The route that shows what a route changes. */
  readonly shownBy: (route: ApiRoute) => ApiRoute | undefined;
};

/** One request for an operation. */
type Call = {
  readonly route: ApiRoute;
  readonly caller: Caller;
  readonly input: object;
  readonly tenant: TenantId | undefined;
  readonly request: Request;
  readonly query: URLSearchParams;
  /** The caller named a person by a pseudonym, so no sentence of the reply may name the person. */
  readonly wasPseudonym: boolean;
};

/** Runs operations for callers, and writes their replies. */
export class OperationHandler {
  readonly #parts: HandlerParts;
  readonly #shownRecords = new ShownRecords();
  readonly #people: AskedPeople;
  /** Conditional acts are done one after the other, so that their condition still holds. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#people = new AskedPeople(parts);
  }

  /** @throws ProblemError, and errors of the operation */
  async handle(route: ApiRoute, proved: Caller, context: Context<ApiEnv>): Promise<Response> {
    const { req } = context;
    const query = new URL(req.url).searchParams;
    const nowMs = this.#parts.machineClock.now();
    const reason = namesReasonOf(req.raw.headers);
    const admitAbout = (personGroups: AuthorizedResource['personGroups']) => {
      const named = reason === undefined ? proved : withNames(proved, { personGroups }, nowMs);
      return admit(route, named, { tenant: query.get('tenant'), nowMs, personGroups });
    };
    const limits = limitGroups(proved);
    // Before the body is read, the person is unknown: whether any person would do is known.
    const isPersonal = PERSON_MEMBERS.has(route.operation.name);
    let { caller, tenant } = admitAbout(isPersonal ? limits : undefined);
    const isStream = route.operation.name === 'tail';
    const end = this.#parts.limits.begin(caller.who, isStream ? 'stream' : 'question');
    let isStreaming = false;
    try {
      const text = route.method === 'GET' ? '' : await req.text();
      const body = bodyOf(req.header('content-type'), text);
      const path = req.param() as Readonly<Record<string, string>>;
      const resumed = isStream ? resumedQuery(query, req.header('last-event-id')) : query;
      const given = inputOf(route, { path, query: resumed, body });
      const { input, wasPseudonym } = await this.#people.resolved(route.operation, given);
      if (limits !== undefined && isPersonal) {
        const groups = await this.#people.groupsOf(route.operation, input, tenant);
        ({ caller, tenant } = admitAbout(groups));
      }
      checkDelegation(proved, route.operation, input);
      const request = req.raw;
      const call: Call = { route, caller, input, tenant, request, query, wasPseudonym };
      await this.#recordNames(call, reason);
      if (isStream) {
        isStreaming = true;
        return await this.#stream(call, end);
      }
      const { operation } = route;
      if (operation.kind === 'list') return await this.#list(call, operation);
      return operation.effect === 'read' ? await this.#read(call) : await this.#act(call, text);
    } finally {
      if (!isStreaming) end();
    }
  }

  /** Before an answer with names is read, the ledger records why. */
  async #recordNames(call: Call, reason: NamesReason | undefined): Promise<void> {
    const { caller, route, input, tenant, request, query } = call;
    // The first page is recorded, and a cursor belongs to it.
    if (reason === undefined || query.has('cursor')) return;
    const access = {
      operation: route.operation.name,
      input: withoutFiles(route, input),
      ...reason,
    };
    const { name: operation } = recordNamesAccess;
    const work = { operation, input: access, tenant, who: caller.who };
    await this.#parts.perform(work, request.signal);
  }

  async #read(call: Call): Promise<Response> {
    const { body, etag } = await this.#document(call);
    if (call.request.headers.get('if-none-match') === etag) {
      return new Response(null, { status: 304, headers: { etag } });
    }
    return jsonResponse(200, body, { etag });
  }

  /** An act: once for each `Idempotency-Key`. */
  async #act(call: Call, text: string): Promise<Response> {
    const { request, route } = call;
    const isSecret = SECRET_REPLY.has(route.operation.name);
    const key = isSecret ? null : request.headers.get('idempotency-key');
    const changed = route.method === 'PATCH' ? this.#parts.shownBy(route) : undefined;
    const run = async (): Promise<KeptReply> => {
      if (changed !== undefined) return this.#change(call, changed);
      return { status: 200, body: (await this.#document(call)).body };
    };
    if (key === null) {
      const { status, body } = await run();
      return jsonResponse(status, body, isSecret ? { 'content-encoding': 'identity' } : {});
    }
    const content = `${request.method} ${request.url}\n${text}`;
    const reply = await this.#parts.keptReplies.once(call.caller.who, key, content, run);
    return jsonResponse(reply.status, reply.body);
  }

  /**
   * Changes what a caller has seen, if it is still as seen (RFC 9110, section 13.1.1): two
   * operators at one finding learn of each other.
   *
   * @param shown the route that shows it
   */
  async #change(call: Call, shown: ApiRoute): Promise<KeptReply> {
    const turn = this.#turn.then(async (): Promise<KeptReply> => {
      const seen = call.request.headers.get('if-match');
      if (seen === null) {
        const text = 'send If-Match with the ETag of what you have seen: GET shows it';
        refuse(428, 'if-match-missing', text);
      }
      const id = (call.input as { readonly id?: unknown }).id;
      const input = parseInput(shown.operation.input as z.ZodType<object>, { id });
      const { body, etag } = await this.#document({ ...call, route: shown, input });
      if (seen !== '*' && !seen.split(',').some((each) => each.trim() === etag)) {
        return { status: 412, body };
      }
      return { status: 200, body: (await this.#document(call)).body };
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #document(call: Call): Promise<{ readonly body: string; readonly etag: string }> {
    const { operation } = call.route;
    if (operation.kind === 'list') throw new Error(`${operation.name} is a list`);
    const notices: string[] = [];
    using readers = new Readers(this.#parts);
    const context = this.#context(call, readers, notices);
    const { result, ...sentences } = await runDocument(operation, call.input, context);
    this.#countAnswer(operation, sentences.answer);
    const shown = this.#shown(call, result);
    const reply = this.#withoutNames(call, sentences);
    const body = JSON.stringify({
      ...reply,
      result: shown,
      notices: this.#withoutNames(call, notices),
    });
    // The watermark moves with every entry, and the result does not.
    return { body: `${body}\n`, etag: etagOf(JSON.stringify([reply.answer, shown])) };
  }

  async #list(call: Call, operation: ListOperation<object, unknown, unknown>): Promise<Response> {
    const { lists, cursors } = this.#parts;
    const { caller, query } = call;
    const limit = limitOf(query.get('limit'));
    const question = questionOf(call);
    const cursor = query.get('cursor');
    if (cursor !== null) {
      const { list, page } = cursors.decode(cursor, question);
      const content = await lists.page(list, page, limit);
      return this.#page(call, content, { list, page: page + 1, question });
    }
    const opened = this.#open(call, operation);
    let first: Awaited<ReturnType<OpenLists['first']>>;
    try {
      first = await lists.first(caller.who, opened, limit);
    } catch (error) {
      const complete = unknownOf(error);
      const page = { items: [], complete, asOf: opened.asOf(), notices: [], isLast: true };
      this.#countAnswer(operation, complete);
      return this.#page(call, page, undefined);
    }
    this.#countAnswer(operation, first.page.complete);
    const { id } = first;
    const next = id === undefined ? undefined : { list: id, page: 1, question };
    return this.#page(call, first.page, next);
  }

  /** A list counts once, with its first page. */
  #countAnswer({ name, effect }: Operation, { kind }: ApiAnswer): void {
    if (effect === 'read') this.#parts.measures.answered(operationIdOf(name), kind);
  }

  #page(
    call: Call,
    page: Page,
    position: Parameters<CursorCodec['encode']>[0] | undefined,
  ): Response {
    const { items, complete, asOf, notices, isLast } = page;
    const next = isLast || position === undefined ? null : this.#parts.cursors.encode(position);
    const shown = items.map((item) => this.#shown(call, item));
    const sentences = this.#withoutNames(call, { complete, notices });
    const reply: ListReply = { items: shown, ...sentences, asOf, next };
    const body = JSON.stringify(reply);
    if (next === null) return jsonResponse(200, `${body}\n`);
    const url = new URL(call.request.url);
    url.searchParams.set('cursor', next);
    return jsonResponse(200, `${body}\n`, {
      link: `<${url.pathname}${url.search}>; rel="next"`,
    });
  }

  /** The readers stay open while pages are left. */
  #open(call: Call, operation: ListOperation<object, unknown, unknown>): OpenList {
    const readers = new Readers(this.#parts);
    const notices: string[] = [];
    // A page outlives its request, so the list does not end with the first one.
    const ended = new AbortController();
    const context = this.#context(call, readers, notices, ended.signal);
    const running = Promise.resolve().then(() => operation.run(context, call.input));
    let iterator: AsyncIterator<unknown> | undefined;
    return {
      items: {
        next: async () => {
          iterator ??= (await running)[Symbol.asyncIterator]();
          return iterator.next();
        },
      },
      complete: async () => completeOf(await (await running).conclude()),
      asOf: () => asOfOf(readers),
      notices,
      close: () => {
        ended.abort();
        void iterator?.return?.();
        readers.close();
      },
    };
  }

  async #stream(call: Call, end: () => void): Promise<Response> {
    const { authenticator } = this.#parts;
    const { caller, request, query } = call;
    const operation = call.route.operation as ListOperation<object, FeedRecord>;
    const readers = new Readers(this.#parts);
    const signals = [request.signal];
    const wait = query.get('wait');
    if (wait !== null) signals.push(AbortSignal.timeout(waitMsOf(wait)));
    const signal = AbortSignal.any(signals);
    const ended = (): void => {
      readers.close();
      end();
    };
    try {
      const context = this.#context(call, readers, [], signal);
      const list = await operation.run(context, call.input);
      const isEvents = request.headers.get('accept')?.includes('text/event-stream') === true;
      const form = isEvents ? EVENT_STREAM : NDJSON;
      const show = (record: FeedRecord): FeedRecord => this.#shown(call, record) as FeedRecord;
      const body = streamBody({
        ...{ records: list[Symbol.asyncIterator](), form, ended },
        redact: caller.people === 'names' ? show : (record) => this.#shownRecords.of(record, show),
        endsBecause: () =>
          authenticator.stillValid(caller) ? undefined : 'the proof of the caller ended',
      });
      const headers = { 'content-type': form.contentType, 'x-accel-buffering': 'no' };
      return new Response(body, { headers });
    } catch (error) {
      ended();
      throw error;
    }
  }

  #context(
    { caller, tenant, request }: Call,
    readers: Readers,
    notices: string[],
    signal: AbortSignal = request.signal,
  ): OperationContext {
    const { dataDir, clock, random, env, perform } = this.#parts;
    return {
      ...{ dataDir, clock, random, env, tenant, readers, signal },
      service: async () => {
        const { status, body } = await this.#parts.mainPage('state');
        return status === 200 ? (JSON.parse(body) as ServiceState) : undefined;
      },
      progress: () => undefined,
      notice: (text) => void notices.push(text),
      perform: async <Input extends object, Output>(
        { name }: { readonly name: string },
        input: Input,
      ): Promise<Output> => {
        const work = { operation: name, input, tenant, who: caller.who };
        return (await perform(work, signal)) as Output;
      },
    };
  }

  /** Sentences of a reply. They repeat what the caller asked, which was a pseudonym. */
  #withoutNames<T>({ caller, wasPseudonym }: Call, sentences: T): T {
    const isOpen = caller.people === 'names' || !wasPseudonym;
    return isOpen ? sentences : (this.#parts.pseudonymize(sentences) as T);
  }

  #shown({ caller, route }: Call, value: unknown): unknown {
    const isOpen = caller.people === 'names' || NAMES_NO_ONE.has(route.operation.name);
    if (isOpen) return value;
    const hidden = this.#parts.pseudonymize(value);
    const shown = SHOWN_MEMBERS.get(route.operation.name);
    if (shown === undefined || typeof hidden !== 'object') return hidden;
    const members = Object.entries(value as object).filter(([name]) => shown.includes(name));
    return { ...hidden, ...Object.fromEntries(members) };
  }
}

/** The ledger records the question. Files that were sent with it are not part of it. */
function withoutFiles({ members }: ApiRoute, input: object): object {
  const files = members.filter(({ schema }) => (schema.meta() as FieldMeta)?.isForRemote === true);
  const names = new Set(files.map(({ name }) => name));
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.has(name)));
}

/** What a cursor is bound to. */
function questionOf({ route, caller, input, tenant }: Call): string {
  const { who, people } = caller;
  return digest(JSON.stringify([route.operation.name, input, tenant ?? null, who, people]));
}

function etagOf(content: string): string {
  return `"${digest(content)}"`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function jsonResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { ...headers, 'content-type': 'application/json' },
  });
}
