import type { Clock } from '@countersign/core';

export type ImportProgress = {
  readonly records: number;
  readonly bytes: number;
  /** Size of all inputs on disk; 0 if unknown. */
  readonly totalBytes: number;
  readonly recordsPerSecond: number;
  /** Undefined until there is enough data for an estimate. */
  readonly secondsLeft: number | undefined;
};

/** Interval of progress updates: as fast as an eye can follow. */
const INTERVAL_MS = 200;

/** Counts bytes and reports progress a few times per second. */
export class ProgressMeter {
  readonly #clock: Clock;
  readonly #tell: ((progress: ImportProgress) => void) | undefined;
  readonly #startMs: number;
  #records = 0;
  #bytes = 0;
  #totalBytes = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, tell: ((progress: ImportProgress) => void) | undefined) {
    this.#clock = clock;
    this.#tell = tell;
    this.#startMs = clock.monotonic();
  }

  total(bytes: number): void {
    this.#totalBytes = bytes;
  }

  records(count: number): void {
    this.#records += count;
    this.#report();
  }

  /** Bytes of all inputs read so far. */
  bytes(readSoFar: number): void {
    this.#bytes = readSoFar;
  }

  #report(): void {
    const nowMs = this.#clock.monotonic();
    if (this.#tell === undefined || nowMs - this.#reportedMs < INTERVAL_MS) return;
    this.#reportedMs = nowMs;
    const seconds = (nowMs - this.#startMs) / 1000;
    const isReckonable = this.#bytes > 0 && this.#totalBytes >= this.#bytes && seconds > 0;
    this.#tell({
      records: this.#records,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
      recordsPerSecond: seconds > 0 ? this.#records / seconds : 0,
      secondsLeft: isReckonable
        ? (seconds / this.#bytes) * (this.#totalBytes - this.#bytes)
        : undefined,
    });
  }
}
