import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export type ReceivedRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type Answer = (asked: ReceivedRequest, response: ServerResponse) => void | Promise<void>;

/** A real server on loopback. It answers as a test defines, and stores the requests. */
export class TestServer implements AsyncDisposable {
  readonly asked: ReceivedRequest[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
  }

  static async start(
    answer: Answer,
    tls?: { readonly key: string; readonly cert: string },
  ): Promise<TestServer> {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      take(request)
        .then(async (asked) => {
          it.asked.push(asked);
          // Tests have their own time. The machine's time would be reported as a clock difference.
          response.sendDate = false;
          await answer(asked, response);
        })
        .catch(() => response.destroy());
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    const it: TestServer = new TestServer(server, tls === undefined ? 'http' : 'https');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return it;
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function take(request: IncomingMessage): Promise<ReceivedRequest> {
  const body = (await buffer(request)).toString('utf8');
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  return { method: request.method ?? '', url, headers: request.headers, body };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
