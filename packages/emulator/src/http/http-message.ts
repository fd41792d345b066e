/** One request, as a service sees it. */
export type Ask = {
  readonly method: string;
  /** Decoded path segments that the pattern names. */
  readonly params: Readonly<Record<string, string>>;
  /** As sent, still encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lowercase names. Several values are joined by a comma, as HTTP allows. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
};

/** How the network transfers the bytes of a reply, to simulate its faults. */
export type Travel =
  /** The connection breaks after this many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Nothing is sent for this long; real milliseconds. */
  | { readonly kind: 'slow'; readonly waitMs: number };

export type Reply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /**
   * In place of a body: more than fits into memory, generated while it is read, without a length.
   */
  readonly flood?: () => Iterable<Buffer>;
  readonly travel?: Travel;
};

/** A reply that ends a request from within a handler. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`HTTP ${reply.status}`);
    this.reply = reply;
  }
}

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function html(body: string): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html><meta charset="utf-8"><title>Sign in</title>${body}`,
  };
}

/** The error body of the Management Activity API and Graph. */
export function jsonError(status: number, code: string, message: string): Reply {
  return json(status, { error: { code, message } });
}
