import type { IncomingMessage } from 'node:http';

import type { Exchange } from './listener/exchange.ts';
import type { ListenerLimits } from './listener/listener.ts';
import { HttpListener } from './listener/listener.ts';

/** Limits of servers that accept no bodies. One address cannot take all connections. */
const HTTP_LIMITS: ListenerLimits = {
  /** Metric scrapes and people. More at once is a mistake. */
  connectionsMax: 64,
  connectionsPerAddressMax: 48,
  /** No request bodies. Replies take a few tens of KB; for a large company, a few MB. */
  bodyBytesMax: 32 * 1024 * 1024,
  bodyBytesPerCallerMax: 16 * 1024 * 1024,
  /** Our routes take a path and a tenant. */
  headerBytesMax: 16 * 1024,
  /** A slower client would hold a connection for nothing. */
  headersMsMax: 10_000,
  /** For a whole request, which has no body here. */
  requestMsMax: 30_000,
  /** Scrapes come every 15 s or more, so each may open a new connection. */
  keepAliveMs: 5_000,
};

/** The reply of a route. */
export type Page = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
};

export type Route = (query: URLSearchParams) => Promise<Page>;

export type HttpEndpointOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  /** `loopback`: the server refuses requests that name another host. */
  readonly reach: 'loopback' | 'network';
  readonly routes: ReadonlyMap<string, Route>;
  /** Reports a bug in Countersign or a failed disk, which the caller does not see. */
  readonly onFailure: (error: unknown) => void;
};

/** Serves read-only pages without authentication; `reach` limits the exposure. */
export class StatusHttpServer {
  readonly #options: HttpEndpointOptions;
  #listener: HttpListener | undefined;

  static async open(options: HttpEndpointOptions): Promise<StatusHttpServer> {
    const endpoint = new StatusHttpServer(options);
    endpoint.#listener = await HttpListener.open({
      ...{ listen: options.listen, tls: undefined, limits: HTTP_LIMITS },
      handle: (exchange) => endpoint.#answer(exchange),
    });
    return endpoint;
  }

  private constructor(options: HttpEndpointOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#listener?.url ?? '';
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }

  /** Never rejects. */
  async #answer(exchange: Exchange): Promise<void> {
    exchange.ignoreBody();
    const { status, type, body } = await this.#pageOf(exchange.request);
    const allow = status === 405 ? { allow: 'GET, HEAD' } : {};
    exchange.write({ status, headers: { 'content-type': type, ...allow }, body });
  }

  async #pageOf({ method, url, headers }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return problem(405, 'use GET or HEAD');
    if (this.#options.reach === 'loopback' && !isLocal(headers.host)) {
      // DNS rebinding: a web page can resolve its own name to this machine and send requests.
      return problem(403, 'use the address of this machine: 127.0.0.1 or localhost');
    }
    const asked = URL.parse(url ?? '', 'http://localhost');
    const route = asked === null ? undefined : this.#options.routes.get(asked.pathname);
    if (asked === null || route === undefined) {
      const known = [...this.#options.routes.keys()].join(', ');
      return problem(404, `not found; the paths are ${known}`);
    }
    try {
      return await route(asked.searchParams);
    } catch (error) {
      this.#options.onFailure(error);
      return problem(500, 'the server could not answer: see its log');
    }
  }
}

export function jsonPage(status: number, value: unknown): Page {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** A problem document (RFC 9457). */
export function problem(status: number, detail: string): Page {
  const body = JSON.stringify({ status, detail });
  return { status, type: 'application/problem+json', body: `${body}\n` };
}

function isLocal(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host ?? '');
}
