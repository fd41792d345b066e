import { type Ask, HttpError, jsonError, type Reply } from './http-message.ts';

export type Handler = (ask: Ask) => Reply | Promise<Reply>;

type Route = {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: Handler;
};

/**
 * Finds the handler of a request. Patterns are paths with literal segments or `{name}`. Literals
 * take precedence, and matching ignores case, as in the real services.
 *
 * @example
 * router.on('GET', '/v1.0/users/{id}', ({ params }) => json(200, find(params.id)));
 */
export class Router {
  readonly #byLength = new Map<number, Route[]>();
  #otherwise: Handler = () => jsonError(404, 'NotFound', 'Nothing is at this address.');

  on(method: string, pattern: string, handler: Handler): this {
    const segments = segmentsOf(pattern).map((s) => (s.startsWith('{') ? s : s.toLowerCase()));
    const routes = this.#byLength.get(segments.length) ?? [];
    routes.push({ method, segments, handler });
    routes.sort((a, b) => namesIn(a) - namesIn(b));
    this.#byLength.set(segments.length, routes);
    return this;
  }

  /** Answers requests that match no pattern. */
  otherwise(handler: Handler): this {
    this.#otherwise = handler;
    return this;
  }

  async answer(ask: Ask): Promise<Reply> {
    const sent = segmentsOf(ask.path);
    let isElsewhere = false;
    for (const route of this.#byLength.get(sent.length) ?? []) {
      const params = match(route, sent);
      if (params === undefined) continue;
      if (route.method === ask.method) return route.handler({ ...ask, params });
      isElsewhere = true;
    }
    if (isElsewhere)
      return jsonError(405, 'MethodNotAllowed', `${ask.method} is not allowed here.`);
    return this.#otherwise(ask);
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function namesIn(route: Route): number {
  return route.segments.filter((segment) => segment.startsWith('{')).length;
}

function match(route: Route, sent: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, segment] of route.segments.entries()) {
    const here = sent[i] as string;
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = decoded(here);
    else if (segment !== here.toLowerCase()) return undefined;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(jsonError(400, 'BadRequest', 'The encoding of the path is not valid.'));
  }
}
