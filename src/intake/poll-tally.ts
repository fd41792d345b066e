import type { PollReport, WindowEnd, WindowTally } from './collect.ts';
import { HttpError } from './http/errors.ts';
import { PROBLEMS_TOLD_MAX } from './limits.ts';

/** Adds up what a poll did. */
export class PollTally {
  hasMore = false;
  #windows = 0;
  #short = 0;
  readonly #counts = { records: 0, duplicates: 0, parked: 0 };
  readonly #problems: string[] = [];

  window({ records, duplicates, parked }: WindowTally, end: WindowEnd, what: string): void {
    this.#windows += 1;
    this.#counts.records += records;
    this.#counts.duplicates += duplicates;
    this.#counts.parked += parked;
    if (end.outcome === 'complete') return;
    this.#short += 1;
    this.problem(`${what}: ${end.outcome} (${end.code ?? 'no code'}): ${end.because ?? ''}`);
  }

  problem(text: string): void {
    if (this.#problems.length < PROBLEMS_TOLD_MAX) this.#problems.push(text);
  }

  report(): PollReport {
    const windows = this.#windows;
    const { hasMore } = this;
    return { windows, short: this.#short, hasMore, problems: this.#problems, ...this.#counts };
  }
}

/** A window of which nothing was seen. */
export function nothing(
  outcome: 'failed' | 'off' | 'partial',
  code: string,
  because: string,
): WindowEnd {
  return { outcome, listed: 0, fetched: 0, code, because, contents: [] };
}

/** What a service did wrong, which a poll survives; anything else is thrown on. */
export function passing(error: unknown): HttpError {
  if (error instanceof HttpError && error.code !== 'ABORTED') return error;
  throw error;
}
