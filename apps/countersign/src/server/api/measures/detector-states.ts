import type { Clock } from '@countersign/core';
import { type DetectorHealth, detectorHealth } from '../../../detection/health/detector-health.ts';
import { type DetectorProfile, isOfHandedIn } from '../../../detection/runner/detector-profile.ts';
import type { StoreReader } from '../../../store/store-reader.ts';
import type { Metric, Sample } from '../../runtime/prometheus-format.ts';

/** Prometheus asks every 15 s, and the health of all rules reads the whole coverage. */
const KEPT_MS = 10_000;

const STATES = ['live', 'partial', 'blind', 'failed'] as const;

/** A detector of imported files waits for no collector, so it is blind without being broken. */
const INPUTS = ['collected', 'imported'] as const;

export type DetectorStateOptions = {
  readonly clock: Pick<Clock, 'now'>;
  /** Measures how old a count is, whatever the tenant's clock shows. */
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly store: StoreReader;
  /** Reads the rules; called once, at the first scrape. */
  readonly loadProfiles: () => Promise<readonly DetectorProfile[]>;
  readonly onFailure: (error: unknown) => void;
};

/** Counts detectors by their health for a scrape, at most every ten seconds. */
export class DetectorStates {
  readonly #options: DetectorStateOptions;
  #profiles: Promise<readonly DetectorProfile[]> | undefined;
  #kept: { readonly metrics: readonly Metric[]; readonly untilMs: number } | undefined;

  constructor(options: DetectorStateOptions) {
    this.#options = options;
  }

  async metrics(): Promise<readonly Metric[]> {
    const nowMs = this.#options.stopwatch.monotonic();
    if (this.#kept === undefined || this.#kept.untilMs <= nowMs) {
      const metrics = detectorMetrics(await this.#healths());
      this.#kept = { metrics, untilMs: nowMs + KEPT_MS };
    }
    return this.#kept.metrics;
  }

  /** Undefined: it could not be read. */
  async #healths(): Promise<readonly DetectorHealth[] | undefined> {
    const { clock, store, loadProfiles, onFailure } = this.#options;
    try {
      this.#profiles ??= loadProfiles();
      const nowMs = clock.now();
      const profiles = await this.#profiles;
      return detectorHealth(store, profiles, { scope: { kind: 'now', nowMs }, nowMs });
    } catch (error) {
      this.#profiles = undefined;
      onFailure(error);
      return undefined;
    }
  }
}

/** Every state has a sample, except while the health is unknown. */
export function detectorMetrics(healths: readonly DetectorHealth[] | undefined): Metric[] {
  const samples = INPUTS.flatMap((input) => {
    const own = (healths ?? []).filter(
      ({ profile }) => isOfHandedIn(profile) === (input === 'imported'),
    );
    return STATES.map((state): Sample => {
      const value = own.filter(({ health }) => health.state === state).length;
      return { labels: { state, input }, value: healths === undefined ? undefined : value };
    });
  });
  return [
    {
      name: 'countersign_detectors',
      help: 'Rules and detectors, by health and by the origin of their input',
      type: 'gauge',
      samples,
    },
    {
      name: 'countersign_detectors_unknown',
      help: 'Whether the health of rules and detectors could not be read',
      type: 'gauge',
      samples: [{ labels: {}, value: +(healths === undefined) }],
    },
  ];
}
