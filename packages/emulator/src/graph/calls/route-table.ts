import type { Reply } from '../../http/http-message.ts';
import type { Call } from './graph-call.ts';

/** Services behind Graph. Each throttles by its own rule. */
export type Family = 'identity' | 'reporting' | 'protection' | 'search' | 'outlook';

/** One kind of call. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /**
   * The path after the version: `/users/{id}`. Literal segments take precedence over parameters.
   */
  readonly path: string;
  readonly family: Family;
  /** Any one of these permits the call. */
  readonly permissions: readonly string[];
  /** Any one of these permits a person to read their own data. */
  readonly own: readonly string[];
  /** Resource units before `$select`, `$expand` and `$top` apply (contracts 8.1). */
  readonly cost: number;
  readonly versions: readonly ('v1.0' | 'beta')[];
  readonly answer: (call: Call) => Reply | Promise<Reply>;
};

type RouteOptions = Partial<Pick<Route, 'own' | 'family' | 'cost' | 'versions'>>;

export function route(
  address: `${Route['method']} /${string}`,
  permissions: readonly string[],
  answer: Route['answer'],
  options: RouteOptions = {},
): Route {
  const [method, path = ''] = address.split(' ');
  return {
    method: method as Route['method'],
    path,
    permissions,
    answer,
    own: options.own ?? [],
    family: options.family ?? 'identity',
    cost: options.cost ?? 1,
    versions: options.versions ?? ['v1.0', 'beta'],
  };
}

type Entry = { readonly route: Route; readonly segments: readonly string[] };

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Record<string, string> }
  /** The path exists, but not with this method. */
  | { readonly kind: 'wrong-method' }
  /** The first unknown segment. */
  | { readonly kind: 'nowhere'; readonly segment: string };

/** Finds the route of a call. */
export class RouteTable {
  readonly #byLength = new Map<number, Entry[]>();

  constructor(routes: readonly Route[]) {
    for (const one of routes) {
      const segments = segmentsOf(one.path).map((s) => (s.startsWith('{') ? s : s.toLowerCase()));
      const entries = this.#byLength.get(segments.length) ?? [];
      entries.push({ route: one, segments });
      entries.sort((a, b) => namesIn(a.segments) - namesIn(b.segments));
      this.#byLength.set(segments.length, entries);
    }
  }

  /** `path` follows the version, still encoded. */
  find(method: string, version: string, path: string): RouteMatch {
    const sent = segmentsOf(path).flatMap(withoutKey);
    let isKnown = false;
    for (const { route: one, segments } of this.#byLength.get(sent.length) ?? []) {
      const params = match(segments, sent);
      if (params === undefined || !one.versions.some((known) => known === version)) continue;
      if (one.method === method) return { kind: 'found', route: one, params };
      isKnown = true;
    }
    return isKnown ? { kind: 'wrong-method' } : { kind: 'nowhere', segment: sent.at(-1) ?? '' };
  }
}

/** `servicePrincipals(appId='…')` is equivalent to `servicePrincipals/{id}`. */
function withoutKey(segment: string): readonly string[] {
  const found = /^(\w+)\((?:(\w+)=)?'?([^')]*)'?\)$/.exec(decoded(segment) ?? '');
  if (found === null) return [segment];
  const [, name = '', key, value = ''] = found;
  if (value === '') return [name];
  return [name, encodeURIComponent(key === undefined ? value : `${key}=${value}`)];
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function namesIn(segments: readonly string[]): number {
  return segments.filter((segment) => segment.startsWith('{')).length;
}

function match(
  segments: readonly string[],
  sent: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const here = decoded(sent[i] ?? '');
    if (here === undefined) return undefined;
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = here;
    else if (segment !== here.toLowerCase()) return undefined;
  }
  return params;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Invalid encoding: no object has such a name.
    return undefined;
  }
}
