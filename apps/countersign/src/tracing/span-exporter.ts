import { Agent as HttpAgent, type IncomingMessage, request as requestPlain } from 'node:http';
import { Agent as HttpsAgent, request as requestTls } from 'node:https';
import { messageOf } from '@countersign/core';
import { otlpRequest, type TraceResource } from './otlp-json.ts';
import type { EndedSpan, SpanBuffer } from './span-buffer.ts';

/** A request of these spans has about 256 KiB. */
const SPANS_PER_REQUEST = 512;

const EXPORT_EVERY_MS = 1000;

/** While the receiver fails, one attempt in this time is enough. */
const RETRY_MS_MAX = 30_000;

const ANSWER_MS_MAX = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;

/** A stop waits no longer for the last spans. */
const CLOSE_MS_MAX = 1000;

/** OTLP 1.x, "Failures": these statuses ask for a retry, others refuse the spans for good. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export type ExporterOptions = TraceResource & {
  readonly buffer: SpanBuffer;
  /** The whole address, which ends in `/v1/traces` by default of receivers. */
  readonly url: string;
  /** The value of the header Authorization. */
  readonly authorization: string | undefined;
  /** Certificates in PEM that the receiver's certificate may be signed by. */
  readonly authority: string | undefined;
  /** Called when exports begin to fail, and when they work again. */
  readonly tell: (because: string) => void;
};

/**
 * Sends spans to the configured receiver by OTLP over HTTP with JSON. It follows no redirect, and
 * never delays what it traces: if the receiver is slow or down, spans are dropped and counted.
 */
export class SpanExporter {
  readonly #options: ExporterOptions;
  readonly #agent: HttpAgent | HttpsAgent;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #failure: string | undefined;
  #delayMs = EXPORT_EVERY_MS;
  #isClosed = false;

  constructor(options: ExporterOptions) {
    this.#options = options;
    const { authority: ca } = options;
    this.#agent = options.url.startsWith('https:')
      ? new HttpsAgent({ keepAlive: true, ca, rejectUnauthorized: true })
      : new HttpAgent({ keepAlive: true });
    this.#plan();
  }

  /** Sends what is left, within a second. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#export(CLOSE_MS_MAX);
    this.#options.buffer.count('dropped', this.#options.buffer.take(Infinity).length);
    this.#agent.destroy();
  }

  #plan(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#export(ANSWER_MS_MAX).finally(() => {
        this.#running = undefined;
        this.#plan();
      });
    }, this.#delayMs);
    this.#timer.unref();
  }

  /** Never rejects. */
  async #export(timeoutMs: number): Promise<void> {
    const { buffer } = this.#options;
    while (buffer.size > 0) {
      const spans = buffer.take(SPANS_PER_REQUEST);
      try {
        this.#settle(spans, await this.#post(spans, timeoutMs));
      } catch (error) {
        buffer.giveBack(spans);
        this.#fail(messageOf(error));
        return;
      }
    }
  }

  #settle(spans: readonly EndedSpan[], { status, body }: Reply): void {
    if (RETRYABLE.has(status)) throw new Error(`it answered ${status}`);
    const { buffer, tell } = this.#options;
    if (status !== 200) {
      // The same spans would be refused again.
      buffer.count('dropped', spans.length);
      if (this.#failure === undefined) tell(`the receiver of traces refused spans: ${status}`);
      this.#failure = `status ${status}`;
      return;
    }
    const refused = Math.min(spans.length, rejectedIn(body));
    buffer.count('dropped', refused);
    buffer.count('exported', spans.length - refused);
    if (this.#failure !== undefined) tell('the receiver of traces works again');
    this.#failure = undefined;
    this.#delayMs = EXPORT_EVERY_MS;
  }

  #fail(because: string): void {
    if (this.#failure === undefined) {
      this.#options.tell(`the receiver of traces does not take spans: ${because}`);
    }
    this.#failure = because;
    this.#delayMs = Math.min(this.#delayMs * 2, RETRY_MS_MAX);
  }

  async #post(spans: readonly EndedSpan[], timeoutMs: number): Promise<Reply> {
    const { url, authorization } = this.#options;
    const body = Buffer.from(otlpRequest(spans, this.#options));
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(authorization === undefined ? {} : { authorization }),
    };
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method: 'POST', headers, agent: this.#agent, signal };
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = url.startsWith('https:') ? requestTls : requestPlain;
      send(url, options, resolve).on('error', reject).end(body);
    });
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of message as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > ANSWER_BYTES_MAX) break;
      pieces.push(piece);
    }
    return { status: message.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') };
  }
}

type Reply = { readonly status: number; readonly body: string };

/** OTLP 1.x, "Partial Success". A receiver without a body took everything. */
function rejectedIn(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as {
      readonly partialSuccess?: { readonly rejectedSpans?: string | number };
    };
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0;
  }
}
