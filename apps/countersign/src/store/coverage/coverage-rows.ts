import type { CoverageFact } from '../rows/entry-rows.ts';
import type { State } from '../sqlite/state-database.ts';
import { estateRows } from './inventory-coverage.ts';
import type { Observed } from './observed-coverage.ts';

/**
 * All rows of coverage: what imports say of themselves, what follows from all that collectors saw,
 * and the tenants of which nothing is known.
 */
export function coverageRows(state: State, observed: Observed, nowMs: number): CoverageFact[] {
  return state.snapshot(() => {
    const seen = observed.facts(state, nowMs);
    return [...state.coverage(), ...seen, ...estateRows(state.estate(), seen)];
  });
}
