import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  HTTP_CONNECTIONS_MAX,
  HTTP_HEADER_BYTES_MAX,
  HTTP_HEADERS_MS_MAX,
  HTTP_REQUEST_MS_MAX,
} from '../limits.ts';

/** What a route answers. */
export type Page = {
  readonly status: number;
  readonly type: string;
  readonly body: string;
};

export type Route = (query: URLSearchParams) => Promise<Page>;

export type HttpDoorOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  /** `loopback`: requests that name another host are refused. */
  readonly reach: 'loopback' | 'network';
  readonly routes: ReadonlyMap<string, Route>;
  /** A defect of ours, or a disk that failed: told here, not to the caller. */
  readonly onFailure: (error: unknown) => void;
};

/** Serves a few pages that only read. Nobody is asked who they are: see `reach`. */
export class HttpDoor {
  readonly #server: Server;
  readonly #options: HttpDoorOptions;

  static async open(options: HttpDoorOptions): Promise<HttpDoor> {
    const door = new HttpDoor(options);
    const { host, port } = options.listen;
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject).listen({ host, port }, resolve);
    });
    return door;
  }

  private constructor(options: HttpDoorOptions) {
    this.#options = options;
    this.#server = createServer(
      {
        maxHeaderSize: HTTP_HEADER_BYTES_MAX,
        headersTimeout: HTTP_HEADERS_MS_MAX,
        requestTimeout: HTTP_REQUEST_MS_MAX,
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.maxConnections = HTTP_CONNECTIONS_MAX;
  }

  /** Where it listens; the port is the one that the system gave for port 0. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const page = await this.#pageOf(request);
    const bytes = Buffer.from(page.body);
    response.writeHead(page.status, {
      'content-type': page.type,
      'content-length': bytes.length,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(page.status === 405 ? { allow: 'GET, HEAD' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  async #pageOf({ method, url, headers }: IncomingMessage): Promise<Page> {
    if (method !== 'GET' && method !== 'HEAD') return problem(405, 'only reading is served here');
    if (this.#options.reach === 'loopback' && !isLocal(headers.host)) {
      // A page in somebody's browser may resolve a name of its own to this machine and ask.
      return problem(403, 'ask by the address of this machine: 127.0.0.1 or localhost');
    }
    const asked = URL.parse(url ?? '', 'http://localhost');
    const route = asked === null ? undefined : this.#options.routes.get(asked.pathname);
    if (asked === null || route === undefined) {
      const known = [...this.#options.routes.keys()].join(', ');
      return problem(404, `nothing is here; what is served is ${known}`);
    }
    try {
      return await route(asked.searchParams);
    } catch (error) {
      this.#options.onFailure(error);
      return problem(500, 'the answer could not be made: the log of the server says why');
    }
  }
}

export function jsonPage(status: number, value: unknown): Page {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** RFC 9457. */
export function problem(status: number, detail: string): Page {
  const body = JSON.stringify({ status, detail });
  return { status, type: 'application/problem+json', body: `${body}\n` };
}

function isLocal(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host ?? '');
}
