import { instantOfMs, OWN_TENANT, type RecordDraft } from '@countersign/core';
import type { DecisionLog, DecisionRequest } from '@countersign/policy';
import { type Caller, mayAsk } from '../callers/caller.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import type { Candidates } from '../decisions/search-candidates.ts';
import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import {
  type EndpointReply,
  type EndpointRequest,
  isJson,
  jsonReply,
} from '../http/http-exchange.ts';
import { type Json, parseObject } from '../http/i-json.ts';
import { metadataOf, metadataPath, PATHS } from './authzen-metadata.ts';
import { answerOf, type EvaluationResponse, endedBy, problemAnswer } from './authzen-response.ts';
import { type Evaluation, evaluationOf, weightOf } from './evaluation.ts';
import { type Batch, batchOf, ends, type Semantic } from './evaluation-batch.ts';
import {
  BATCH_CHARACTERS_MAX,
  EVALUATION_CHARACTERS_MAX,
  REQUEST_ID_CHARACTERS_MAX,
} from './limits.ts';
import { search } from './search.ts';
import { type SearchSubject, searchOf } from './search-request.ts';

/** A tool of the company that sends AuthZEN requests. */
export type AuthzenCaller = Caller & {
  /** The enforcement point that it counts as, which decides what its policies may read. */
  readonly enforcementPoint: string;
  /** Lifetime of the pass that a permit opens. Undefined: it opens none. */
  readonly passMs: number | undefined;
};

export type AuthzenOptions = {
  readonly deciding: DecisionQueue;
  readonly candidates: Candidates;
  readonly decisionLog: DecisionLog;
  readonly now: () => number;
  /** The identifier of this decision point: an https URL, as callers know it. */
  readonly identifier: string;
};

type Answer = (caller: AuthzenCaller, message: Json) => Promise<object>;

/** Answers AuthZEN 1.0 requests. The server authenticates callers before. */
export class AuthzenEndpoint {
  readonly #options: AuthzenOptions;
  readonly #routes: ReadonlyMap<string, Answer>;

  constructor(options: AuthzenOptions) {
    this.#options = options;
    const searching =
      (searched: SearchSubject): Answer =>
      (caller, message) =>
        this.#search(searched, caller, message);
    this.#routes = new Map<string, Answer>([
      [PATHS.access_evaluation_endpoint, (...asked) => this.#evaluate(...asked)],
      [PATHS.access_evaluations_endpoint, (...asked) => this.#evaluateAll(...asked)],
      [PATHS.search_subject_endpoint, searching('subject')],
      [PATHS.search_resource_endpoint, searching('resource')],
      [PATHS.search_action_endpoint, searching('action')],
    ]);
  }

  has(path: string): boolean {
    return this.#routes.has(path);
  }

  /** Undefined unless the request is for the metadata, which are public. */
  metadata({ method, path }: Pick<EndpointRequest, 'method' | 'path'>): EndpointReply | undefined {
    const { identifier } = this.#options;
    if (path !== metadataPath(identifier)) return undefined;
    if (method === 'GET' || method === 'HEAD') return jsonReply(200, metadataOf(identifier));
    return jsonReply(405, 'read the metadata with GET', { allow: 'GET, HEAD' });
  }

  /** @throws EndpointError */
  async answer(caller: AuthzenCaller, request: EndpointRequest): Promise<EndpointReply> {
    const route = this.#routes.get(request.path);
    if (route === undefined) throw new EndpointError('UNKNOWN', 'not found');
    if (request.method !== 'POST') {
      return jsonReply(405, 'ask with POST', { allow: 'POST' });
    }
    const echoed = echo(request.header('x-request-id'));
    if (!isJson(request.header('content-type'))) {
      throw malformedRequest('the Content-Type is not application/json');
    }
    return jsonReply(200, await route(caller, parseObject(request.body)), echoed);
  }

