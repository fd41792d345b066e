import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf, unreachable } from '@countersign/core';
import { answerError, type HttpPoster, type ReceiverAnswer } from '../../delivery/http-post.ts';
import { SinkError } from '../../delivery/sink.ts';
import type { BatchOutcome } from '../refusal-search.ts';
import type { EncodedRecord } from '../split-batch.ts';
import { CookieJar } from './cookie-jar.ts';
import { healthProblemOf, hecOutcomeOf, indexedAcksOf } from './hec-answer.ts';
import { HEC_GZIP_LEVEL } from './limits.ts';

export type HecChannelOptions = {
  /** The root of Splunk, without `/services/collector`. */
  readonly url: string;
  readonly token: string;
  /** A GUID if the token has acknowledgment. */
  readonly channel: string | undefined;
  /** For this channel alone: its connections and cookies keep it at one indexer. */
  readonly poster: HttpPoster;
};

/** As {@link BatchOutcome}; with acknowledgment also its id. */
export type HecAttempt =
  | { readonly kind: 'taken'; readonly ackId: number | undefined }
  | Extract<BatchOutcome, { kind: 'refused' }>;

/** The requests of one HEC channel. */
export class HecChannel {
  readonly #options: HecChannelOptions;
  readonly #cookies = new CookieJar();

  constructor(options: HecChannelOptions) {
    this.#options = options;
  }

  /** @throws SinkError if it is not known whether Splunk has the events */
  async post(records: readonly EncodedRecord[], signal: AbortSignal): Promise<HecAttempt> {
    const { channel } = this.#options;
    const text = records.map((record) => record.text).join('\n');
    const body = await compress(text, { level: HEC_GZIP_LEVEL });
    const answer = await this.#send('/event', body, signal);
    const outcome = outcomeOf(this.#urlOf('/event'), answer);
    if (outcome.kind === 'refused') return outcome;
    // Without a channel there is nothing to poll, whatever the answer holds.
    if (channel === undefined) return { kind: 'taken', ackId: undefined };
    if (outcome.ackId === undefined) {
      const cure = 'enable it for the token, or remove "acknowledgment: true" from the feed';
      throw new SinkError('MISCONFIGURED', `the token has no indexer acknowledgment: ${cure}`);
    }
    return outcome;
  }

  /**
   * The requests that are indexed, of those that are asked for.
   * @throws SinkError
   */
  async indexed(ackIds: readonly number[], signal: AbortSignal): Promise<readonly number[]> {
    const answer = await this.#send('/ack', JSON.stringify({ acks: ackIds }), signal);
    if (answer.status === 200) return indexedAcksOf(answer.body);
    const { kind } = outcomeOf(this.#urlOf('/ack'), answer);
    throw new SinkError('UNAVAILABLE', `Splunk answered ${answer.status} to a poll (${kind})`);
  }

  /** Why acknowledgments stay away. Never rejects. */
  async explainSilence(signal: AbortSignal): Promise<string> {
    const what = 'Splunk acknowledged nothing in time; Countersign sends the records again';
    try {
      const { status, body } = await this.#send('/health', undefined, signal);
      const problem = healthProblemOf(status, body);
      if (problem !== undefined) return `${what}. ${problem}`;
      return (
        `${what}. Its health is good, so the likely cause is a load balancer without sticky ` +
        'sessions: each poll must reach the indexer that took the records. Turn on stickiness by ' +
        'cookie. Else the index discards what it takes: search it for cs_id'
      );
    } catch (error) {
      return `${what}. Its health check failed: ${messageOf(error)}`;
    }
  }

  close(): void {
    this.#options.poster.close();
  }

  async #send(
    path: string,
    body: string | Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<ReceiverAnswer> {
    const { poster, token, channel } = this.#options;
    const answer = await poster.post({
      url: this.#urlOf(path),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Splunk ${token}`,
        'content-type': 'application/json; charset=utf-8',
        ...(body instanceof Uint8Array && { 'content-encoding': 'gzip' }),
        ...(channel !== undefined && { 'x-splunk-request-channel': channel }),
        ...this.#cookies.header(),
      },
      body: body ?? '',
      signal,
    });
    this.#cookies.store(answer.headers['set-cookie']);
    return answer;
  }

  #urlOf(path: string): URL {
    const { url, channel } = this.#options;
    const query = path === '/ack' && channel !== undefined ? `?channel=${channel}` : '';
    return new URL(`${url}/services/collector${path}${query}`);
  }
}

const compress = promisify<string, { readonly level: number }, Buffer>(gzip);

/** @throws SinkError for a retry, or if a person has to change something */
function outcomeOf(url: URL, answer: ReceiverAnswer): HecAttempt {
  const { status, body, retryAfterMs } = answer;
  // Answers that mean the same of every receiver.
  if (status === 410 || (status >= 300 && status < 400)) throw answerError(url, answer);
  const outcome = hecOutcomeOf(status, body);
  switch (outcome.kind) {
    case 'taken':
    case 'refused':
      return outcome;
    case 'misconfigured':
      throw new SinkError('MISCONFIGURED', outcome.because);
    case 'retry':
      throw new SinkError('UNAVAILABLE', outcome.because, { retryAfterMs });
    default:
      return unreachable(outcome);
  }
}
