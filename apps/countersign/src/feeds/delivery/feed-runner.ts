import { type Clock, messageOf, type Random } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import type { FeedKind } from '../../config/feeds/feed-kind.ts';
import type { FeedRecord } from '../feed-record.ts';
import type { FeedRow, StopCode } from '../state/feed-row.ts';
import type { FeedState } from '../state/feed-state.ts';
import { DeliveryWindow, type ProvedDelivery } from './delivery-window.ts';
import {
  BACKOFF_MIN_MS,
  CLOSE_GRACE_MS,
  FEED_POLL_MS,
  REFUSED_IN_A_ROW_MAX,
  REFUSED_KEPT_MAX,
  STATE_RETRY_MS,
  STOP_GRACE_MS,
} from './limits.ts';
import { BatchBuilder } from './record-batch.ts';
import type { RecordSelection } from './record-selection.ts';
import { isExhausted, type RetrySchedule, retryDelayMs } from './retry-schedule.ts';
import { type Delivery, type Sink, SinkError } from './sink.ts';

/** The records of the ledger from an index on. `wait` is called at its end. */
export type RecordSource = (options: {
  readonly from: number;
  readonly kinds: ReadonlySet<FeedKind>;
  readonly wait: () => Promise<'more' | 'end'>;
}) => AsyncIterable<FeedRecord>;

/** What an operator should see in the log. */
export type FeedEvent = {
  readonly feed: string;
  readonly what: 'failing' | 'recovered' | 'stopped' | 'refused' | 'state-failed';
  readonly because: string;
};

/** What a delivery changes of the state. */
export type DeliveryState = Pick<
  FeedState,
  'advance' | 'fail' | 'isCurrent' | 'row' | 'setProof' | 'stop'
>;

export type FeedRunnerOptions = {
  readonly name: string;
  readonly selection: RecordSelection;
  readonly records: RecordSource;
  readonly open: () => Promise<Sink>;
  readonly state: DeliveryState;
  readonly schedule: RetrySchedule;
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  readonly tell: (event: FeedEvent) => void;
};

/**
 * Delivers the ledger to one receiver: at least once, in the order of the ledger. A crash and a
 * failed attempt continue in the same way, from the durable position.
 */
export class FeedRunner {
  readonly #options: FeedRunnerOptions;
  #sink: Sink | undefined;
  /** The pause after a failure, by monotonic time. An act of an operator ends it. */
  #retry: { readonly atMs: number; readonly generation: number } | undefined;
  #lastError: string | undefined;
  #refusedInARow = 0;

  constructor(options: FeedRunnerOptions) {
    this.#options = options;
  }

  /** Runs until the signal is aborted. A failure of the receiver or of the disk never ends it. */
  async run(signal: AbortSignal): Promise<void> {
    const { name, state, wait } = this.#options;
    if (signal.aborted) return;
    const sending = new AbortController();
    const ended = new AbortController();
    const abort = (): void => {
      // Batches in flight may still be proved, and are then not sent twice.
      const grace = wait(STOP_GRACE_MS, ended.signal).catch(() => undefined);
      void grace.then(() => sending.abort());
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      while (!signal.aborted) {
        const row = await this.#durably(signal, async () => state.row(name));
        if (row.status === 'running' && !this.#isWaiting(row)) {
          await this.#attempt(row, signal, sending.signal);
        } else {
          if (row.status !== 'running') await this.#close();
          await this.#sleep(FEED_POLL_MS, signal);
        }
      }
    } catch (error) {
      // The positions are durable, so a restart continues in any case.
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', abort);
      ended.abort();
      await this.#close();
    }
  }

  #isWaiting({ generation }: FeedRow): boolean {
    if (this.#retry?.generation !== generation) this.#retry = undefined;
    return this.#retry !== undefined && this.#options.clock.monotonic() < this.#retry.atMs;
  }

  async #attempt(row: FeedRow, signal: AbortSignal, sending: AbortSignal): Promise<void> {
    const { name, state, open } = this.#options;
    try {
      if (this.#sink === undefined) {
        this.#sink = await open();
        state.setProof(name, this.#sink.proof);
      }
      await this.#deliver(this.#sink, row, signal, sending);
    } catch (error) {
      if (error instanceof SupersededDelivery || signal.aborted) return;
      await this.#durably(signal, async () => this.#fail(row.generation, error));
    }
  }

