import type { ActivityWebhook, WebhookOutcome } from '@countersign/m365';

import { busyStatus, type Exchange } from '../listener/exchange.ts';
import type { ListenerLimits } from '../listener/listener.ts';
import { HttpListener, type ListenerTls } from '../listener/listener.ts';

/** A notification names at most a few hundred blobs of 500 bytes each. */
const WEBHOOK_BYTES_MAX: number = 1024 * 1024;

/** Limits for the vendor's calls: small bodies, one at a time. */
const WEBHOOK_LIMITS: ListenerLimits = {
  /** The vendor makes one call at a time. Many connections come from another caller. */
  connectionsMax: 32,
  connectionsPerAddressMax: 24,
  /** A quarter of what 32 notifications of the largest size would need. */
  bodyBytesMax: 8 * WEBHOOK_BYTES_MAX,
  bodyBytesPerCallerMax: 4 * WEBHOOK_BYTES_MAX,
  headerBytesMax: 16 * 1024,
  /** A call has a small body. A slower client is an attack. */
  headersMsMax: 10_000,
  requestMsMax: 10_000,
  /** The server closes the connection after each answer. */
  keepAliveMs: 1_000,
};

export type WebhookEndpointOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  /** PEM. Undefined if a proxy in front terminates TLS for the vendor. */
  readonly tls: ListenerTls | undefined;
  readonly webhook: ActivityWebhook;
  readonly onOutcome: (outcome: WebhookOutcome) => void;
};

/** Receives the vendor's notifications. It accepts hints only, and serves no data. */
export class WebhookEndpoint {
  readonly #options: WebhookEndpointOptions;
  readonly #path: string;
  #listener: HttpListener | undefined;

  /** Rejects if it cannot listen. */
  static async open(options: WebhookEndpointOptions): Promise<WebhookEndpoint> {
    const endpoint = new WebhookEndpoint(options);
    const { listen, tls } = options;
    const handle = (exchange: Exchange): Promise<void> => endpoint.#answer(exchange);
    endpoint.#listener = await HttpListener.open({ listen, tls, limits: WEBHOOK_LIMITS, handle });
    return endpoint;
  }

  private constructor(options: WebhookEndpointOptions) {
    this.#options = options;
    this.#path = new URL(options.webhook.address).pathname;
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }

  /** Never rejects. */
  async #answer(exchange: Exchange): Promise<void> {
    const status = await this.#hear(exchange).catch(() => 400);
    exchange.write({ status, headers: { connection: 'close' }, body: '' });
  }

  async #hear(exchange: Exchange): Promise<number> {
    const { method, url, headers } = exchange.request;
    const asked = URL.parse(url ?? '', 'http://localhost');
    if (asked === null || asked.pathname !== this.#path) return unread(exchange, 404);
    if (method !== 'POST') return unread(exchange, 405);
    const body = await exchange.read(WEBHOOK_BYTES_MAX);
    if (body.kind === 'too-large') return 413;
    if (body.kind === 'busy') return busyStatus(body.refusal).status;
    const authId = one(headers['webhook-authid']);
    const validationCode = one(headers['webhook-validationcode']);
    const outcome = this.#options.webhook.receive({ authId, validationCode, body: body.bytes });
    this.#options.onOutcome(outcome);
    return outcome.kind === 'refused' ? 403 : 200;
  }
}

function unread(exchange: Exchange, status: number): number {
  exchange.ignoreBody();
  return status;
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
