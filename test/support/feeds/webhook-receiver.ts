import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export const WEBHOOK_SECRET: string = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** A receiver of Standard Webhooks that verifies every request, and can go down. */
export class WebhookReceiver implements AsyncDisposable {
  /** The index of each event, in the order of arrival, duplicates included. */
  readonly indices: number[] = [];
  readonly bodies: Map<number, object> = new Map();
  /** Decides about a request before it counts. */
  answer: (response: ServerResponse) => 'accept' | 'answered' = () => 'accept';
  /** Called with the indices of a request before its answer. */
  onAccepted: (indices: readonly number[]) => void = () => undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #webhook = new Webhook(WEBHOOK_SECRET);

  /** Listens on the port that it had before, if any. */
  async start(port?: number): Promise<void> {
    this.#port = port ?? this.#port;
    const server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** As a crash: open requests get no answer. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/in`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString('utf8');
    const verified = this.#webhook.verify(body, request.headers as Record<string, string>);
    if (this.answer(response) === 'answered') return;
    const events = (Array.isArray(verified) ? verified : [verified]) as { id: string }[];
    for (const event of events) {
      this.indices.push(Number(event.id));
      this.bodies.set(Number(event.id), event);
    }
    this.onAccepted(events.map(({ id }) => Number(id)));
    response.writeHead(204).end();
  }
}
