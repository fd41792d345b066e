import type { Reason } from '@countersign/core';
import type { Reconciliation } from '../../reconcile/actions/action-reconciler.ts';
import type { VerificationReport } from '../../store/reading/verification-report.ts';
import type { Sources } from '../readers/readers.ts';
import { openReconcilers } from '../reconcile/reconcilers.ts';
import { type ArrivalDelays, arrivalDelays } from './arrival-delays.ts';
import type { OverviewLink, OverviewNumber, OverviewNumbers } from './overview-item.ts';
import type { OverviewPeriod } from './overview-period.ts';

const DAY_MS = 86_400_000;

/** Everything that takes a pass over the events of the period. */
export type OverviewCounts = {
  readonly verified: VerificationReport;
  readonly actions: Reconciliation;
  readonly delays: ArrivalDelays;
};

export async function countOverview(
  sources: Sources,
  period: OverviewPeriod,
): Promise<OverviewCounts> {
  const { store, head } = sources;
  await using reconcilers = await openReconcilers(sources);
  return {
    verified: await store.access.verified(period, head),
    actions: await reconcilers.actions.totals(period),
    delays: await arrivalDelays(store, period),
  };
}

export function numbersOf(
  { verified, actions, delays }: OverviewCounts,
  period: OverviewPeriod,
): OverviewNumbers {
  const days = daysOf(period);
  const input = inputOf(period);
  return {
    verified: verifiedNumber(verified, days, [{ operation: 'verified', input }]),
    accounted: accountedNumber(actions, days, [
      { operation: 'reconcile', input },
      { operation: 'reconcile list', input },
    ]),
    residual: residualNumber(actions, days, [{ operation: 'reconcile list', input }]),
    feedDelay: delayNumber(delays, days, [{ operation: 'coverage', input: {} }]),
  };
}

/** The input of an operation that answers for this period. */
export function inputOf({ fromMs, toMs, tenant }: OverviewPeriod): OverviewLink['input'] {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString()) as [string, string];
  return { from, to, ...(tenant !== undefined && { tenant }) };
}

function daysOf({ fromMs, toMs }: OverviewPeriod): string[] {
  const count = Math.ceil((toMs - fromMs) / DAY_MS);
  return Array.from({ length: count }, (_, at) =>
    new Date(fromMs + at * DAY_MS).toISOString().slice(0, 10),
  );
}

type Links = readonly OverviewLink[];

function verifiedNumber(
  { decided, checked, unverified, days: counts }: VerificationReport,
  days: readonly string[],
  links: Links,
): OverviewNumber {
  const byDay = Map.groupBy(counts, ({ day }) => day);
  const verified = decided + checked;
  return {
    ...shareOf(verified, verified + sumOf(unverified), NO_SIGN_IN),
    days: days.map((day) => {
      const own = byDay.get(day) ?? [];
      const good = own.reduce((sum, each) => sum + each.decided + each.checked, 0);
      const all = own.reduce((sum, each) => sum + sumOf(each.unverified), good);
      return { day, value: all === 0 ? null : good / all };
    }),
    links,
  };
}

function accountedNumber(
  { actions, accounted, days: counts }: Reconciliation,
  days: readonly string[],
  links: Links,
): OverviewNumber {
  const byDay = new Map(counts.map((each) => [each.day, each]));
  return {
    ...shareOf(accounted, actions, NO_ACTION),
    days: days.map((day) => {
      const own = byDay.get(day);
      const all = own === undefined ? 0 : own.accounted + own.unaccounted + own.unknown;
      return { day, value: own === undefined || all === 0 ? null : own.accounted / all };
    }),
    links,
  };
}

function residualNumber(
  { actions, residual, days: counts }: Reconciliation,
  days: readonly string[],
  links: Links,
): OverviewNumber {
  const active = new Set(counts.map(({ day }) => day));
  const byDay = Map.groupBy(residual, ({ day }) => day);
  const of = (day: string): number =>
    (byDay.get(day) ?? []).reduce((sum, each) => sum + each.actions, 0);
  return {
    value: actions === 0 ? null : residual.reduce((sum, each) => sum + each.actions, 0),
    ...{ part: null, whole: null, because: actions === 0 ? [NO_ACTION] : [] },
    days: days.map((day) => ({ day, value: active.has(day) ? of(day) : null })),
    links,
  };
}

function delayNumber(
  { p99Ms, days: counts }: ArrivalDelays,
  days: readonly string[],
  links: Links,
): OverviewNumber {
  const byDay = new Map(counts.map((each) => [each.day, each.p99Ms]));
  return {
    value: p99Ms,
    ...{ part: null, whole: null, because: p99Ms === null ? [NO_COLLECTOR] : [] },
    days: days.map((day) => ({ day, value: byDay.get(day) ?? null })),
    links,
  };
}

const NO_SIGN_IN: Reason = { code: 'no-sign-in', text: 'there is no sign-in in the period' };
export const NO_ACTION: Reason = { code: 'no-action', text: 'there is no action in the period' };
const NO_COLLECTOR: Reason = {
  code: 'no-collector',
  text: 'no collector delivered records of the period',
};

/** No data is no share. */
function shareOf(
  part: number,
  whole: number,
  none: Reason,
): Pick<OverviewNumber, 'value' | 'part' | 'whole' | 'because'> {
  if (whole === 0) return { value: null, part: 0, whole: 0, because: [none] };
  return { value: part / whole, part, whole, because: [] };
}

function sumOf(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((sum, count = 0) => sum + count, 0);
}
