import {
  type Interval,
  type IntervalSet,
  intersect,
  normalize,
  plural,
  subtract,
} from '@countersign/core';
import { type CanaryWindow, type Trials, worstLossBound } from '../canaries/canary-log.ts';
import type { CoverageInterval } from '../coverage-state.ts';
import {
  CANARIES_PER_BOUND,
  CANARY_GAP_MS,
  CANARY_GAP_MS_MIN,
  CANARY_GAP_PAUSES,
  CANARY_PAUSES_MIN,
  ROW_ENTRIES_MAX,
} from '../limits.ts';
import { ARRIVAL_HOUR_MS } from './arrivals-by-hour.ts';
import type { Agreement } from './comparison-gaps.ts';
import { ASKED_ONCE, boundText, notLearnedText, percentText, settleText } from './coverage-text.ts';
import type { View } from './stream-view.ts';

/** Converts a view to rows; `agreed` holds the intervals in which other sources agree. */
export function rowsOf(view: View, agreed: readonly Agreement[]): CoverageInterval[] {
  const corroborated = normalize(agreed);
  const probed = probedOf(view);
  return view.segments.flatMap((segment): CoverageInterval[] => {
    const { from, to, hole } = segment;
    if (hole !== undefined) {
      const { state, because } = hole;
      return [row(view, segment, { state, bound: null, because, entries: hole.entries })];
    }
    const { settle } = view;
    if (settle.kind === 'not-learned') {
      const because = notLearnedText(settle);
      const entries = askedEntries(view, segment);
      return [row(view, segment, { state: 'unknown', bound: null, because, entries })];
    }
    const within = [{ from, to }];
    const alone = subtract(within, corroborated);
    return [
      ...intersect(within, corroborated).map((part) => goodRow(view, part, agreed)),
      // Split where canaries begin and end: a time without canaries gets no bound.
      ...intersect(alone, probed).map((part) => goodRow(view, part, [])),
      ...subtract(alone, probed).map((part) => goodRow(view, part, [])),
    ].sort((a, b) => a.fromMs - b.fromMs);
  });
}

/** The intervals with canaries. */
function probedOf({ canaries }: View): IntervalSet {
  const half = gapOf(canaries) / 2;
  const lastMs = canaries.reduce((last, each) => Math.max(last, each.lastMs), -Infinity);
  const around = canaries.map((each) => ({ from: each.fromMs - half, to: each.lastMs + half }));
  // After the last evaluated canary, others may still be expected.
  const behind = canaries.length === 0 ? [] : [{ from: lastMs, to: lastMs + CANARY_GAP_MS / 2 }];
  return normalize([...around, ...behind]);
}

/** The longest usual pause between canaries. A longer gap has no bound. */
function gapOf(canaries: readonly CanaryWindow[]): number {
  const inOrder = canaries.toSorted((a, b) => a.fromMs - b.fromMs);
  const pauses = inOrder
    .slice(1)
    .map(({ fromMs }, at) => Math.max(0, fromMs - (inOrder[at] as CanaryWindow).lastMs));
  if (pauses.length < CANARY_PAUSES_MIN) return CANARY_GAP_MS;
  const usual = pauses.sort((a, b) => a - b)[pauses.length >> 1] as number;
  return Math.min(CANARY_GAP_MS, Math.max(CANARY_GAP_MS_MIN, CANARY_GAP_PAUSES * usual));
}

