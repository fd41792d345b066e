import type { Actor, Feed, FeedRecord, Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';

export const NORTHMOOR = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';

/** A clerk who does one thing after another: the smallest tenant with activity. */
export class OfficeWorker implements Actor {
  readonly #seed: string | number;
  readonly #tenantId: string;
  readonly #feed: Feed;
  readonly #everyMs: number;
  readonly #scenario: string;

  constructor(options: {
    readonly seed?: string | number;
    readonly tenantId?: string;
    readonly feed?: Feed;
    readonly everyMs?: number;
    readonly scenario?: string;
  }) {
    this.#seed = options.seed ?? 1;
    this.#tenantId = options.tenantId ?? NORTHMOOR;
    this.#feed = options.feed ?? 'activity/Audit.Exchange';
    this.#everyMs = options.everyMs ?? 60_000;
    this.#scenario = options.scenario ?? 'life';
  }

  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    const every = this.#everyMs;
    for (let n = Math.ceil(fromMs / every); n * every < toMs; n++) yield this.#happening(n);
  }

  #happening(n: number): Occurrence {
    const atMs = n * this.#everyMs;
    const id = new SeededRandom(this.#seed, this.#tenantId, this.#feed, n).guid();
    const record: FeedRecord = {
      feed: this.#feed,
      id,
      atMs,
      body: {
        Id: id,
        CreationTime: new Date(atMs).toISOString().slice(0, 19),
        RecordType: 2,
        Operation: n % 2 === 0 ? 'Send' : 'MailItemsAccessed',
        OrganizationId: this.#tenantId,
        UserType: 0,
        UserKey: '10032001',
        Workload: 'Exchange',
        UserId: 'freya.sandison@northmoor.example',
      },
    };
    const isAttacker = this.#scenario !== 'life';
    return {
      atMs,
      tenantId: this.#tenantId,
      truth: { scenario: this.#scenario, isAttacker },
      records: [record],
    };
  }
}
