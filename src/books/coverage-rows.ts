import { estateRows } from './estate.ts';
import type { CoverageFact } from './facts.ts';
import type { Observed } from './observed.ts';
import type { State } from './state.ts';

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
