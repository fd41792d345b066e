import { CountersignError } from '@countersign/core';
import type { ErasedFeedEntry, FeedEntry, UnreadableFeedEntry } from '../feed-record.ts';

/** One line of a feed as a sink gets it: filtered and redacted for that sink. */
export type Delivery = FeedEntry | ErasedFeedEntry | UnreadableFeedEntry;

/**
 * What the answer of a receiver proves. They are never mixed up in a report.
 *
 * - `sent`      the bytes left this machine: the protocol has no acknowledgement
 * - `accepted`  the receiver has taken them, and may index them later
 * - `indexed`   the receiver can find them
 */
export type DeliveryProof = 'sent' | 'accepted' | 'indexed';

/** One receiver of a feed. It keeps no position: the runner does, and stores it durably. */
export interface Sink {
  readonly proof: DeliveryProof;
  /** No batch is larger, unless a single record is. */
  readonly batchMax: { readonly records: number; readonly bytes: number };
  /** Batches that may be sent before the first is proved. 1: strictly one after the other. */
  readonly batchesInFlightMax: number;
  /**
   * Sends records in the order of their indices. Resolves with the proof for all of them but those
   * that the receiver refuses for ever. A second call with the same records is harmless: receivers
   * drop what they have by its id.
   *
   * @throws SinkError if it is not known whether the receiver has them
   */
  send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult>;
  /**
   * For sinks that only prove `sent`. The runner calls it while it has nothing to send: without it,
   * a loss would stay unnoticed until the next record.
   *
   * @returns what is still unsettled after the time that has passed
   * @throws SinkError with `resendFrom` if the connection broke after the last batch
   */
  checkConnection?(): Pick<SendResult, 'unsettledFrom'>;
  /** Sends no more, and releases the connection. Never rejects. */
  close(): Promise<void>;
}

export type SendResult = {
  readonly refused: readonly RefusedRecord[];
  /**
   * Records from this index on may still be lost, although they were sent. The durable position
   * stays before it, so that a crash of this process and of the receiver together loses nothing.
   * Undefined: none can be lost.
   */
  readonly unsettledFrom?: number | undefined;
};

/** A record that this receiver will never take. It is kept aside, and stops no other. */
export type RefusedRecord = { readonly index: number; readonly because: string };

/**
 * - `UNAVAILABLE`   retry later
 * - `MISCONFIGURED` a retry cannot help: address, credentials or rights are wrong
 * - `GONE`          the receiver asks never to be called again (HTTP 410)
 */
export type SinkErrorCode = 'UNAVAILABLE' | 'MISCONFIGURED' | 'GONE';

export class SinkError extends CountersignError<SinkErrorCode> {
  override readonly name = 'SinkError';
  /** As the receiver asked, for example by `Retry-After`. */
  readonly retryAfterMs: number | undefined;
  /** Records from this index on may be lost, although they were proved: `sent` proves little. */
  readonly resendFrom: number | undefined;

  constructor(
    code: SinkErrorCode,
    message: string,
    { retryAfterMs, resendFrom, cause }: SinkErrorDetails = {},
  ) {
    super(code, message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.resendFrom = resendFrom;
  }
}

type SinkErrorDetails = {
  readonly retryAfterMs?: number | undefined;
  readonly resendFrom?: number | undefined;
  readonly cause?: unknown;
};
