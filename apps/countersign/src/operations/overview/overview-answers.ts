import { numberText, plural, type Reason } from '@countersign/core';
import { CAUSE_TEXTS, type Cause } from '../../reconcile/actions/action-verdict.ts';
import type { IncidentSummary } from '../../reports/findings/incident-view.ts';
import { reasonsOf } from '../definition/conclusion.ts';
import { blindReason, failureReason, healthsOfAnswer } from '../readers/health-note.ts';
import type { Sources } from '../readers/readers.ts';
import { inputOf, NO_ACTION, type OverviewCounts } from './overview-counts.ts';
import type { OverviewAnswer, OverviewLink } from './overview-item.ts';
import type { OverviewPeriod } from './overview-period.ts';

/** More reasons are behind the links. */
const REASONS_MAX = 12;

/**
 * Is every access accounted for? One action without an authorization is a no; a hole in the
 * coverage, or an action whose authorization is unknown, keeps it unknown.
 *
 * @param counts undefined: they are being counted
 */
export function accountedAnswer(
  { store, head }: Sources,
  counts: OverviewCounts | undefined,
  period: OverviewPeriod & { readonly coveredToMs: number },
): OverviewAnswer {
  const { fromMs, coveredToMs, tenant } = period;
  const coverage = store.coverageOf({ fromMs, toMs: coveredToMs, tenant }, head).answer;
  const input = inputOf(period);
  const holes: OverviewLink = { operation: 'coverage', input: {} };
  const list: OverviewLink = { operation: 'reconcile list', input };
  if (counts === undefined) return { answer: 'unknown', because: [COUNTING], links: [holes] };
  const { actions, verified } = counts;
  const unaccounted = causesOf('unaccounted', actions.unaccounted);
  const disagreements = disagreementReasons(verified.disagreements);
  const certain = [...unaccounted, ...disagreements];
  const doubts = [
    ...reasonsOf(coverage),
    ...causesOf('unknown', actions.unknown),
    ...(actions.actions === 0 ? [NO_ACTION] : []),
  ];
  const links = [
    ...(unaccounted.length > 0 || actions.actions > actions.accounted ? [list] : []),
    ...(disagreements.length > 0 ? [{ operation: 'verified', input }] : []),
    ...(coverage.kind === 'yes' ? [] : [holes]),
  ];
  if (certain.length > 0) return answerOf('no', [...certain, ...doubts], links);
  if (doubts.length > 0) return answerOf('unknown', doubts, links);
  return answerOf('yes', [], [list]);
}

/** Is nothing wrong? Silence counts only if every source was collected and every rule could see. */
export async function clearAnswer(
  sources: Sources,
  open: readonly IncidentSummary[],
  period: OverviewPeriod & { readonly coveredToMs: number; readonly nowMs: number },
): Promise<OverviewAnswer> {
  const { fromMs, coveredToMs, tenant, nowMs } = period;
  const { store, head } = sources;
  const failed = await failureReason(sources);
  const { found } = await healthsOfAnswer(sources, {
    scope: { kind: 'period', fromMs, toMs: coveredToMs },
    tenants: tenant === undefined ? undefined : [tenant],
    nowMs,
  });
  const blind = blindReason(found);
  const coverage = store.coverageOf({ fromMs, toMs: coveredToMs, tenant }, head).answer;
  const doubts = [
    ...(failed === undefined ? [] : [failed]),
    ...(blind === undefined ? [] : [blind]),
    ...reasonsOf(coverage),
  ];
  const links: OverviewLink[] = [
    { operation: 'findings incidents', input: {} },
    ...((failed ?? blind) ? [{ operation: 'rules status', input: {} }] : []),
    ...(coverage.kind === 'yes' ? [] : [{ operation: 'coverage', input: {} }]),
  ];
  if (open.length > 0) {
    const because = open.map(({ title }): Reason => ({ code: 'incident', text: title }));
    return answerOf('no', [...because, ...doubts], links);
  }
  return answerOf(doubts.length > 0 ? 'unknown' : 'yes', doubts, links);
}

const COUNTING: Reason = {
  code: 'counting',
  text: 'the actions of the period are being counted',
};

function answerOf(
  answer: OverviewAnswer['answer'],
  because: readonly Reason[],
  links: readonly OverviewLink[],
): OverviewAnswer {
  return { answer, because: because.slice(0, REASONS_MAX), links };
}

function causesOf(
  verdict: 'unaccounted' | 'unknown',
  counts: Readonly<Partial<Record<Cause, number>>>,
): Reason[] {
  const word = verdict === 'unaccounted' ? 'unaccounted' : 'of unknown authorization';
  return (Object.entries(counts) as [Cause, number][]).map(([cause, count]) => ({
    code: `${verdict}-${cause}`,
    text: `${plural(count, 'action is', 'actions are')} ${word}: ${CAUSE_TEXTS[cause]}`,
  }));
}

function disagreementReasons(count: number): Reason[] {
  if (count === 0) return [];
  const text =
    `${numberText(count)} ${count === 1 ? 'sign-in' : 'sign-ins'} succeeded although the ` +
    'policy denies it';
  return [{ code: 'disagreement', text }];
}