  async #evaluate(caller: AuthzenCaller, message: Json): Promise<EvaluationResponse> {
    return this.#single(caller, evaluationOf(message));
  }

  async #evaluateAll(caller: AuthzenCaller, message: Json): Promise<object> {
    const batch = batchOf(message);
    if (batch.kind === 'single') return this.#single(caller, batch.evaluation);
    return { evaluations: await this.#batch(caller, batch) };
  }

  async #single(caller: AuthzenCaller, evaluation: Evaluation): Promise<EvaluationResponse> {
    checkScope(caller, evaluation);
    const { passMs } = caller;
    const [decided] = await this.#options.deciding.decide(caller, [requestOf(caller, evaluation)], {
      passMs,
    });
    if (decided === undefined) throw new EndpointError('UNAVAILABLE', 'no decision was made');
    return answerOf(decided.decision);
  }

  async #batch(
    caller: AuthzenCaller,
    batch: Extract<Batch, { kind: 'batch' }>,
  ): Promise<readonly EvaluationResponse[]> {
    const { places, requests } = await this.#read(caller, batch);
    const { passMs } = caller;
    const decided = await this.#options.deciding.decide(caller, requests, { passMs });
    const answers = places.map((place): EvaluationResponse => {
      if (place instanceof EndpointError) return problemAnswer(place);
      const entry = decided[place];
      if (entry === undefined) throw new EndpointError('UNAVAILABLE', 'some decisions are missing');
      return answerOf(entry.decision);
    });
    return cutAtEnd(answers, batch.semantic);
  }

  /**
   * Reads a batch as far as needed. If one answer can end it, policies first run without an entry
   * to find the end. So no decision is recorded that the caller does not receive.
   */
  async #read(
    caller: AuthzenCaller,
    { count, item, semantic }: Extract<Batch, { kind: 'batch' }>,
  ): Promise<{
    readonly places: readonly (EndpointError | number)[];
    readonly requests: readonly DecisionRequest[];
  }> {
    const { deciding } = this.#options;
    const places: (EndpointError | number)[] = [];
    const requests: DecisionRequest[] = [];
    let weight = 0;
    await deciding.inTurns(caller, count, (from, to) => {
      for (let at = from; at < to; at++) {
        const read = readItem(caller, item(at));
        if (read instanceof EndpointError) places.push(read);
        else {
          weight += weightOf(read);
          if (weight > BATCH_CHARACTERS_MAX) throw tooMuch('the batch');
          places.push(requests.push(read) - 1);
        }
        if (semantic === 'execute_all') continue;
        const effect =
          read instanceof EndpointError ? 'deny' : deciding.point.evaluate(read).effect;
        if (ends(semantic, effect)) return 'stop';
      }
      return 'on';
    });
    return { places, requests };
  }

  async #search(searched: SearchSubject, caller: AuthzenCaller, message: Json): Promise<object> {
    const asked = searchOf(searched, message);
    const { resource } = asked.question;
    if (!mayAsk(caller, resource)) throw notYours(caller, resource.type);
    if (weightOf(asked.question) > EVALUATION_CHARACTERS_MAX) throw tooMuch('the question');
    const found = await search(asked, caller, this.#options);
    await this.#account(caller, asked.question, found.results.length);
    return found;
  }

  /** Records a search too, because a list of permissions is sensitive. */
  async #account(caller: AuthzenCaller, question: object, results: number): Promise<void> {
    const { decisionLog, now } = this.#options;
    const atMs = now();
    const body = { v: 1, what: 'access-search', caller: caller.name, question, results, atMs };
    const draft: RecordDraft = {
      kind: 'act',
      tenant: OWN_TENANT,
      source: 'countersign/act',
      id: undefined,
      at: instantOfMs(atMs) ?? '',
      body: Buffer.from(JSON.stringify(body)),
    };
    try {
      await decisionLog.append([draft]);
    } catch (cause) {
      const what = 'could not write the search to the ledger, so there is no answer';
      throw new EndpointError('UNAVAILABLE', what, { cause });
    }
  }
}

function readItem(
  caller: AuthzenCaller,
  item: ReturnType<Extract<Batch, { kind: 'batch' }>['item']>,
): DecisionRequest | EndpointError {
  if (item.kind === 'problem') return item.problem;
  const { resource } = item.evaluation;
  if (!mayAsk(caller, resource)) return notYours(caller, resource.type);
  return requestOf(caller, item.evaluation);
}

function tooMuch(what: 'the batch' | 'the question'): EndpointError {
  const most = what === 'the batch' ? BATCH_CHARACTERS_MAX : EVALUATION_CHARACTERS_MAX;
  return new EndpointError(
    'TOO_LARGE',
    `${what} has more than ${most} characters, including defaults`,
  );
}

/** Directory and clock may have changed between the two evaluations. */
function cutAtEnd(
  answers: readonly EvaluationResponse[],
  semantic: Semantic,
): readonly EvaluationResponse[] {
  const at = answers.findIndex(({ decision }) => ends(semantic, decision ? 'permit' : 'deny'));
  if (at < 0) return answers;
  return [...answers.slice(0, at), endedBy(answers[at] as EvaluationResponse, semantic)];
}

function requestOf(
  { enforcementPoint, tenant }: AuthzenCaller,
  evaluation: Evaluation,
): DecisionRequest {
  return { enforcementPoint, tenant, ...evaluation };
}

function checkScope(caller: AuthzenCaller, { resource }: Evaluation): void {
  if (!mayAsk(caller, resource)) throw notYours(caller, resource.type);
}

function notYours({ name }: Caller, type: string): EndpointError {
  const what = `${name} may not ask about this ${JSON.stringify(type)}`;
  return new EndpointError('NOT_YOURS', what);
}

/** Returns the caller's request id unchanged, so that both sides find it in their logs. */
function echo(id: string | undefined): Readonly<Record<string, string>> {
  if (id === undefined) return {};
  if (/^[\x20-\x7e]*$/.test(id) && id.length <= REQUEST_ID_CHARACTERS_MAX) {
    return { 'x-request-id': id };
  }
  const what = `X-Request-ID is longer than ${REQUEST_ID_CHARACTERS_MAX}, or not ASCII`;
  throw malformedRequest(what);
}
