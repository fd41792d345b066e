import { instantOfMs, numberText, plural } from '@countersign/core';
import type { CoverageInterval } from '../coverage-state.ts';
import type { DelaySketch } from '../delay-sketch.ts';
import { CONFIDENCE, SETTLE_SEEN_MIN, SETTLE_WINDOWS_MIN } from '../limits.ts';
import type { Settle } from './settle-time.ts';

/** Shared words of coverage sentences. */

export function durationText(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (ms < 60_000) return `${Math.ceil(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours < 48) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  return plural(Math.ceil(minutes / 1440), 'day');
}

export function percentText(share: number): string {
  const percent = share * 100;
  if (percent >= 99.995 || percent === 0) return `${Math.round(percent)} %`;
  const decimals = percent < 1 ? Math.min(8, 1 - Math.floor(Math.log10(percent))) : 2;
  // Rounded up: a bound must not look tighter than it is.
  const scale = 10 ** decimals;
  return `${(Math.ceil(percent * scale - 1e-9) / scale).toFixed(decimals)} %`;
}

export function timeText(ms: number): string {
  return instantOfMs(Math.round(ms)) ?? 'a time that cannot be written';
}

export function settleText(settle: Extract<Settle, { kind: 'learned' }>): string {
  const { ms, share, seen } = settle;
  const percent = `${(share * 100).toFixed(2).replace(/\.?0+$/, '')} %`;
  return `${percent} of ${plural(seen, 'record')} came within ${durationText(ms)}`;
}

const STILL_COMING = 'records may still come: ';

export function stillComingText(settleWords: string): string {
  return STILL_COMING + settleWords;
}

/** The end of every log: it was requested, and its records may still arrive. */
export function isStillComing({ state, because }: StateReason): boolean {
  return state === 'late' && because.includes(STILL_COMING);
}

type StateReason = Pick<CoverageInterval, 'state' | 'because'>;

export function notLearnedText({
  seen,
  windows,
}: Extract<Settle, { kind: 'not-learned' }>): string {
  return (
    `the settle time is not known yet: ${numberText(seen)} delays were seen, of at least ` +
    `${numberText(SETTLE_SEEN_MIN)}, in ${numberText(windows)} windows of at least ` +
    numberText(SETTLE_WINDOWS_MIN)
  );
}

export const ASKED_ONCE =
  'it was requested once, for a comparison; records that arrived later are not in it';

/** Canaries that were sent, and their results. */
export type Probes = {
  readonly sent: number;
  readonly lost: number;
  readonly delays: DelaySketch;
  /** The only workloads that were probed; empty if all were. */
  readonly alone: readonly string[];
};

export function boundText(bound: number, { sent, lost, delays, alone }: Probes): string {
  if (sent === 0) return 'no canary was sent, so there is no upper bound for random loss';
  const of = alone.length === 0 ? '' : ` of ${alone.join(' and ')}, and of no other workload,`;
  const back = `${numberText(sent - lost)} of ${plural(sent, 'canary')}${of} came back`;
  const confidence = `${CONFIDENCE * 100} % confidence`;
  return (
    `${back}${delaysText(delays)}, so with ${confidence} at most ${percentText(bound)} was lost ` +
    'at random'
  );
}

function delaysText(delays: DelaySketch): string {
  if (delays.n === 0) return '';
  const [half, most] = [0.5, 0.99].map((share) => durationText(delays.quantile(share)));
  return ` (half within ${half}, 99 of 100 within ${most})`;
}
