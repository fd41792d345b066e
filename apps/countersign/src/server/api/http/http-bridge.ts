import type { ServerResponse } from 'node:http';
import { busyStatus, type Exchange } from '../../listener/exchange.ts';
import { problemOf, problemResponse } from './problem.ts';

/** Questions and acts are small. Records are imported from files, not over this interface. */
export const BODY_BYTES_MAX: number = 1024 * 1024;

/** A reader that takes nothing for this long has gone, or would hold a connection for nothing. */
const STALLED_MS_MAX = 60_000;

/** Answers a standard request; MUST NOT reject. */
export type Fetch = (request: Request, peer: Peer) => Promise<Response>;

export type Peer = {
  /** The address of the other end. */
  readonly address: string;
  readonly isSecure: boolean;
};

/** Answers one exchange of the listener by a handler of standard requests. */
export async function answerExchange(exchange: Exchange, answer: Fetch): Promise<void> {
  const { request, response } = exchange;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const socket = request.socket as typeof request.socket & { readonly encrypted?: boolean };
  const peer = { address: socket.remoteAddress ?? '', isSecure: socket.encrypted === true };
  const made = await requestOf(exchange, peer, gone.signal);
  if (made === undefined) return;
  const reply = made instanceof Response ? made : await answer(made, peer);
  await writeResponse(response, reply, request.method ?? 'GET');
  exchange.done();
}

/** Undefined: the peer left. A response: the request cannot be answered otherwise. */
async function requestOf(
  exchange: Exchange,
  { isSecure }: Peer,
  signal: AbortSignal,
): Promise<Request | Response | undefined> {
  const { request } = exchange;
  const method = request.method ?? 'GET';
  const root = `${isSecure ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
  const url = URL.parse(`${root}${request.url ?? '/'}`);
  if (url === null || request.url?.startsWith('/') !== true) {
    exchange.ignoreBody();
    return problemResponse(problemOf(400, 'invalid-address', 'the address is not a valid path'));
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (method === 'GET' || method === 'HEAD') {
    exchange.ignoreBody();
    return new Request(url, { method, headers, signal });
  }
  try {
    const read = await exchange.read(BODY_BYTES_MAX);
    switch (read.kind) {
      case 'whole':
        return new Request(url, { method, headers, signal, body: new Uint8Array(read.bytes) });
      case 'too-large': {
        const text = `a body has at most ${BODY_BYTES_MAX} bytes`;
        return problemResponse(problemOf(413, 'body-too-large', text));
      }
      case 'busy': {
        const { status, text } = busyStatus(read.refusal);
        return problemResponse(problemOf(status, 'busy', text), { 'retry-after': '1' });
      }
    }
  } catch {
    return undefined;
  }
}

/** Writes a body as fast as the peer takes it, and reads no further ahead than one chunk. */
async function writeResponse(
  response: ServerResponse,
  reply: Response,
  method: string,
): Promise<void> {
  const headers: Record<string, string | string[]> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  reply.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers[name] = value;
  });
  const cookies = reply.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  response.writeHead(reply.status, headers);
  if (method === 'HEAD' || reply.body === null) {
    await reply.body?.cancel();
    response.end();
    return;
  }
  response.flushHeaders();
  const reader = reply.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (response.destroyed) return;
      if (!response.write(value)) await untilWritable(response);
    }
    response.end();
  } catch {
    // The head is out, so only a broken connection shows that the body is not whole.
    response.destroy();
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function untilWritable(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stalled = setTimeout(() => response.destroy(), STALLED_MS_MAX);
  response.once('drain', resolve);
  response.once('close', resolve);
  return promise.finally(() => {
    clearTimeout(stalled);
    response.off('drain', resolve);
    response.off('close', resolve);
  });
}
