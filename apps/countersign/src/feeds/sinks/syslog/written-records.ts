import { CONGESTED_WRITE_MS, RETRANSMISSION_MS_MAX, WRITE_MARK_EVERY_MS } from './limits.ts';

/** One batch that the operating system took. Times are monotonic. */
export type WrittenBatch = {
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly bytes: number;
  readonly startedMs: number;
  readonly doneMs: number;
};

/** How much of the end of a connection may be lost. */
export type PossibleLoss = {
  /** Everything written in the last milliseconds. */
  readonly ms: number;
  /** And the last bytes, if the receiver was slow. */
  readonly bytes: number;
};

/**
 * What one connection has written, and when: the only evidence of a protocol without
 * acknowledgments. Its memory is bounded: one mark per second of the last 16 minutes.
 */
export class WrittenRecords {
  readonly #marks: Mark[] = [];
  #firstIndex: number | undefined;
  #bytes = 0;
  #congestedAtBytes: number | undefined;

  add({ firstIndex, lastIndex, bytes, startedMs, doneMs }: WrittenBatch): void {
    this.#firstIndex ??= firstIndex;
    this.#bytes += bytes;
    if (doneMs - startedMs >= CONGESTED_WRITE_MS) this.#congestedAtBytes = this.#bytes;
    const mark = { index: lastIndex, ms: doneMs, bytes: this.#bytes };
    const last = this.#marks.at(-1);
    const before = this.#marks.at(-2);
    // A mark stands for everything before it, so a later one may replace it, but not by seconds.
    const isClose = before !== undefined && doneMs - before.ms < WRITE_MARK_EVERY_MS;
    if (last !== undefined && isClose) this.#marks[this.#marks.length - 1] = mark;
    else this.#marks.push(mark);
    this.#forget(doneMs);
  }

  /**
   * The index from which records may be lost if the connection breaks now. At least one record
   * before the loss is among them. Undefined if this connection has written nothing.
   */
  resendFrom(nowMs: number, loss: PossibleLoss): number | undefined {
    const isCongested =
      this.#congestedAtBytes !== undefined && this.#bytes - this.#congestedAtBytes < loss.bytes;
    const safe = this.#marks.findLast(
      ({ ms, bytes }) =>
        ms <= nowMs - loss.ms && !(isCongested && this.#bytes - bytes < loss.bytes),
    );
    return safe?.index ?? this.#firstIndex;
  }

  /** Marks before the last one that is older than any loss say nothing more. */
  #forget(nowMs: number): void {
    while ((this.#marks[1]?.ms ?? nowMs) <= nowMs - RETRANSMISSION_MS_MAX) this.#marks.shift();
  }
}

type Mark = { readonly index: number; readonly ms: number; readonly bytes: number };
