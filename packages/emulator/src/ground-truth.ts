import type { ActivityApi } from './activity-api/activity-api.ts';
import type { Feed, Occurrence } from './core/feed-record.ts';
import type { Truth } from './core/truth.ts';
import type { Faults, Withheld } from './faults/faults.ts';
import type { Batch } from './feeds/batch-store.ts';
import type { FeedStore } from './feeds/feed-store.ts';
import type { ClosedFoothold, Foothold } from './scenarios/steps/scenario-context.ts';

/** One step of a scenario, with its records. */
export type ScenarioStep = Truth & {
  readonly tenantId: string;
  readonly atMs: number;
  readonly records: readonly { readonly feed: Feed; readonly id: string }[];
};

/** The truth, which no client sees and tests compare with. */
export type EmulatorTruth = {
  /** All steps of scenarios, ordinary ones included. */
  readonly steps: readonly ScenarioStep[];
  /** Footholds that the scenarios leave open at the end. */
  readonly footholds: readonly Foothold[];
  /** Footholds that were closed before the end. */
  readonly closed: readonly ClosedFoothold[];
  /** Records that were written and never delivered. */
  readonly withheld: readonly Withheld[];
  /** Number of records by feed. */
  readonly made: ReadonlyMap<Feed, number>;
  /** Visits to a host that no client was configured with. Any visit is a defect of the client. */
  readonly strayed: { readonly all: number; readonly withToken: number };
};

/** Records what really happened. */
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

/** The ids that a correct client has by now: see `Emulator.offered`. */
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
