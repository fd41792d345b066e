/** A request at an enforcement point, independent of the server. */
export type EndpointRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header by its lowercase name. Repeated headers are joined. */
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** Aborted when the peer disconnects or the server closes. */
  readonly signal: AbortSignal;
};

export type EndpointReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export function jsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): EndpointReply {
  const body = JSON.stringify(value);
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

export function emptyReply(status: number): EndpointReply {
  return { status, headers: {}, body: '' };
}

/** `application/json`, with or without parameters. */
export function isJson(contentType: string | undefined): boolean {
  return /^application\/json *(?:;|$)/i.test(contentType?.trim() ?? '');
}