  /** Delivers until the signal is aborted, an operator acts, or the receiver fails. */
  async #deliver(
    sink: Sink,
    { name, next: from, generation }: FeedRow,
    signal: AbortSignal,
    sending: AbortSignal,
  ): Promise<void> {
    const { records, selection, state } = this.#options;
    const position = new Position(from);
    const commit = (proved: ProvedDelivery): Promise<void> =>
      this.#commit(generation, position, proved, signal);
    const window = new DeliveryWindow({ sink, signal: sending, commit });
    const batch = new BatchBuilder(sink.batchMax);
    let covered = from;
    const isOver = (): boolean => signal.aborted || !state.isCurrent(name, generation);
    const skip = async (): Promise<void> => {
      if (covered <= position.sent) return;
      await commit({ ...NOTHING, next: covered, unsettledFrom: position.unsettledFrom });
    };
    const wait = async (): Promise<'more' | 'end'> => {
      if (!batch.isEmpty) await window.send(batch.take(covered));
      await window.settle();
      await skip();
      await this.#checkConnection(sink, position, commit);
      if (isOver()) return 'end';
      await this.#sleep(FEED_POLL_MS, signal);
      return isOver() ? 'end' : 'more';
    };
    for await (const record of records({ from, kinds: selection.kinds, wait })) {
      if (signal.aborted) break;
      if (record.kind === 'mark') {
        covered = Math.max(covered, record.index + 1);
        if (isOver()) break;
        if (batch.isEmpty && window.isEmpty) await skip();
        continue;
      }
      const selected = this.#select(record, batch);
      if (selected !== undefined) {
        if (!batch.hasRoom(selected)) await window.send(batch.take(covered));
        batch.add(selected);
      }
      covered = record.index + 1;
      if (batch.isFull) await window.send(batch.take(covered));
    }
    await window.settle();
  }

  /** A record that cannot be redacted is never sent, and stops no other. */
  #select(record: Delivery, batch: BatchBuilder): Delivery | undefined {
    try {
      return this.#options.selection.select(record);
    } catch (error) {
      const because = `names in it could not be replaced: ${messageOf(error)}`;
      batch.refuse({ index: record.index, because });
      return undefined;
    }
  }

  async #commit(
    generation: number,
    position: Position,
    proved: ProvedDelivery,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, state, clock, tell } = this.#options;
    const { delivered, refused } = proved;
    position.move(proved);
    await this.#durably(signal, async () => {
      const { settled: next, sent: sentNext } = position;
      const advance = { generation, next, sentNext, delivered, refused, atMs: clock.now() };
      if (state.advance(name, advance) === 'superseded') throw new SupersededDelivery();
    });
    if (delivered > 0 && this.#lastError !== undefined) {
      tell({ feed: name, what: 'recovered', because: `it had failed: ${this.#lastError}` });
      this.#lastError = undefined;
    }
    this.#refusedInARow = delivered > 0 ? 0 : this.#refusedInARow + refused.length;
    for (const { index, because } of refused) {
      tell({ feed: name, what: 'refused', because: `entry ${index}: ${because}` });
    }
    if (refused.length > 0) this.#stopIfAllRefused(generation);
  }

  #stopIfAllRefused(generation: number): void {
    const { name, state, clock } = this.#options;
    const { refused } = state.row(name);
    const isFlood = this.#refusedInARow >= REFUSED_IN_A_ROW_MAX;
    if (!isFlood && refused < REFUSED_KEPT_MAX) return;
    const many = isFlood ? `${this.#refusedInARow} records in a row` : `${refused} records`;
    const cure = `correct the receiver, then run "countersign feeds replay ${name} --from INDEX"`;
    const because = `the receiver refused ${many}; ${cure}`;
    this.#refusedInARow = 0;
    this.#stop(generation, { code: 'REFUSALS', because, atMs: clock.now() });
    throw new SupersededDelivery();
  }

  #fail(generation: number, error: unknown): void {
    const { name, state, clock, random, schedule, tell } = this.#options;
    const because = messageOf(error);
    const {
      code = 'UNAVAILABLE',
      retryAfterMs,
      resendFrom,
    } = error instanceof SinkError ? error : {};
    const atMs = clock.now();
    const { failures, failingSinceMs } = state.row(name);
    const failed = failures + 1;
    const delayMs = Math.max(
      retryAfterMs ?? retryDelayMs(schedule, failed, random),
      BACKOFF_MIN_MS,
    );
    const failure = { generation, because, atMs, retryMs: atMs + delayMs, resendFrom };
    if (state.fail(name, failure) === 'superseded') return;
    this.#retry = { atMs: clock.monotonic() + delayMs, generation };
    if (code !== 'UNAVAILABLE') {
      this.#stop(generation, { code, because, atMs });
      return;
    }
    const failingMs = atMs - (failingSinceMs ?? atMs);
    if (isExhausted(schedule, { failures: failed, failingMs })) {
      const long = `it failed ${failed} times in ${Math.round(failingMs / 3_600_000)} hours`;
      this.#stop(generation, { code: 'EXHAUSTED', because: `${long}: ${because}`, atMs });
      return;
    }
    // One line for a series of the same error.
    if (this.#lastError !== because) tell({ feed: name, what: 'failing', because });
    this.#lastError = because;
  }

  #stop(
    generation: number,
    stop: { readonly code: StopCode; readonly because: string; readonly atMs: number },
  ): void {
    const { name, state, tell } = this.#options;
    state.stop(name, { generation, ...stop });
    const cure = `run "countersign feeds resume ${name}" when that is solved`;
    tell({ feed: name, what: 'stopped', because: `${stop.because}; ${cure}` });
  }

  /** A loss after the last batch, and positions that became safe since then. */
  async #checkConnection(
    sink: Sink,
    position: Position,
    commit: (proved: ProvedDelivery) => Promise<void>,
  ): Promise<void> {
    const settled = sink.checkConnection?.();
    if (settled === undefined) return;
    const { unsettledFrom } = settled;
    if (position.wouldSettle(unsettledFrom)) {
      await commit({ ...NOTHING, next: position.sent, unsettledFrom });
    }
  }

  /** Repeats a use of the state until the disk allows it. Meanwhile nothing is sent. */
  async #durably<T>(signal: AbortSignal, use: () => Promise<T>): Promise<T> {
    const { name, tell } = this.#options;
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await use();
      } catch (error) {
        if (error instanceof SupersededDelivery || signal.aborted) throw error;
        if (isFirst) tell({ feed: name, what: 'state-failed', because: messageOf(error) });
        await this.#sleep(STATE_RETRY_MS, signal);
      }
    }
  }

  async #close(): Promise<void> {
    const sink = this.#sink;
    this.#sink = undefined;
    if (sink === undefined) return;
    const closed = new AbortController();
    const closing = sink.close().finally(() => closed.abort());
    const { wait } = this.#options;
    await Promise.race([closing, wait(CLOSE_GRACE_MS, closed.signal).catch(() => undefined)]);
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#options.wait(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

const NOTHING = { delivered: 0, refused: [] } as const;

/** An operator has changed the feed, so this delivery counts no more. */
class SupersededDelivery extends Error {}

/** What was sent, and what of it cannot be lost any more. */
class Position {
  sent: number;
  unsettledFrom: number | undefined;
  readonly #from: number;

  constructor(from: number) {
    this.#from = from;
    this.sent = from;
  }

  /** It never moves back: a loss is an error with `resendFrom`. */
  get settled(): number {
    return Math.max(this.#from, Math.min(this.sent, this.unsettledFrom ?? this.sent));
  }

  move({ next, unsettledFrom }: ProvedDelivery): void {
    this.sent = Math.max(this.sent, next);
    this.unsettledFrom = unsettledFrom;
  }

  wouldSettle(unsettledFrom: number | undefined): boolean {
    return Math.min(this.sent, unsettledFrom ?? this.sent) > this.settled;
  }
}
