import type { Feed, FeedRecord } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { DeliveryRoute } from './batch-builder.ts';
import type { Dispatcher } from './feed-store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a feed's records take, from the event to the feed. */
export type FeedDelay = {
  /** For so long records are gathered into one batch. */
  readonly windowMs: number;
  /** Most batches take between these two, evenly spread. */
  readonly usualMs: readonly [from: number, to: number];
  /** One record in so many goes by a slow way. 0 for none. */
  readonly slowShare: number;
  /** The mean of what the slow way adds; exponentially distributed. */
  readonly slowMeanMs: number;
  /** Batches are gathered side by side, so that they come out of order. */
  readonly shards: number;
};

export type FeedDelays = {
  readonly activity: FeedDelay;
  readonly graph: FeedDelay;
  readonly azure: FeedDelay;
};

/**
 * What the vendor's documents and its users tell: the Activity API typically takes 60 to 90 minutes
 * and promises nothing; Graph's sign-ins and the diagnostic export take minutes.
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

/** Sends every record by exactly one way of its feed. */
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
