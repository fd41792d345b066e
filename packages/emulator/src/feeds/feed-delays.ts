import type { Feed, FeedRecord } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { DeliveryRoute } from './batch-builder.ts';
import type { Dispatcher } from './feed-store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The delays of a feed's records. */
export type FeedDelay = {
  /** Records are collected into one batch for this time. */
  readonly windowMs: number;
  /** Most batches take between these two, uniformly distributed. */
  readonly usualMs: readonly [from: number, to: number];
  /** Share of records on a slow path. 0 for none. */
  readonly slowShare: number;
  /** Mean additional delay of the slow path, exponentially distributed. */
  readonly slowMeanMs: number;
  /** Number of batches collected in parallel, so that they become available out of order. */
  readonly shards: number;
};

export type FeedDelays = {
  readonly activity: FeedDelay;
  readonly graph: FeedDelay;
  readonly azure: FeedDelay;
};

/**
 * According to the vendor's documentation and users: the Activity API typically takes 60 to 90
 * minutes without a guarantee; Graph's sign-ins and the diagnostic export take minutes.
 */
const USUAL_DELAYS: FeedDelays = {
  activity: {
    windowMs: 5 * MINUTE_MS,
    usualMs: [55 * MINUTE_MS, 90 * MINUTE_MS],
    slowShare: 0.01,
    slowMeanMs: 3 * HOUR_MS,
    shards: 3,
  },
  graph: {
    windowMs: MINUTE_MS,
    usualMs: [2 * MINUTE_MS, 6 * MINUTE_MS],
    slowShare: 0.002,
    slowMeanMs: 30 * MINUTE_MS,
    shards: 1,
  },
  azure: {
    windowMs: MINUTE_MS,
    usualMs: [2 * MINUTE_MS, 10 * MINUTE_MS],
    slowShare: 0.002,
    slowMeanMs: 30 * MINUTE_MS,
    shards: 1,
  },
};

/** Sends every record by exactly one route of its feed. */
export class FeedDelayDispatcher implements Dispatcher {
  readonly #random: SeededRandom;
  readonly #routes: Readonly<
    Record<keyof FeedDelays, { shards: DeliveryRoute[]; slow: DeliveryRoute }>
  >;
  readonly #delays: FeedDelays;

  constructor(options: { readonly seed: string | number; readonly delays?: FeedDelays }) {
    this.#random = new SeededRandom(options.seed, 'dispatch');
    this.#delays = options.delays ?? USUAL_DELAYS;
    const { activity, graph, azure } = this.#delays;
    this.#routes = {
      activity: workersOf(activity),
      graph: workersOf(graph),
      azure: workersOf(azure),
    };
  }

  routes(record: FeedRecord): readonly DeliveryRoute[] {
    const group = feedGroup(record.feed);
    const { shards, slow } = this.#routes[group];
    if (this.#random.chance(this.#delays[group].slowShare)) return [slow];
    return [this.#random.pick(shards)];
  }
}

function feedGroup(feed: Feed): keyof FeedDelays {
  return feed.startsWith('activity/') ? 'activity' : feed.startsWith('graph/') ? 'graph' : 'azure';
}

function workersOf(delay: FeedDelay): { shards: DeliveryRoute[]; slow: DeliveryRoute } {
  const { windowMs, usualMs, shards, slowMeanMs } = delay;
  const usual = (random: SeededRandom): number => random.int(usualMs[0], usualMs[1] + 1);
  return {
    shards: Array.from({ length: shards }, (_, i) => ({
      name: `usual-${i}`,
      windowMs,
      delayMs: usual,
    })),
    slow: {
      name: 'slow',
      windowMs,
      delayMs: (random) => usual(random) + random.gap(slowMeanMs),
    },
  };
}
