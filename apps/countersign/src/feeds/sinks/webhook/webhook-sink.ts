import { createHash } from 'node:crypto';
import type { Clock } from '@countersign/core';
import type { WebhookFeedConfig } from '../../../config/feeds/webhook.ts';
import { answerError, HttpPoster } from '../../delivery/http-post.ts';
import type { Delivery, RefusedRecord, SendResult, Sink } from '../../delivery/sink.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import { cloudEventJson } from './cloud-event.ts';
import { WEBHOOK_BATCH_BYTES_MAX } from './limits.ts';
import { parseWebhookKey, signWebhook, type WebhookKey } from './webhook-signature.ts';

/** Statuses that say that this very request will never be accepted. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 422]);

/**
 * Posts Standard Webhooks 1.0.0 with CloudEvents as body. Status 2xx proves that the receiver has
 * accepted them. Receivers drop duplicates by `webhook-id`, or by the `id` of each CloudEvent.
 */
export function openWebhookSink(config: WebhookFeedConfig, environment: SinkEnvironment): Sink {
  const { clock, origin, egressTo, readSecret, readTls, traceparent } = environment;
  const url = new URL(config.url);
  const egress = egressTo([url.hostname]);
  const keys = config.secrets.map((place) => parseWebhookKey(readSecret(place)));
  const poster = new HttpPoster({ egress, tls: readTls(config), clock, traceparent });
  return new WebhookSink({ config, url, keys, poster, clock, origin });
}

type WebhookSinkOptions = {
  readonly config: WebhookFeedConfig;
  readonly url: URL;
  readonly keys: readonly WebhookKey[];
  readonly poster: HttpPoster;
  readonly clock: Clock;
  readonly origin: string;
};

class WebhookSink implements Sink {
  readonly proof = 'accepted';
  readonly batchMax: Sink['batchMax'];
  readonly batchesInFlightMax: number;
  readonly #options: WebhookSinkOptions;
  /** A `webhook-id` has no dot, but origins have. */
  readonly #idPrefix: string;

  constructor(options: WebhookSinkOptions) {
    const { config, origin } = options;
    this.#options = options;
    const bytes = config.content === 'thin' ? Infinity : WEBHOOK_BATCH_BYTES_MAX;
    this.batchMax = { records: config.recordsPerRequest, bytes };
    this.batchesInFlightMax = config.parallel;
    this.#idPrefix = `cs_${createHash('sha256').update(origin).digest('hex').slice(0, 12)}`;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    const refused: RefusedRecord[] = [];
    await this.#send(records, signal, refused);
    return { refused };
  }

  async close(): Promise<void> {
    this.#options.poster.close();
  }

  /** A refused batch is sent again in halves, until it is known which records are refused. */
  async #send(
    records: readonly Delivery[],
    signal: AbortSignal,
    refused: RefusedRecord[],
  ): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const { url, poster } = this.#options;
    const request = this.#requestOf(records);
    const answer = await poster.post({ url, ...request, signal });
    if (answer.status >= 200 && answer.status < 300) return;
    const error = answerError(url, answer);
    if (!REFUSALS.has(answer.status)) throw error;
    if (records.length === 1) {
      refused.push({ index: first.index, because: error.message });
      return;
    }
    const half = Math.ceil(records.length / 2);
    await this.#send(records.slice(0, half), signal, refused);
    await this.#send(records.slice(half), signal, refused);
  }

  #requestOf(records: readonly Delivery[]): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  } {
    const { config, keys, clock, origin } = this.#options;
    const { content, link, recordsPerRequest } = config;
    const events = records.map((record) => cloudEventJson(record, { origin, content, link }));
    const isBatch = recordsPerRequest > 1;
    const body = Buffer.from(isBatch ? `[${events.join(',')}]` : (events[0] ?? ''));
    const [first, last] = [records[0]?.index, records.at(-1)?.index];
    const id = `${this.#idPrefix}_${first === last ? first : `${first}-${last}`}`;
    const timestamp = Math.floor(clock.now() / 1000);
    const mediaType = `application/cloudevents${isBatch ? '-batch' : ''}+json`;
    return {
      body,
      headers: {
        'content-type': `${mediaType}; charset=utf-8`,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signWebhook(keys, { id, timestamp, body }),
      },
    };
  }
}
