import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { type Ask, HttpError, jsonError, type Reply } from './http-message.ts';
import type { Router } from './router.ts';

/** Token requests and Graph calls take a few KiB. */
export const REQUEST_BODY_BYTES_MAX: number = 4 * 1024 * 1024;

/** The body as a JSON object; `{}` without one. Throws the 400. */
export function jsonBody(ask: Ask): Readonly<Record<string, unknown>> {
  if (ask.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(ask.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Refused below, like any body that is not an object.
  }
  throw new HttpError(jsonError(400, 'BadRequest', 'The request body is not a JSON object.'));
}

export type ServerOptions = {
  readonly router: Router;
  /** 0: any free port. */
  readonly port: number;
  /** Without it, plain HTTP. */
  readonly tls?: { readonly keyPem: string; readonly certPem: string };
  /** Virtual time for the `Date` header. */
  readonly now: () => number;
  /** Real time, for delayed replies. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Wraps every request: waits for the simulation, throttles, simulates faults. */
  readonly around?: (ask: Ask, answer: () => Promise<Reply>) => Promise<Reply>;
  /** Receives defects of a handler, which the client sees as 500. */
  readonly onDefect?: (error: unknown) => void;
};

export type Server = { readonly origin: string; stop(): Promise<void> };

/** Listens only on 127.0.0.1, because the emulator gives its credentials to any caller. */
export async function serve(options: ServerOptions): Promise<Server> {
  const { tls, port } = options;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(options, request, response);
  };
  const server =
    tls === undefined
      ? createServer(listener)
      : createSecureServer({ key: tls.keyPem, cert: tls.certPem }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.sendDate = false;
  response.setHeader('date', new Date(options.now()).toUTCString());
  let reply: Reply;
  try {
    const ask = await read(request);
    const answer = (): Promise<Reply> => options.router.answer(ask);
    reply = await (options.around?.(ask, answer) ?? answer());
  } catch (error) {
    if (!(error instanceof HttpError)) options.onDefect?.(error);
    reply =
      error instanceof HttpError
        ? error.reply
        : jsonError(500, 'InternalServerError', 'A defect of the emulator.');
  }
  if (reply.travel?.kind === 'slow') await options.sleep(reply.travel.waitMs).catch(() => {});
  send(response, reply);
}

function send(response: ServerResponse, reply: Reply): void {
  const { status, headers = {}, travel, flood } = reply;
  if (flood !== undefined) {
    response.writeHead(status, headers);
    // A client that disconnects early is not our failure.
    pipeline(Readable.from(flood()), response, () => {});
    return;
  }
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const length: Record<string, number> =
    status === 204 || status === 304 ? {} : { 'content-length': body?.length ?? 0 };
  response.writeHead(status, { ...headers, ...length });
  if (travel?.kind !== 'cut') {
    response.end(body);
    return;
  }
  // The length is in the headers, so the client can tell an interrupted reply from a short one.
  const socket: Socket | null = response.socket;
  response.write(body?.subarray(0, travel.afterBytes) ?? '', () => socket?.destroy());
}

async function read(request: IncomingMessage): Promise<Ask> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return {
    method: request.method ?? 'GET',
    params: {},
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    body: await bodyOf(request),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > REQUEST_BODY_BYTES_MAX) {
      const reply = jsonError(413, 'RequestEntityTooLarge', 'The request body is too large.');
      // The rest of the body is not read, so the connection ends with this reply.
      throw new HttpError({ ...reply, headers: { ...reply.headers, connection: 'close' } });
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
