import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http';
import { Agent as HttpsAgent, request as requestTls } from 'node:https';
import { type Clock, quoted } from '@countersign/core';
import { TLS_VERSION_MIN } from './connect-receiver.ts';
import { connectionError } from './connection-error.ts';
import type { Egress } from './egress.ts';
import {
  ANSWER_BYTES_MAX,
  ANSWER_HEADER_BYTES_MAX,
  ANSWER_TIMEOUT_MS,
  CONNECTIONS_MAX,
  RETRY_AFTER_MAX_MS,
} from './limits.ts';
import type { ReceiverTls } from './receiver-tls.ts';
import { SinkError } from './sink.ts';

export type ReceiverRequest = {
  readonly url: URL;
  readonly method?: 'POST' | 'PUT' | 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
};

export type ReceiverAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most {@link ANSWER_BYTES_MAX} of it. */
  readonly body: string;
  readonly retryAfterMs: number | undefined;
};

export type HttpPosterOptions = {
  readonly egress: Egress;
  readonly tls: ReceiverTls;
  readonly clock: Clock;
  /** 1: requests arrive in the order of the calls. */
  readonly connectionsMax?: number;
  /** The header of a request that belongs to a trace. */
  readonly traceparent?: (() => string | undefined) | undefined;
};

/** Sends requests to the configured hosts of one feed, over connections that stay open. */
export class HttpPoster {
  readonly #egress: Egress;
  readonly #clock: Clock;
  readonly #traceparent: HttpPosterOptions['traceparent'];
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor({ egress, tls, clock, traceparent, ...options }: HttpPosterOptions) {
    const { connectionsMax = CONNECTIONS_MAX } = options;
    this.#egress = egress;
    this.#traceparent = traceparent;
    this.#clock = clock;
    const common = { keepAlive: true, maxSockets: connectionsMax, lookup: egress.lookup };
    this.#http = new HttpAgent(common);
    // Stated here, so that no environment variable turns the check off.
    const checked = { rejectUnauthorized: true, minVersion: TLS_VERSION_MIN } as const;
    this.#https = new HttpsAgent({ ...common, ...tls, ...checked });
  }

  /**
   * Resolves with the answer, whatever its status. Follows no redirect: it would lead to a host
   * that is not configured.
   *
   * @throws SinkError if there is no whole answer
   */
  async post(asked: ReceiverRequest): Promise<ReceiverAnswer> {
    const { url, timeoutMs = ANSWER_TIMEOUT_MS } = asked;
    this.#egress.check(url.hostname);
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const message = await this.#send(asked, AbortSignal.any([asked.signal, timeout]));
      const body = await startOf(message);
      const { statusCode: status = 0, headers } = message;
      const retryAfterMs = retryAfterOf(headers, this.#clock.now());
      return { status, headers, body, retryAfterMs };
    } catch (error) {
      if (asked.signal.aborted) throw new SinkError('UNAVAILABLE', 'the feed is stopping');
      if (!timeout.aborted) throw connectionError(error, url.host);
      throw new SinkError('UNAVAILABLE', `${url.host} did not answer within ${timeoutMs / 1000} s`);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(asked: ReceiverRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, method = 'POST', body } = asked;
    const traceparent = this.#traceparent?.();
    const headers = { ...asked.headers, ...(traceparent === undefined ? {} : { traceparent }) };
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const options = {
      method,
      headers: method === 'GET' || method === 'HEAD' ? headers : { ...headers, ...length },
      maxHeaderSize: ANSWER_HEADER_BYTES_MAX,
      signal,
    };
    return new Promise((resolve, reject) => {
      const sent =
        url.protocol === 'https:'
          ? requestTls(url, { ...options, agent: this.#https })
          : request(url, { ...options, agent: this.#http });
      sent.once('response', resolve);
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

/** The error of an answer that is no success, in the receiver's own words. */
export function answerError(url: URL, answer: ReceiverAnswer): SinkError {
  const { status, retryAfterMs } = answer;
  const { message, code } = problemOf(url, answer);
  return new SinkError(code, `${url.host} answered ${status}${message}`, { retryAfterMs });
}

function problemOf(
  url: URL,
  { status, headers, body }: ReceiverAnswer,
): { readonly code: SinkError['code']; readonly message: string } {
  if (status === 410) {
    return { code: 'GONE', message: ': it asks never to be called again' };
  }
  if (status >= 300 && status < 400) {
    const to = URL.parse(String(headers.location ?? ''), url.href)?.host ?? 'another address';
    const message = `, a redirect to ${to}: it is not followed; configure the final address`;
    return { code: 'UNAVAILABLE', message };
  }
  const said = body.trim();
  return { code: 'UNAVAILABLE', message: said === '' ? '' : `: ${quoted(said)}` };
}

/** The first bytes of the body. What follows is not read. */
async function startOf(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(pieces).subarray(0, ANSWER_BYTES_MAX).toString('utf8');
}

/** RFC 9110 section 10.2.3: seconds, or a date by the receiver's own clock. */
function retryAfterOf(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const stated = headers['retry-after'];
  if (stated === undefined) return undefined;
  if (/^\d{1,9}$/.test(stated)) return Math.min(Number(stated) * 1000, RETRY_AFTER_MAX_MS);
  const untilMs = Date.parse(stated);
  if (Number.isNaN(untilMs)) return undefined;
  const receiverMs = Date.parse(headers.date ?? '');
  const waitMs = untilMs - (Number.isNaN(receiverMs) ? nowMs : receiverMs);
  return Math.min(Math.max(0, waitMs), RETRY_AFTER_MAX_MS);
}
