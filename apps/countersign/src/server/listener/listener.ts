import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { BodyBudget, type BodyLimits } from './body-budget.ts';
import { type ConnectionLimits, ConnectionTable } from './connections.ts';
import { Discards } from './discards.ts';
import { Exchange } from './exchange.ts';

/** Node checks for slow requests only every 30 s by default. Until then each holds a connection. */
const SLOW_REQUEST_CHECK_MS = 1000;

/**
 * A silent connection is closed after this time, because its peer does not read the reply. Longer
 * than any reply takes, and than idle connections are kept.
 */
const SILENT_MS_MAX = 120_000;

/** The server's certificate, and the authorities it trusts for clients, in PEM. */
export type ListenerTls = {
  readonly certificate: string;
  readonly key: string;
  /** Authorities of client certificates. Undefined: the server requests none. */
  readonly clients?: string | undefined;
};

export type ListenerLimits = ConnectionLimits &
  BodyLimits & {
    readonly headerBytesMax: number;
    /** For the TLS handshake, and for the headers of a request. */
    readonly headersMsMax: number;
    /** For a whole request with its body. */
    readonly requestMsMax: number;
    readonly keepAliveMs: number;
  };

export type HttpListenerOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: ListenerTls | undefined;
  readonly limits: ListenerLimits;
  /** MUST reply, and MUST NOT reject. */
  readonly handle: (exchange: Exchange) => Promise<void>;
};

/**
 * An HTTP socket of this service. It bounds connections, bytes in memory and time for all servers.
 */
export class HttpListener {
  readonly #server: Server;
  readonly #secure: boolean;
  readonly #connections: ConnectionTable;
  readonly #working = new Set<Promise<void>>();

  /** Rejects if it cannot listen. */
  static async open(options: HttpListenerOptions): Promise<HttpListener> {
    const listener = new HttpListener(options);
    const { host, port } = options.listen;
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject).listen({ host, port }, resolve);
    });
    return listener;
  }

  private constructor({ tls, limits, handle }: HttpListenerOptions) {
    const connections = new ConnectionTable(limits);
    const budget = new BodyBudget(limits);
    const discards = new Discards(() => performance.now());
    this.#connections = connections;
    this.#secure = tls !== undefined;
    this.#server = serverOf(tls, limits, (request, response) => {
      const exchange = new Exchange({ request, response, connections, budget, discards });
      const working = handle(exchange).finally(() => this.#working.delete(working));
      this.#working.add(working);
    });
    this.#server.timeout = SILENT_MS_MAX;
    this.#server.on('connection', (socket: Socket) => connections.admit(socket));
  }

  /** The base URL. For port 0 it has the port that the system assigned. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    const scheme = this.#secure ? 'https' : 'http';
    return `${scheme}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Answers requests that were read, and reads no more. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#connections.closeQuiet();
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#server.closeAllConnections();
    this.#connections.closeQuiet();
    await closed;
  }
}

function serverOf(
  tls: ListenerTls | undefined,
  limits: ListenerLimits,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const common = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersMsMax,
    requestTimeout: limits.requestMsMax,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: SLOW_REQUEST_CHECK_MS,
  };
  if (tls === undefined) return createServer(common, listener);
  const { certificate, key, clients } = tls;
  return createSecureServer(
    {
      ...common,
      cert: certificate,
      key,
      minVersion: 'TLSv1.2',
      handshakeTimeout: limits.headersMsMax,
      ...(clients === undefined ? {} : { ca: clients, requestCert: true }),
      // A caller without a certificate may have a token. An invalid certificate counts as none.
      rejectUnauthorized: false,
    },
    listener,
  );
}
