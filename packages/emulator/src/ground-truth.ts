import type { ActivityApi } from './activity-api/activity-api.ts';
import type { Feed, Occurrence } from './core/feed-record.ts';
import type { Truth } from './core/truth.ts';
import type { Faults, Withheld } from './faults/faults.ts';
import type { Batch } from './feeds/batch-store.ts';
import type { FeedStore } from './feeds/feed-store.ts';
import type { ClosedFoothold, Foothold } from './scenarios/steps/scenario-context.ts';

/** One step of a scenario, and where it left its traces. */
export type ScenarioStep = Truth & {
  readonly tenantId: string;
  readonly atMs: number;
  readonly records: readonly { readonly feed: Feed; readonly id: string }[];
};

/** What nobody outside can know, and what tests judge by. */
export type EmulatorTruth = {
  /** All that belongs to a scenario, ordinary steps of it included. */
  readonly steps: readonly ScenarioStep[];
  /** The ways in that the scenarios leave open, in the end. */
  readonly footholds: readonly Foothold[];
  /** Ways in that somebody took away before the end. */
  readonly closed: readonly ClosedFoothold[];
  /** Records that were made and never handed out. */
  readonly withheld: readonly Withheld[];
  /** How many records were made, by feed. */
  readonly made: ReadonlyMap<Feed, number>;
  /** Visits to a host that nobody configured: any at all is a defect of the client. */
  readonly strayed: { readonly all: number; readonly withToken: number };
};

/** Keeps account of what happens. */
export class GroundTruth {
  readonly #steps: ScenarioStep[] = [];
  readonly #made = new Map<Feed, number>();

  note({ truth, tenantId, atMs, records }: Occurrence): void {
    for (const { feed } of records) this.#made.set(feed, (this.#made.get(feed) ?? 0) + 1);
    if (truth.scenario === 'life') return;
    const left = records.map(({ feed, id }) => ({ feed, id }));
    this.#steps.push({ ...truth, tenantId, atMs, records: left });
  }

  tell(context: Omit<EmulatorTruth, 'steps' | 'made'>): EmulatorTruth {
    return { steps: this.#steps, made: this.#made, ...context };
  }
}

/** The ids that a client who does everything right has by now: see `Emulator.offered`. */
export function offered(options: {
  readonly store: FeedStore;
  readonly api: ActivityApi;
  readonly faults: Faults;
  readonly tenantId: string;
  readonly feed: Feed;
  readonly clientId: string;
  readonly sinceMs: number;
  readonly nowMs: number;
}): Set<string> {
  const { store, api, faults, tenantId, feed, clientId, sinceMs, nowMs } = options;
  const subscription = api.subscriptions
    .of(tenantId, clientId)
    .find(({ contentType }) => feed === `activity/${contentType}`);
  const batches = !feed.startsWith('activity/')
    ? store.batches(feed, tenantId, sinceMs, nowMs + 1)
    : subscription === undefined
      ? []
      : api
          .shownOf(subscription)
          .filter((batch) => batch.availableMs >= sinceMs && isReadable(faults, batch));
  return new Set(batches.flatMap((batch) => store.ids(batch)));
}

function isReadable(faults: Faults, batch: Batch): boolean {
  return !faults.isGone(batch) && !faults.isUnreadable(batch);
}
