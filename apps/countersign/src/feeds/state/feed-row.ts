import type { DeliveryProof } from '../delivery/sink.ts';

/**
 * - `running`
 * - `paused`   by an operator, until one resumes it
 * - `stopped`  by itself: it needs an operator. `because` says why
 */
export type FeedStatus = 'running' | 'paused' | 'stopped';

/**
 * Why a feed stopped by itself.
 *
 * - `MISCONFIGURED` its next start tries again, because the configuration may have changed
 * - `GONE`          the receiver asked never to be called again
 * - `EXHAUSTED`     every attempt of its schedule failed
 * - `REFUSALS`      the receiver refused too many records
 */
export type StopCode = 'MISCONFIGURED' | 'GONE' | 'EXHAUSTED' | 'REFUSALS';

/** The durable state of one feed. */
export type FeedRow = {
  readonly name: string;
  /** The kind of its receiver. */
  readonly kind: string;
  /** What a delivery proves: see {@link DeliveryProof}. Null until its receiver was opened. */
  readonly proof: DeliveryProof | null;
  /** The first entry that is not proved to be delivered. A restart continues here. */
  readonly next: number;
  /** The first entry that was not sent. Entries between `next` and it may arrive again. */
  readonly sentNext: number;
  /** Changes when an operator acts, so that a batch in flight does not undo it. */
  readonly generation: number;
  readonly status: FeedStatus;
  readonly because: string | null;
  readonly stopCode: StopCode | null;
  readonly statusMs: number;
  /** Records that were proved to be delivered since the feed exists, repetitions included. */
  readonly records: number;
  readonly deliveredMs: number | null;
  /** Failed attempts since the last success. */
  readonly failures: number;
  readonly failingSinceMs: number | null;
  readonly lastError: string | null;
  readonly lastErrorMs: number | null;
  readonly retryMs: number | null;
  /** Records that this receiver refused for ever. */
  readonly refused: number;
};

/** A record that was kept aside, because the receiver refuses it. */
export type RefusedRow = {
  readonly index: number;
  readonly because: string;
  readonly atMs: number;
};