function goodRow(view: View, part: Interval, agreed: readonly Agreement[]): CoverageInterval {
  const here = agreed.filter((each) => each.from < part.to && each.to > part.from);
  const { settle } = view;
  const probes = trialsOf(view, part);
  // A comparison shows what one source lost alone. Canaries show what was lost before it reached
  // any source.
  const compared = here.map(({ value }) => ({ n: value.both, lost: 0 }));
  const sent = probes.reduce((sum, { n }) => sum + n, 0);
  const lost = probes.reduce((sum, trial) => sum + trial.lost, 0);
  const isCompared = sent === 0 && here.length > 0;
  const bound = worstLossBound(isCompared ? compared : probes, CANARIES_PER_BOUND);
  const said = [
    here.length > 0 ? agreementText(here) : 'everything that was listed was fetched, without a gap',
    settle.kind === 'learned' ? settleText(settle) + borrowedText(view) : ASKED_ONCE,
    isCompared
      ? `with 95 % confidence at most ${percentText(bound)} was lost at random by one of the ` +
        'sources'
      : boundText(bound, { sent, lost, delays: view.canaryDelays, alone: view.probedAlone }),
    reopenedText(view, part),
    here.length > 0
      ? 'deliberate omission from all these sources cannot be excluded'
      : 'deliberate omission from this source cannot be excluded',
  ];
  return row(view, part, {
    state: here.length > 0 ? 'corroborated' : 'collected',
    bound,
    because: said.filter((text) => text !== '').join('; '),
    entries: [...askedEntries(view, part), ...here.map(({ value }) => value.index)],
  });
}

function agreementText(agreed: readonly Agreement[]): string {
  const others = [...new Set(agreed.map(({ other }) => other))].sort().join(' and ');
  const records = agreed.reduce((sum, { value }) => sum + value.both, 0);
  const share = Math.min(...agreed.map(({ value }) => value.share));
  const sampled = share < 1 ? ` (a sample of ${percentText(share)})` : '';
  return `compared one by one with ${others}${sampled}, ${plural(records, 'record')} agree`;
}

function borrowedText({ borrowed }: View): string {
  return borrowed === undefined ? '' : ` (of ${borrowed}: too few were seen here)`;
}

/** Canaries that were sent in the interval. */
function trialsOf(view: View, { from, to }: Interval): Trials[] {
  return view.canaries
    .filter(({ fromMs }) => fromMs >= from && fromMs < to)
    .map(({ sent, seen }) => ({ n: sent, lost: sent - seen }));
}

/** Hours that late records had reopened, and that have settled since. */
function reopenedText({ settle, arrivals }: View, { from, to }: Interval): string {
  if (settle.kind !== 'learned') return '';
  let hours = 0;
  let last = -1;
  for (const [hour, { longestMs, index }] of arrivals) {
    if (
      longestMs <= settle.ms ||
      hour * ARRIVAL_HOUR_MS >= to ||
      (hour + 1) * ARRIVAL_HOUR_MS <= from
    )
      continue;
    hours += 1;
    last = Math.max(last, index);
  }
  if (hours === 0) return '';
  const were = hours === 1 ? 'was' : 'were';
  const count = plural(hours, 'hour');
  return `${count} ${were} reopened by late records and settled again (entry ${last})`;
}

/** The first and the last poll and canary that support the interval. */
function askedEntries(view: View, { from, to }: Interval): number[] {
  const { streams, canaries, settle } = view;
  // The last events of the interval could arrive for this long.
  const settledMs = to + (settle.kind === 'learned' ? settle.ms : 0);
  const asked = streams.flatMap(({ polls, queries }) => [...polls.pieces, ...queries.pieces]);
  const spoken = asked
    .filter((piece) => piece.from < settledMs && piece.to > from)
    .flatMap(({ value }) => [value.first, value.last]);
  const sent = canaries.filter(({ fromMs }) => fromMs >= from && fromMs < to);
  return ends([...spoken, ...ends(sent.map(({ index }) => index))]);
}

function ends(indices: readonly number[]): number[] {
  if (indices.length === 0) return [];
  return [indices.reduce((a, b) => Math.min(a, b)), indices.reduce((a, b) => Math.max(a, b))];
}

function row(
  { key }: View,
  { from, to }: Interval,
  said: Pick<CoverageInterval, 'state' | 'bound' | 'because' | 'entries'>,
): CoverageInterval {
  const entries = [...new Set(said.entries)].sort((a, b) => a - b);
  const shown =
    entries.length <= ROW_ENTRIES_MAX
      ? entries
      : [entries[0] as number, ...entries.slice(1 - ROW_ENTRIES_MAX)];
  return { ...key, fromMs: from, toMs: to, ...said, entries: shown };
}
