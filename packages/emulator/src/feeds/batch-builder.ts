import type { Feed, FeedRecord } from '../core/feed-record.ts';
import type { SeededRandom } from '../core/seeded-random.ts';
import type { BatchContent } from './batch-store.ts';

/** A path through the service. Records of one lane that arrive together travel together. */
export type DeliveryRoute = {
  readonly name: string;
  /** A batch collects records for this time, unless it is full earlier. */
  readonly windowMs: number;
  /** Delay from the batch's first record to its availability, drawn once per batch. */
  readonly delayMs: (random: SeededRandom, openedMs: number) => number;
  /** Content lists never show records of this route, but searches find them. */
  readonly isUnlisted?: true;
};

/** A batch that still collects records. */
export class BatchBuilder {
  readonly tenantId: string;
  readonly feed: Feed;
  /** Later records go to another batch. */
  readonly closesMs: number;
  readonly #availableMs: number;
  readonly #capacity: number;
  readonly #serial: string;
  readonly #isUnlisted: boolean;
  readonly #ids: string[] = [];
  readonly #atMs: number[] = [];
  readonly #completes: boolean[] = [];
  readonly #json: string[] = [];

  constructor(options: {
    readonly tenantId: string;
    readonly feed: Feed;
    readonly route: DeliveryRoute;
    /** Time of its first record. */
    readonly existsMs: number;
    readonly capacity: number;
    readonly random: SeededRandom;
  }) {
    const { route, existsMs, random } = options;
    this.tenantId = options.tenantId;
    this.feed = options.feed;
    this.#capacity = options.capacity;
    this.#isUnlisted = route.isUnlisted === true;
    this.closesMs = existsMs + route.windowMs;
    // Never before it is closed, because a batch that was read does not change.
    this.#availableMs = Math.max(this.closesMs, existsMs + route.delayMs(random, existsMs));
    this.#serial = random.guid().replaceAll('-', '');
  }

  get isFull(): boolean {
    return this.#json.length >= this.#capacity;
  }

  accepts(existsMs: number): boolean {
    return existsMs < this.closesMs && !this.isFull;
  }

  add(record: FeedRecord, json: string): void {
    this.#ids.push(record.id);
    this.#atMs.push(record.atMs);
    this.#completes.push(record.completes === true);
    this.#json.push(json);
  }

  close(): BatchContent {
    return {
      tenantId: this.tenantId,
      feed: this.feed,
      serial: this.#serial,
      availableMs: Math.ceil(this.#availableMs),
      isUnlisted: this.#isUnlisted,
      ids: this.#ids,
      atMs: this.#atMs,
      completes: this.#completes,
      json: this.#json,
    };
  }
}
