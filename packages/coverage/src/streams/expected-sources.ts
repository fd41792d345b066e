import type { CoverageInterval } from '../coverage-state.ts';
import { BEGINS_WITHIN_MS } from '../limits.ts';

/**
 * A source that is requested only occasionally, to compare others with it. Where it was not
 * requested, nothing is missing.
 */
export function isSpotSource(source: string): boolean {
  return source === 'graph/auditLogQuery';
}

const UNCOLLECTED = 'no collector reads this content type';

const UNCOLLECTED_THEN =
  'no collector read this content type at that time, and it is no longer available';

/** The source was not collected while others beside it were. */
export function isUncollected({ state, because }: StateReason): boolean {
  return state === 'unknown' && (because === UNCOLLECTED || because === UNCOLLECTED_THEN);
}

type StateReason = Pick<CoverageInterval, 'state' | 'because'>;

/** The content types with activity of people. `DLP.All` repeats some of it. */
const AUDIT_SOURCES: readonly string[] = [
  'm365.activity/Audit.AzureActiveDirectory',
  'm365.activity/Audit.Exchange',
  'm365.activity/Audit.General',
  'm365.activity/Audit.SharePoint',
];

/** The content type that delivers the records of a workload. */
export function activitySourceOf(workload: string): string {
  switch (workload) {
    case 'Exchange':
      return 'm365.activity/Audit.Exchange';
    case 'SharePoint':
    case 'OneDrive':
      return 'm365.activity/Audit.SharePoint';
    case 'AzureActiveDirectory':
      return 'm365.activity/Audit.AzureActiveDirectory';
    default:
      return 'm365.activity/Audit.General';
  }
}

/**
 * Rows for uncollected content types of a tenant with collected ones. They are unknown for as long
 * as anything is collected, and one that was added later is unknown before its start. Without these
 * rows, the account would look complete.
 */
export function expectedRows(rows: readonly CoverageInterval[], nowMs: number): CoverageInterval[] {
  const activity = rows.filter(({ source }) => source.startsWith('m365.activity/'));
  const tenants = Map.groupBy(activity, ({ tenant }) => tenant);
  return [...tenants].flatMap(([tenant, collected]) => {
    const fromMs = firstOf(collected, nowMs);
    const entries = collected.flatMap((row) => row.entries).slice(0, 1);
    return AUDIT_SOURCES.flatMap((source): CoverageInterval[] => {
      const own = collected.filter((row) => row.source === source);
      const toMs = firstOf(own, nowMs);
      if (fromMs >= toMs - (own.length === 0 ? 0 : BEGINS_WITHIN_MS)) return [];
      const because = own.length === 0 ? UNCOLLECTED : UNCOLLECTED_THEN;
      const whose = { tenant, source, workload: null, subject: null };
      return [{ ...whose, fromMs, toMs, state: 'unknown', bound: null, because, entries }];
    });
  });
}

function firstOf(rows: readonly CoverageInterval[], nowMs: number): number {
  return rows.reduce((first, row) => Math.min(first, row.fromMs), nowMs);
}
