import type { JsonObject } from '../core/json-object.ts';
import type { Ask, Reply } from '../http/http-message.ts';
import { badRequest } from './calls/graph-error.ts';

/** G-BATCH: a batch with more requests is refused as a whole. */
const BATCH_REQUESTS_MAX = 20;

type Inner = {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
};

type InnerResponse = JsonObject & { readonly id: string; readonly status: number };

/** JSON batching (contracts 8.1): the outer reply is 200, whatever the inner ones are. */
export async function runBatch(
  ask: Ask,
  prefix: string,
  run: (inner: Ask) => Promise<Reply>,
): Promise<{ readonly responses: readonly InnerResponse[] }> {
  const requests = readBatch(ask);
  const done = new Map<string, InnerResponse>();
  for (const request of inOrder(requests)) {
    const isBroken = request.dependsOn.some((id) => (done.get(id)?.status ?? 500) >= 400);
    done.set(request.id, isBroken ? failedDependency(request.id) : await one(request));
  }
  // Reversed, because clients must use ids: the order of the replies is not guaranteed.
  return { responses: [...done.values()].reverse() };

  async function one(request: Inner): Promise<InnerResponse> {
    const { id, body } = request;
    if (body !== undefined && request.headers['content-type'] === undefined)
      return errorIn(id, 400, 'BadRequest', 'A request with a body needs a Content-Type header.');
    return responseOf(id, await run(innerAsk(ask, request, prefix)));
  }
}

function readBatch(ask: Ask): readonly Inner[] {
  let value: unknown;
  try {
    value = JSON.parse(ask.body.toString('utf8'));
  } catch {
    throw badRequest('Unable to read JSON request payload.', 'BadRequest');
  }
  const requests = isObject(value) ? value['requests'] : undefined;
  if (!Array.isArray(requests) || requests.length === 0)
    throw badRequest("Invalid batch payload: 'requests' is missing or empty.", 'BadRequest');
  if (requests.length > BATCH_REQUESTS_MAX) {
    const message = `A batch holds ${BATCH_REQUESTS_MAX} requests at most.`;
    throw badRequest(message, 'BadRequest');
  }
  const read = requests.map(readInner);
  const ids = new Set(read.map(({ id }) => id.toLowerCase()));
  if (ids.size < read.length) throw badRequest('Batch request ids must be unique.', 'BadRequest');
  return read;
}

function readInner(value: unknown): Inner {
  const { id, method, url, headers, body, dependsOn = [] } = isObject(value) ? value : {};
  if (typeof id !== 'string' || id === '' || typeof method !== 'string' || typeof url !== 'string')
    throw badRequest('A batch request needs id, method and url.', 'BadRequest');
  const lower: Record<string, string> = {};
  for (const [name, text] of Object.entries(isObject(headers) ? headers : {}))
    if (typeof text === 'string') lower[name.toLowerCase()] = text;
  const needed = Array.isArray(dependsOn) ? dependsOn.filter((one) => typeof one === 'string') : [];
  return { id, method: method.toUpperCase(), url, headers: lower, body, dependsOn: needed };
}

/** Sorts requests after their dependencies. 400 for cycles and unknown ids. */
function inOrder(requests: readonly Inner[]): readonly Inner[] {
  const left = new Map(requests.map((request) => [request.id, request]));
  const ordered: Inner[] = [];
  const placed = new Set<string>();
  while (left.size > 0) {
    const ready = [...left.values()].filter(({ dependsOn }) =>
      dependsOn.every((id) => placed.has(id)),
    );
    if (ready.length === 0)
      throw badRequest('A batch request depends on an unknown id or on itself.', 'BadRequest');
    for (const request of ready) {
      left.delete(request.id);
      placed.add(request.id);
      ordered.push(request);
    }
  }
  return ordered;
}

function innerAsk(outer: Ask, request: Inner, prefix: string): Ask {
  const url = request.url.replace(/^\/?/, '/');
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const headers: Record<string, string | undefined> = { ...request.headers };
  for (const name of ['host', 'user-agent', 'x-forwarded-for']) headers[name] = outer.headers[name];
  const body =
    request.body === undefined
      ? Buffer.alloc(0)
      : Buffer.from(typeof request.body === 'string' ? request.body : JSON.stringify(request.body));
  return {
    method: request.method,
    params: {},
    path: path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    body,
  };
}

function responseOf(id: string, reply: Reply): InnerResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(reply.headers ?? {}))
    headers[HEADER_NAMES[name] ?? name] = value;
  const text = reply.body?.toString() ?? '';
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { id, status: reply.status, headers, ...(body === undefined ? {} : { body }) };
}

/** Inner headers are JSON members, which clients look up by their documented names. */
const HEADER_NAMES: { readonly [name: string]: string } = {
  'content-type': 'Content-Type',
  'retry-after': 'Retry-After',
  location: 'Location',
};

function failedDependency(id: string): InnerResponse {
  const message = 'Failed to execute request because it depends on one that failed.';
  return errorIn(id, 424, 'FailedDependency', message);
}

function errorIn(id: string, status: number, code: string, message: string): InnerResponse {
  const headers = { 'Content-Type': 'application/json' };
  return { id, status, headers, body: { error: { code, message } } };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
