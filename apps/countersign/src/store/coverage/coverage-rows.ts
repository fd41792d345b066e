import type { CoverageRow } from '../rows/entry-rows.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { inventoryRows, withTenantNames } from './inventory-coverage.ts';
import type { ObservedCoverage } from './observed-coverage.ts';

/**
 * All coverage rows: from imports, from all collector observations, and for tenants without any
 * data.
 */
export function coverageRows(
  state: StateDatabase,
  observed: ObservedCoverage,
  nowMs: number,
): CoverageRow[] {
  return state.snapshot(() => {
    const seen = observed.facts(state, nowMs);
    const inventory = state.inventory();
    const rows = [...state.coverage(), ...seen, ...inventoryRows(inventory, seen)];
    return [...withTenantNames(rows, inventory)];
  });
}
