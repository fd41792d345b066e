import { plural } from '@countersign/core';
import { HttpError } from '../http/errors.ts';
import { PROBLEMS_SHOWN_MAX } from '../limits.ts';
import type { PollReport, WindowEnd, WindowTally } from './collector.ts';

/** Adds up the results of a poll. */
export class PollTally {
  hasMore = false;
  behindMs = 0;
  #windows = 0;
  #incomplete = 0;
  readonly #counts = { records: 0, duplicates: 0, quarantined: 0 };
  readonly #problems = new Set<string>();

  addWindow({ records, duplicates, quarantined }: WindowTally, end: WindowEnd, what: string): void {
    this.#windows += 1;
    this.#counts.records += records;
    this.#counts.duplicates += duplicates;
    this.#counts.quarantined += quarantined;
    if (quarantined > 0)
      this.addProblem(`${what}: ${plural(quarantined, 'piece')} could not be read: quarantined`);
    if (end.outcome === 'complete') return;
    this.#incomplete += 1;
    this.addProblem(`${what}: ${end.outcome} (${end.code ?? 'no code'}): ${end.because ?? ''}`);
  }

  addProblem(text: string): void {
    if (this.#problems.size < PROBLEMS_SHOWN_MAX) this.#problems.add(text);
  }

  report(): PollReport {
    const windows = this.#windows;
    const { hasMore, behindMs } = this;
    return {
      windows,
      incomplete: this.#incomplete,
      behindMs,
      hasMore,
      problems: [...this.#problems],
      ...this.#counts,
    };
  }
}

/** The end of a window that returned no content. */
export function emptyWindowEnd(
  outcome: 'failed' | 'off' | 'partial',
  code: string,
  because: string,
): WindowEnd {
  return { outcome, listed: 0, fetched: 0, code, because, contents: [] };
}

/** Returns a service's error, which a poll survives. Rethrows every other error. */
export function serviceErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError && error.code !== 'ABORTED') return error;
  throw error;
}
