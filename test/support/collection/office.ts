import {
  type Actor,
  type Feed,
  type FeedRecord,
  type Occurrence,
  SeededRandom,
} from '@countersign/emulator';

const MINUTE_MS = 60_000;

/** People who repeat one act in one workload: cheap, and at any rate. */
export class Office implements Actor {
  readonly #options: OfficeOptions;

  constructor(options: OfficeOptions) {
    this.#options = options;
  }

  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    for (let minute = Math.floor(fromMs / MINUTE_MS); minute * MINUTE_MS < toMs; minute++) {
      for (const happening of this.#minute(minute)) {
        if (happening.atMs >= fromMs && happening.atMs < toMs) yield happening;
      }
    }
  }

  /** Each minute is drawn independently, so that windows can be split anywhere. */
  #minute(minute: number): Occurrence[] {
    const { seed, feed, workload, tenantId, perHour } = this.#options;
    const random = new SeededRandom(seed, 'office', feed, minute);
    const whole = Math.floor(perHour / 60);
    const count = whole + Number(random.chance(perHour / 60 - whole));
    const times = Array.from({ length: count }, () => random.int(0, 60) * 1000);
    return times
      .sort((a, b) => a - b)
      .map((offset): Occurrence => {
        const atMs = minute * MINUTE_MS + offset;
        const record = recordOf({ feed, workload, tenantId, atMs, id: random.guid() });
        const truth = { scenario: 'at work', isAttacker: false };
        return { atMs, tenantId, truth, records: [record] };
      });
  }
}

export type OfficeOptions = {
  readonly seed: string | number;
  readonly tenantId: string;
  readonly feed: Feed;
  readonly workload: string;
  readonly perHour: number;
};

function recordOf(one: {
  readonly feed: Feed;
  readonly workload: string;
  readonly tenantId: string;
  readonly atMs: number;
  readonly id: string;
}): FeedRecord {
  const { feed, workload, tenantId, atMs, id } = one;
  const isMail = workload === 'Exchange';
  return {
    feed,
    id,
    atMs,
    body: {
      Id: id,
      CreationTime: new Date(atMs).toISOString().slice(0, 19),
      RecordType: isMail ? 2 : 6,
      Operation: isMail ? 'Send' : 'FileAccessed',
      OrganizationId: tenantId,
      UserType: 0,
      UserKey: '10032001',
      Workload: workload,
      UserId: 'freya.sandison@northmoor.example',
    },
  };
}
