import { isGuid, type Watermark } from '@countersign/core';
import { coverageItem } from '../reports/coverage-item.ts';
import { NOTHING_SAID } from '../store/coverage/coverage-answer.ts';
import type { ServerState } from './metrics.ts';
import { jsonPage, type Page, problem } from './status-http.ts';

export function coveragePage(state: ServerState, origin: string, query: URLSearchParams): Page {
  const tenant = query.get('tenant')?.toLowerCase();
  if (tenant !== undefined && !isGuid(tenant)) {
    return problem(400, 'the tenant is not a GUID: ask with ?tenant=GUID (8-4-4-4-12 hex digits)');
  }
  const rows = state.coverage.filter((row) => tenant === undefined || row.tenant === tenant);
  const because: string[] = [];
  if (rows.length === 0) because.push(NOTHING_SAID.text);
  const quota = state.collectors.flatMap(({ name, tenant: of, budget }) => {
    if (budget === undefined || (tenant !== undefined && of !== tenant)) return [];
    // The ratio is infinite if nothing is needed, and JSON has no infinity.
    const headroom = Number.isFinite(budget.headroom) ? budget.headroom : null;
    return [{ collector: name, tenant: of, ...budget, headroom }];
  });
  const asOf: Watermark = { origin, size: state.coverageCursor, at: null };
  return jsonPage(200, { asOf, coverage: rows.map(coverageItem), because, quota });
}
