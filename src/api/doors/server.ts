import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { DoorReply } from '../../access/index.ts';
import { Arrived } from './arrived.ts';
import {
  DOOR_CONNECTIONS_MAX,
  DOOR_HEADER_BYTES_MAX,
  DOOR_HEADERS_MS_MAX,
  DOOR_KEEP_ALIVE_MS,
  DOOR_REQUEST_MS_MAX,
} from './limits.ts';

/** What a server shows, and whom it believes, in PEM. */
export type DoorTls = {
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates; undefined: nobody is asked for one. */
  readonly clients: string | undefined;
};

/**
 * What answers: at once, or after the body was read. MUST NOT reject, except for a defect of ours.
 */
export type Answering = (request: Arrived) => DoorReply | Answer;

export type Answer = {
  /** `ignored`: nobody looks at it. */
  readonly bodyBytesMax: number | 'ignored';
  readonly answer: () => Promise<DoorReply>;
};

export type DoorServerOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: DoorTls | undefined;
  readonly answering: Answering;
  readonly tooLarge: (bytesMax: number) => DoorReply;
  /** A defect of ours: told here, not to the caller. */
  readonly onFailure: (error: unknown) => void;
};

/** The socket of the doors: reads requests, writes answers, and decides nothing. */
export class DoorServer {
  readonly #server: Server;
  readonly #options: DoorServerOptions;
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<void>>();

  static async open(options: DoorServerOptions): Promise<DoorServer> {
    const door = new DoorServer(options);
    const { host, port } = options.listen;
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject).listen({ host, port }, resolve);
    });
    return door;
  }

  private constructor(options: DoorServerOptions) {
    this.#options = options;
    this.#server = serverOf(options.tls, (request, response) => this.#take(request, response));
    this.#server.maxConnections = DOOR_CONNECTIONS_MAX;
  }

  /** Where it listens; the port is the one that the system gave for port 0. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    const scheme = this.#options.tls === undefined ? 'http' : 'https';
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** What was read is answered; nothing more is read. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#closing.abort();
    this.#server.closeIdleConnections();
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#server.closeAllConnections();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const working = this.#answer(request, response).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  /** Never rejects: whatever goes wrong is an answer, or nobody is there to hear it. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const arrived = new Arrived(request, response, this.#closing.signal);
    try {
      const answering = this.#options.answering(arrived);
      if ('status' in answering || answering.bodyBytesMax === 'ignored') request.resume();
      write(response, 'status' in answering ? answering : await this.#read(arrived, answering));
    } catch (error) {
      // Whoever hung up in the middle of a body hears nothing, and nothing of ours is wrong.
      if (request.destroyed && !request.complete) return;
      this.#options.onFailure(error);
      write(response, FAILED);
    }
  }

  async #read(arrived: Arrived, { bodyBytesMax, answer }: Answer): Promise<DoorReply> {
    if (bodyBytesMax === 'ignored') return answer();
    if (!(await arrived.read(bodyBytesMax))) {
      const { status, headers, body } = this.#options.tooLarge(bodyBytesMax);
      // The rest is not read: the connection cannot be used again.
      return { status, headers: { ...headers, connection: 'close' }, body };
    }
    return answer();
  }
}

const FAILED: DoorReply = {
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: '"the answer could not be made: the log of the server says why"',
};

function serverOf(
  tls: DoorTls | undefined,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const common = {
    maxHeaderSize: DOOR_HEADER_BYTES_MAX,
    headersTimeout: DOOR_HEADERS_MS_MAX,
    requestTimeout: DOOR_REQUEST_MS_MAX,
    keepAliveTimeout: DOOR_KEEP_ALIVE_MS,
  };
  if (tls === undefined) return createServer(common, listener);
  const { certificate, key, clients } = tls;
  return createSecureServer(
    {
      ...common,
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      ...(clients === undefined ? {} : { ca: clients, requestCert: true }),
      // Whoever shows none may still have a token; who shows a wrong one counts as showing none.
      rejectUnauthorized: false,
    },
    listener,
  );
}

function write(response: ServerResponse, { status, headers, body }: DoorReply): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { 'content-length': bytes.length }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' || status === 204 ? undefined : bytes);
}
