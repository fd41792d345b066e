/** Where the service offers an operation. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Names in braces are members of the input. */
  readonly path: string;
  readonly form: 'document' | 'list' | 'stream';
  /** An act is sent with an `Idempotency-Key`. */
  readonly effect: 'read' | 'act';
};

/** Parameters of the interface itself: they stay in the query beside a body. */
const QUERY_OF_ALL: ReadonlySet<string> = new Set(['tenant', 'limit', 'cursor', 'wait']);

export type RequestTarget = { readonly path: string; readonly body: string | undefined };

/**
 * The path with its query, and the body. Unknown members are sent too, so that the service refuses
 * a misspelled filter: dropping it would widen the answer.
 */
export function targetOf({ method, path }: Route, input: object): RequestTarget {
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let target = path;
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const place = `{${name}}`;
    if (target.includes(place)) target = target.replace(place, () => segmentOf(value));
    else if (method === 'GET' || QUERY_OF_ALL.has(name)) {
      for (const each of [value].flat()) query.append(name, String(each));
    } else body[name] = value;
  }
  const text = query.size > 0 ? `${target}?${query}` : target;
  return { path: text, body: method === 'GET' ? undefined : JSON.stringify(body) };
}

/** Dots alone would be removed from the path, and lead to another operation. */
function segmentOf(value: unknown): string {
  const text = encodeURIComponent(String(value));
  return /^\.{1,2}$/.test(text) ? text.replaceAll('.', '%2E') : text;
}
