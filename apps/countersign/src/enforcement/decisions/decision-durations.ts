import type { Clock } from '@countersign/core';

/** `failed`: no decision was given, and the enforcement point denies. */
export const DECISION_OUTCOMES = ['permit', 'deny', 'unknown', 'failed'] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

/** Upper bounds in seconds. The target for 99 of 100 decisions is 10 ms, so most lie around it. */
export const DURATION_BOUNDS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
];

/** The durations of one enforcement point's decisions with one outcome. */
export type DurationSeries = {
  readonly enforcementPoint: string;
  readonly outcome: DecisionOutcome;
  /** Decisions by bucket: up to each bound and above the one before, then above all. */
  readonly counts: readonly number[];
  readonly sumSeconds: number;
};

export type OnDecision = (
  enforcementPoint: string,
  outcome: DecisionOutcome,
  durationMs: number,
) => void;

type Tally = { readonly counts: number[]; sumSeconds: number };

/**
 * Counts how long decisions take, from the request to the durable entry.
 *
 * Enforcement points are named in the configuration, so the number of series is limited.
 */
export class DecisionDurations {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #onDecision: OnDecision | undefined;
  readonly #tallies = new Map<string, Map<DecisionOutcome, Tally>>();

  /** @param onDecision also told of each one, where the request is answered */
  constructor(clock: Pick<Clock, 'monotonic'>, onDecision?: OnDecision) {
    this.#clock = clock;
    this.#onDecision = onDecision;
  }

  /** The start of a measurement. */
  get nowMs(): number {
    return this.#clock.monotonic();
  }

  add(enforcementPoint: string, outcome: DecisionOutcome, startedMs: number): void {
    const seconds = Math.max(0, this.#clock.monotonic() - startedMs) / 1000;
    const tally = this.#tally(enforcementPoint, outcome);
    const at = DURATION_BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? DURATION_BOUNDS_SECONDS.length : at;
    tally.counts[bucket] = (tally.counts[bucket] ?? 0) + 1;
    tally.sumSeconds += seconds;
    this.#onDecision?.(enforcementPoint, outcome, seconds * 1000);
  }

  series(): readonly DurationSeries[] {
    return [...this.#tallies].flatMap(([enforcementPoint, outcomes]) =>
      [...outcomes].map(([outcome, { counts, sumSeconds }]) => ({
        ...{ enforcementPoint, outcome, counts: [...counts], sumSeconds },
      })),
    );
  }

  #tally(enforcementPoint: string, outcome: DecisionOutcome): Tally {
    const outcomes = this.#tallies.get(enforcementPoint) ?? new Map<DecisionOutcome, Tally>();
    this.#tallies.set(enforcementPoint, outcomes);
    const known = outcomes.get(outcome);
    if (known !== undefined) return known;
    const tally = { counts: DURATION_BOUNDS_SECONDS.map(() => 0).concat(0), sumSeconds: 0 };
    outcomes.set(outcome, tally);
    return tally;
  }
}
