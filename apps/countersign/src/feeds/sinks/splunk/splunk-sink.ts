import type { Random } from '@countersign/core';
import { type Sleep, systemWait } from '@countersign/m365';
import type { SplunkFeedConfig } from '../../../config/feeds/splunk.ts';
import { HttpPoster } from '../../delivery/http-post.ts';
import type { Delivery, RefusedRecord, SendResult, Sink } from '../../delivery/sink.ts';
import { deliverWithoutRefused } from '../refusal-search.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import { type EncodedRecord, splitBatch } from '../split-batch.ts';
import { AckPoller } from './ack-poller.ts';
import { HecChannel } from './hec-channel.ts';
import { type HecEventOptions, hecEvent } from './hec-event.ts';
import { HEC_BYTES_MAX, HEC_RECORDS_MAX, HEC_UNACKNOWLEDGED_MAX } from './limits.ts';

/** @throws SinkError MISCONFIGURED if the token or a certificate cannot be read */
export function openSplunkSink(
  feed: SplunkFeedConfig,
  environment: SinkEnvironment,
  wait: Sleep = systemWait,
): Sink {
  const { clock, random, egressTo, readSecret, readTls } = environment;
  const { url, index, host, source, sourceType, acknowledgment } = feed;
  const egress = egressTo([new URL(url).hostname]);
  const [token, tls] = [readSecret(feed.token), readTls(feed)];
  const openSession = (): HecSession => {
    const poster = new HttpPoster({ egress, tls, clock, connectionsMax: 1 });
    const id = acknowledgment ? guidOf(random) : undefined;
    const channel = new HecChannel({ url, token, channel: id, poster });
    const acks = new AckPoller({
      ask: (ackIds, signal) => channel.indexed(ackIds, signal),
      explain: (signal) => channel.explainSilence(signal),
      clock,
      wait,
    });
    return { channel, acks, users: 0 };
  };
  return new SplunkSink(acknowledgment, { index, host, source, sourceType }, openSession);
}

/** One channel, and the sends that use it. */
type HecSession = { readonly channel: HecChannel; readonly acks: AckPoller; users: number };

/**
 * The HTTP Event Collector of Splunk. Without acknowledgment Splunk only accepts the records: what
 * an indexer holds in memory when it dies is lost. With it, a batch counts once it is indexed.
 */
class SplunkSink implements Sink {
  readonly proof: Sink['proof'];
  readonly batchMax: Sink['batchMax'] = { records: HEC_RECORDS_MAX, bytes: HEC_BYTES_MAX };
  readonly batchesInFlightMax: number;
  readonly #event: HecEventOptions;
  readonly #openSession: () => HecSession;
  #session: HecSession | undefined;
  /** Requests go out one after the other, so that they arrive in order. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(hasAcks: boolean, event: HecEventOptions, openSession: () => HecSession) {
    this.proof = hasAcks ? 'indexed' : 'accepted';
    this.batchesInFlightMax = hasAcks ? HEC_UNACKNOWLEDGED_MAX : 1;
    this.#event = event;
    this.#openSession = openSession;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    this.#session ??= this.#openSession();
    const session = this.#session;
    session.users++;
    const acks: Promise<void>[] = [];
    try {
      const posted = this.#turn.then(() => this.#post(records, session, acks, signal));
      this.#turn = posted.catch(() => undefined);
      const refused = await posted;
      await Promise.all(acks).catch((error: unknown) => {
        // Another channel may reach another indexer, and starts with other cookies.
        if (this.#session === session) this.#session = undefined;
        throw error;
      });
      return { refused };
    } finally {
      session.users--;
      if (session.users === 0 && this.#session !== session) await closeSession(session);
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await closeSession(session);
  }

  async #post(
    records: readonly Delivery[],
    { channel, acks: poller }: HecSession,
    acks: Promise<void>[],
    signal: AbortSignal,
  ): Promise<RefusedRecord[]> {
    const events = records.map(
      (record): EncodedRecord => ({ index: record.index, text: hecEvent(record, this.#event) }),
    );
    const limit = { records: HEC_RECORDS_MAX, bytes: HEC_BYTES_MAX };
    const refused: RefusedRecord[] = [];
    for (const batch of splitBatch(events, { ...limit, frameBytes: 0, separatorBytes: 1 })) {
      const found = await deliverWithoutRefused(batch, async (part) => {
        const attempt = await channel.post(part, signal);
        if (attempt.kind === 'taken' && attempt.ackId !== undefined) {
          const ack = poller.indexed(attempt.ackId, signal);
          // Its failure is reported by `send`, unless a later request fails before.
          ack.catch(() => undefined);
          acks.push(ack);
        }
        return attempt;
      });
      refused.push(...found);
    }
    return refused;
  }
}

async function closeSession({ channel, acks }: HecSession): Promise<void> {
  await acks.close();
  channel.close();
}

/** A random UUID (RFC 9562 section 5.4). */
function guidOf(random: Random): string {
  const bytes = random.fill(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
