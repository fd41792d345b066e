import type { Evidence, SeenEvents } from '../../posture/license-matrix.ts';
import type { QueryValue } from '../../store/query/query-value.ts';
import { invalidInput } from '../definition/errors.ts';
import type { OperationContext } from '../definition/operation.ts';

const SEEN = `SELECT source, operation, sign_in_type, access_type, count(*), max("index"), tenant
FROM events GROUP BY source, operation, sign_in_type, access_type, tenant`;

const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/**
 * The evidence of the ledger about one tenant; nothing without a ledger.
 *
 * @throws OperationError INVALID_INPUT if the ledger holds several tenants and none is named
 */
export async function readTenantEvidence(
  context: OperationContext,
): Promise<Pick<Evidence, 'seen' | 'coverage'>> {
  const { tenant } = context;
  const sources = await context.readers.sourcesIfAny();
  if (sources === undefined) return { seen: [], coverage: [] };
  const seen = await readSeenEvents(context.dataDir);
  const tenants = new Set(seen.map((each) => each.tenant));
  tenants.delete(NO_TENANT);
  if (tenant === undefined && tenants.size > 1) {
    throw invalidInput(`the ledger holds ${tenants.size} tenants: name one with --tenant GUID`);
  }
  const isOf = (each: string): boolean => tenant === undefined || each === tenant;
  const coverage = sources.store.coverage().filter((row) => isOf(row.tenant));
  return { seen: seen.filter((each) => isOf(each.tenant)), coverage };
}

async function readSeenEvents(dir: string): Promise<(SeenEvents & { tenant: string })[]> {
  const { query } = await import('../../store/query/user-query.ts');
  const seen: (SeenEvents & { tenant: string })[] = [];
  const result = await query(dir, SEEN);
  for await (const batch of result.rows) {
    for (const [source, operation, type, access, count, index, of] of batch) {
      seen.push({
        source: textOrNull(source) ?? '',
        operation: textOrNull(operation),
        signInType: textOrNull(type),
        accessType: textOrNull(access),
        count: Number(count),
        index: Number(index),
        tenant: textOrNull(of) ?? '',
      });
    }
  }
  return seen;
}

function textOrNull(value: QueryValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
