import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import { isItemRead } from '../../store/rows/mail-access.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { statementOf } from './build-statement.ts';
import type { StatementOptions, StatementResult } from './statement.ts';
import { usualActivity } from './usual-activity.ts';

/**
 * Reads the statement of one principal from the store.
 * @throws StoreError STATEMENT_TOO_LARGE
 */
export async function readStatement(
  store: StoreReader,
  who: string,
  options: StatementOptions,
  ledger: LedgerHead,
): Promise<StatementResult> {
  const resolution = await store.resolvePrincipal(who, options);
  if (resolution.kind !== 'one') {
    const candidates = resolution.kind === 'ambiguous' ? resolution.candidates : [];
    return { kind: 'unknown', because: resolution.because, candidates };
  }
  const { principal, selection } = resolution;
  const { fromMs, toMs, isSubject } = options;
  const rows = await store.rowsOf({ selection, fromMs, toMs });
  const contested = await store.contestedRows(selection, options);
  const reconciled = await options.reconcile?.(rows);
  const throttled = await store.throttledRows(rows, principal, {
    ...{ tenants: selection.tenants, fromMs, toMs },
  });
  const items = await options.itemsOf?.(rows.filter(isItemRead));
  const statement = statementOf({
    ...(reconciled !== undefined && { reconciled }),
    principal,
    period: { fromMs, toMs },
    ...{ purpose: options.purpose ?? null, case: options.case ?? null, rows },
    besides: { items, throttled },
    contested,
    tenants: selection.tenants,
    // A question about one tenant excludes the company's other tenants.
    scope: options.tenant === undefined ? 'company' : 'tenant',
    ...{ coverage: store.coverage(), erasures: store.erasures() },
    isSubject: (erasure, names) => isSubject?.(erasure, [who, ...names]) === true,
    ledger,
  });
  const isWhole = statement.coverage.answer.kind === 'yes';
  const usual = await usualActivity(store, selection, { fromMs, toMs, isWhole });
  return { kind: 'statement', statement: { ...statement, usual } };
}
