import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isCertificateCode } from '../errors.ts';
import { urlWithoutQuery } from './allowed-origins.ts';
import { HttpError } from './errors.ts';
import {
  EXCHANGE_TIMEOUT_MS,
  HEADER_BYTES_MAX,
  IDLE_TIMEOUT_MS,
  SOCKETS_PER_HOST_MAX,
} from './limits.ts';
import { abortedError } from './wait.ts';

export type Reply = {
  readonly status: number;
  /** By name in lower case; the first value of a repeated header. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decompressed. */
  readonly body: Buffer;
};

export type ExchangeRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly bodyBytesMax: number;
  readonly signal?: AbortSignal | undefined;
};

export type Timeouts = { readonly idleMs: number; readonly exchangeMs: number };

const TIMEOUTS: Timeouts = { idleMs: IDLE_TIMEOUT_MS, exchangeMs: EXCHANGE_TIMEOUT_MS };

const requireBuiltin = createRequire(import.meta.url);

/**
 * Not import statements: they read every export of node:http, and one of them loads undici. With
 * TLS that takes 50 ms of CPU time, and importers load this package for its readers.
 */
function loadHttp(): typeof import('node:http') {
  return requireBuiltin('node:http') as typeof import('node:http');
}

function loadHttps(): typeof import('node:https') {
  return requireBuiltin('node:https') as typeof import('node:https');
}

export type PoolOptions = {
  /** PEM of authorities in addition to the machine's own. */
  readonly ca?: string | undefined;
  /** Resolves host names in place of the system, and may refuse their addresses. */
  readonly lookup?: LookupFunction | undefined;
  readonly timeouts?: Timeouts;
};

/** The open sockets, and the trusted authorities. */
export class ConnectionPool {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #timeouts: Timeouts;

  constructor(options: PoolOptions = {}) {
    const { ca, lookup } = options;
    const sockets = { keepAlive: true, maxSockets: SOCKETS_PER_HOST_MAX };
    const kept = lookup === undefined ? sockets : { ...sockets, lookup };
    this.#timeouts = options.timeouts ?? TIMEOUTS;
    this.#http = new (loadHttp().Agent)(kept);
    // Set here, so that no environment variable disables it.
    const checked = { ...kept, rejectUnauthorized: true };
    this.#https = new (loadHttps().Agent)(ca === undefined ? checked : { ...checked, ca });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /**
   * Sends one request and returns the whole answer, regardless of its status. Follows no redirect.
   * @throws HttpError CERTIFICATE, UNREACHABLE, TIMED_OUT, TOO_LARGE, DAMAGED, ABORTED
   */
  async exchange(request: ExchangeRequest): Promise<Reply> {
    const { message, packed } = await this.#send(request);
    const body = await unpacked(request, message, packed);
    return { status: message.statusCode ?? 0, headers: headersOf(message), body };
  }

  #send(request: ExchangeRequest): Promise<{ message: IncomingMessage; packed: Buffer }> {
    const { url, method, headers, body, signal } = request;
    const { idleMs, exchangeMs } = this.#timeouts;
    const isTls = url.protocol === 'https:';
    const options = {
      method,
      headers,
      agent: isTls ? this.#https : this.#http,
      maxHeaderSize: HEADER_BYTES_MAX,
      timeout: idleMs,
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const client = (isTls ? loadHttps() : loadHttp()).request(url, options);
      const fail = (error: unknown): void => {
        clearTimeout(deadline);
        reject(httpErrorOf(error, url, signal));
        client.destroy();
      };
      const deadline = setTimeout(() => fail(timedOut(url)), exchangeMs);
      client.on('timeout', () => fail(timedOut(url)));
      client.on('error', fail);
      client.on('response', (message) => {
        gather(message, request).then((packed) => {
          clearTimeout(deadline);
          resolve({ message, packed });
        }, fail);
      });
      client.end(body);
    });
  }
}

/** The body as received, up to its limit. */
async function gather(message: IncomingMessage, request: ExchangeRequest): Promise<Buffer> {
  const { bodyBytesMax, url } = request;
  const stated = Number(message.headers['content-length'] ?? 0);
  if (stated > bodyBytesMax) throw tooLarge(url, bodyBytesMax);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > bodyBytesMax) throw tooLarge(url, bodyBytesMax);
    pieces.push(piece);
  }
  if (!message.complete) throw damaged(url, 'it is truncated');
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, length);
}

const unzip = promisify(gunzip);

/** Limits the decompressed size, however little was sent. This stops a gzip bomb. */
async function unpacked(
  { url, bodyBytesMax }: ExchangeRequest,
  message: IncomingMessage,
  packed: Buffer,
): Promise<Buffer> {
  const encoding = message.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity' || packed.length === 0) return packed;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw damaged(url, 'it is compressed in a way that was not requested');
  }
  try {
    return await unzip(packed, { maxOutputLength: bodyBytesMax });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(url, bodyBytesMax);
    throw damaged(url, 'its gzip data is damaged or truncated');
  }
}

function headersOf(message: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const { rawHeaders } = message;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    if (!headers.has(name)) headers.set(name, rawHeaders[at + 1] as string);
  }
  return headers;
}

function httpErrorOf(error: unknown, url: URL, signal: AbortSignal | undefined): HttpError {
  if (error instanceof HttpError) return error;
  if (signal?.aborted === true) return abortedError();
  const code = codeOf(error);
  if (isCertificateCode(code)) {
    return new HttpError(
      'CERTIFICATE',
      `refused to talk to ${url.origin}: its certificate is not valid (${code}); nothing was ` +
        'sent; check the host, or give the authority of a proxy in the configuration',
      { data: { reason: code } },
    );
  }
  const isCut = code === 'ECONNRESET' || code.startsWith('HPE_');
  if (isCut) return damaged(url, `the connection broke (${code})`);
  return new HttpError(
    'UNREACHABLE',
    `could not reach ${url.origin} (${code}): check the network and the configured host`,
    { data: { reason: code } },
  );
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'no reason given';
}

function timedOut(url: URL): HttpError {
  return new HttpError(
    'TIMED_OUT',
    `could not get an answer of ${urlWithoutQuery(url)}: it did not answer in time`,
  );
}

function tooLarge(url: URL, bytesMax: number): HttpError {
  return new HttpError(
    'TOO_LARGE',
    `refused the answer of ${urlWithoutQuery(url)}: it is larger than ${bytesMax} bytes, ` +
      'sent or unpacked',
    { data: { bytesMax } },
  );
}

function damaged(url: URL, how: string): HttpError {
  return new HttpError('DAMAGED', `could not read the answer of ${urlWithoutQuery(url)}: ${how}`);
}
