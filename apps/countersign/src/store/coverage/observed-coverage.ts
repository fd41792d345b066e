import {
  type AskedWindow,
  type CanaryTally,
  type CoverageInterval,
  CoverageReducer,
  type DueCheck,
  type UnreadWindow,
} from '@countersign/coverage';
import { COVERAGE_KEPT_MS, OBSERVATIONS_UNFOLDED_MAX } from '../limits.ts';
import type { CoverageRow } from '../rows/entry-rows.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';

/**
 * Coverage states that follow from collector observations. It reads each observation once, and
 * keeps the fold for later queries.
 */
export class ObservedCoverage {
  #reducer = new CoverageReducer();
  #upTo = -1;
  /** The rows of a moment. One answer asks for them several times, about every source. */
  #kept: { readonly rows: readonly CoverageRow[]; upTo: number; nowMs: number } | undefined;

  facts(state: StateDatabase, nowMs: number): readonly CoverageRow[] {
    const reducer = this.#upToDate(state);
    const upTo = this.#upTo;
    if (this.#kept?.upTo !== upTo || !isSameMoment(this.#kept.nowMs, nowMs)) {
      this.#kept = { rows: reducer.rows(nowMs).map(factOf), upTo, nowMs };
    }
    return this.#kept.rows;
  }

  canaries(state: StateDatabase): CanaryTally[] {
    return this.#upToDate(state).canaries();
  }

  asked(state: StateDatabase): AskedWindow[] {
    return this.#upToDate(state).asked();
  }

  unread(state: StateDatabase): UnreadWindow[] {
    return this.#upToDate(state).unread();
  }

  dueChecks(state: StateDatabase, nowMs: number): DueCheck[] {
    return this.#upToDate(state).dueChecks(nowMs);
  }

  #upToDate(state: StateDatabase): CoverageReducer {
    const folded = state.observedUpTo > this.#upTo ? state.observed() : undefined;
    if (folded !== undefined) {
      this.#reducer = CoverageReducer.of(folded.kept);
      this.#upTo = folded.upTo;
    }
    for (const { index, seen } of state.observationsAfter(this.#upTo)) {
      this.#reducer.observe(index, seen);
      this.#upTo = index;
    }
    return this.#reducer;
  }
}

/**
 * Folds observations into the state, so that queries fold few. The caller MUST be in a transaction.
 */
export function foldObservations(state: StateDatabase): void {
  if (state.observationCount <= OBSERVATIONS_UNFOLDED_MAX) return;
  const folded = state.observed();
  const reducer = folded === undefined ? new CoverageReducer() : CoverageReducer.of(folded.kept);
  let upTo = folded?.upTo ?? -1;
  for (const { index, seen } of state.observationsAfter(upTo)) {
    reducer.observe(index, seen);
    upTo = index;
  }
  state.setObserved(upTo, reducer.keep());
}

/** A later time may make a source late, so it is never taken for an earlier one. */
function isSameMoment(keptMs: number, nowMs: number): boolean {
  return keptMs === nowMs || (nowMs > keptMs && nowMs - keptMs <= COVERAGE_KEPT_MS);
}

function factOf({ entries, ...interval }: CoverageInterval): CoverageRow {
  return { index: entries.at(-1) ?? 0, entries, ...interval };
}
