import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { ActivityWebhook, Heard } from '../../intake/index.ts';
import {
  HTTP_HEADER_BYTES_MAX,
  WEBHOOK_BYTES_MAX,
  WEBHOOK_CONNECTIONS_MAX,
  WEBHOOK_MS_MAX,
} from '../limits.ts';

export type WebhookDoorOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM; undefined where something before it speaks TLS with the vendor. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly webhook: ActivityWebhook;
  readonly heard: (heard: Heard) => void;
};

/** Where the vendor tells of new content. It takes nothing in but hints, and serves nothing. */
export class WebhookDoor {
  readonly #server: Server;
  readonly #options: WebhookDoorOptions;
  readonly #path: string;

  /** Rejects when it cannot listen. */
  static async open(options: WebhookDoorOptions): Promise<WebhookDoor> {
    const door = new WebhookDoor(options);
    await new Promise<void>((resolve, reject) => {
      door.#server.once('error', reject).listen({ ...options.listen }, resolve);
    });
    return door;
  }

  private constructor(options: WebhookDoorOptions) {
    this.#options = options;
    this.#path = new URL(options.webhook.address).pathname;
    const limits = {
      maxHeaderSize: HTTP_HEADER_BYTES_MAX,
      headersTimeout: WEBHOOK_MS_MAX,
      requestTimeout: WEBHOOK_MS_MAX,
    };
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response);
    };
    const { tls } = options;
    const server =
      tls === undefined
        ? createPlain(limits, answer)
        : createSecure({ ...limits, ...tls, minVersion: 'TLSv1.2' }, answer);
    server.maxConnections = WEBHOOK_CONNECTIONS_MAX;
    this.#server = server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      (this.#server as ReturnType<typeof createPlain>).closeAllConnections();
    });
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    const status = await this.#hear(request).catch(() => 400);
    response.writeHead(status, { 'content-length': 0, connection: 'close' });
    response.end();
  }

  async #hear(request: IncomingMessage): Promise<number> {
    const { method, url, headers } = request;
    const asked = URL.parse(url ?? '', 'http://localhost');
    if (asked === null || asked.pathname !== this.#path) return 404;
    if (method !== 'POST') return 405;
    const body = await bodyOf(request);
    if (body === undefined) return 413;
    const authId = one(headers['webhook-authid']);
    const validationCode = one(headers['webhook-validationcode']);
    const heard = this.#options.webhook.hear({ authId, validationCode, body });
    this.#options.heard(heard);
    return heard.kind === 'refused' ? 403 : 200;
  }
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

/** Undefined when it is larger than any notification. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > WEBHOOK_BYTES_MAX) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
