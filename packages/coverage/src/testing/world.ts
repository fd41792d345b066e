import { instantOfMs } from '@countersign/core';
import type { CanaryPlan } from '../canaries/canary-plan.ts';
import { CanaryTracker } from '../canaries/canary-tracker.ts';
import { DelaySketch } from '../delay-sketch.ts';
import type { Observation } from '../observation.ts';
import { DAY, EXCHANGE, HOUR, MINUTE, poll, START, TENANT } from './feed.ts';

export const QUERY = 'graph/auditLogQuery';

/** The faults; each is independent and drawn from the seed. */
export type Faults = {
  /** Share of records that the vendor loses at random, before or after any feed. */
  readonly uniform?: number;
  /** Share of events that are deliberately withheld from the first, the second or both feeds. */
  readonly aimed?: 'first' | 'second' | 'both' | undefined;
  /** Polls that fail, blobs that cannot be fetched yet, blobs that are gone. */
  readonly failing?: number;
  readonly short?: number;
  readonly gone?: number;
  /** The subscription is disabled for some hours; the workload is silent for some hours. */
  readonly off?: boolean;
  readonly outage?: boolean;
  /** Some records arrive days late. */
  readonly stragglers?: number;
  /** The collector is down for longer than the retention. */
  readonly down?: boolean;
  readonly canaryMinutes?: number;
  readonly days?: number;
  readonly eventsPerHour?: number;
};

/** Why a record is not in the ledger; `known` if the collector knows that it is missing. */
export type LossKind = 'uniform' | 'aimed' | 'outage' | 'coming' | 'known';

export type TrueEvent = {
  readonly id: string;
  readonly atMs: number;
  readonly isCanary: boolean;
  /** When it becomes available in each feed; undefined where it is withheld. */
  readonly availableMs: readonly [first: number | undefined, second: number | undefined];
  readonly withheld: Exclude<LossKind, 'coming' | 'known'> | undefined;
};

export type World = {
  readonly events: readonly TrueEvent[];
  /** In time order; the index is the position in this list. */
  readonly observations: readonly Observation[];
  /** Ids in the ledger at the end, by feed. */
  readonly received: readonly [ReadonlySet<string>, ReadonlySet<string>];
  readonly endMs: number;
  readonly outage: { readonly from: number; readonly to: number } | undefined;
};

export type Chance = () => number;

/** Mulberry32: small, seeded, good enough for a model. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const POLL_MS = 20 * MINUTE;
const PLAN: Pick<CanaryPlan, 'tenant' | 'workload'> = { tenant: TENANT, workload: 'Exchange' };

/** A feed that lists available content, collected with all faults, and its canaries. */
export function worldOf(seed: number, faults: Faults): World {
  const chance = chanceOf(seed);
  const days = faults.days ?? 3;
  const endMs = START + days * DAY;
  const outage = faults.outage ? stretch(chance, endMs, 4) : undefined;
  const off = faults.off ? stretch(chance, endMs, 6) : undefined;
  const down = faults.down
    ? { from: START + 30 * HOUR, to: START + 30 * HOUR + 8 * DAY }
    : undefined;
  const events = eventsOf(chance, faults, { endMs, outage });
  const tracker = new CanaryTracker();
  const canaries = new Set(events.filter(({ isCanary }) => isCanary).map(({ id }) => id));
  const run = new Run(events, tracker, canaries, (faults.canaryMinutes ?? 10) * MINUTE);
  for (let nowMs = START + POLL_MS; nowMs <= endMs; nowMs += POLL_MS) {
    run.sendCanaries(nowMs);
    if (down !== undefined && nowMs > down.from && nowMs < down.to) continue;
    run.poll(nowMs, outcomeOf(chance, faults, off, nowMs), chance);
    run.observe(nowMs);
  }
  const second = new Set(
    events.filter(({ availableMs }) => (availableMs[1] ?? Infinity) <= endMs).map(({ id }) => id),
  );
  const { observations, received } = run;
  return { events, observations, received: [received, second], endMs, outage };
}

type Outcome = 'complete' | 'failed' | 'short' | 'gone' | 'off';

function outcomeOf(
  chance: Chance,
  { failing = 0, short = 0, gone = 0 }: Faults,
  off: { readonly from: number; readonly to: number } | undefined,
  nowMs: number,
): Outcome {
  if (off !== undefined && nowMs >= off.from && nowMs < off.to) return 'off';
  const drawn = chance();
  if (drawn < failing) return 'failed';
  if (drawn < failing + short) return 'short';
  return drawn < failing + short + gone ? 'gone' : 'complete';
}

function stretch(chance: Chance, endMs: number, hours: number): { from: number; to: number } {
  const from = START + DAY + chance() * (endMs - START - 2 * DAY);
  return { from, to: from + (hours + chance() * hours) * HOUR };
}

function eventsOf(
  chance: Chance,
  faults: Faults,
  { endMs, outage }: { endMs: number; outage: { from: number; to: number } | undefined },
): TrueEvent[] {
  const { uniform = 0, aimed, stragglers = 0, eventsPerHour = 40, canaryMinutes = 10 } = faults;
  const events: TrueEvent[] = [];
  const delay = (): number => {
    if (chance() < stragglers) return (1 + 2 * chance()) * DAY;
    // Most within 90 minutes, with a tail of some hours.
    return (15 - 25 * Math.log(1 - 0.999 * chance())) * MINUTE;
  };
  const add = (atMs: number, isCanary: boolean): void => {
    const isLost = chance() < uniform;
    const isOut = outage !== undefined && atMs >= outage.from && atMs < outage.to;
    const isAimed = !isCanary && aimed !== undefined && chance() < 0.002;
    const withheld = isOut ? 'outage' : isLost ? 'uniform' : isAimed ? 'aimed' : undefined;
    const first = atMs + delay();
    const second = atMs + delay();
    const hides = (feed: 'first' | 'second'): boolean =>
      isOut || isLost || (isAimed && (aimed === feed || aimed === 'both'));
    events.push({
      id: `${isCanary ? 'c' : 'e'}${events.length}`,
      atMs,
      isCanary,
      availableMs: [hides('first') ? undefined : first, hides('second') ? undefined : second],
      withheld,
    });
  };
  for (let atMs = START; atMs < endMs; atMs += (-Math.log(1 - chance()) * HOUR) / eventsPerHour) {
    add(Math.floor(atMs), false);
  }
  for (let atMs = START; atMs < endMs; atMs += canaryMinutes * MINUTE) add(atMs, true);
  return events;
}

/** The collector: one window after the other; failed ones again with the next. */
class Run {
  readonly observations: Observation[] = [];
  readonly received = new Set<string>();
  readonly #available: readonly TrueEvent[];
  readonly #canaries: readonly TrueEvent[];
  readonly #tracker: CanaryTracker;
  readonly #canaryIds: ReadonlySet<string>;
  readonly #periodMs: number;
  #cursorMs = START;
  #sent = 0;
  /** Since when the subscription is off: content from then on is never listed. */
  #offFromMs: number | undefined;
  readonly #neverListed: { from: number; to: number }[] = [];

  constructor(
    events: readonly TrueEvent[],
    tracker: CanaryTracker,
    canaryIds: ReadonlySet<string>,
    periodMs: number,
  ) {
    this.#available = events
      .filter(({ availableMs }) => availableMs[0] !== undefined)
      .sort((a, b) => (a.availableMs[0] as number) - (b.availableMs[0] as number));
    this.#canaries = events.filter(({ isCanary }) => isCanary);
    this.#tracker = tracker;
    this.#canaryIds = canaryIds;
    this.#periodMs = periodMs;
  }

  sendCanaries(nowMs: number): void {
    for (; this.#sent < this.#canaries.length; this.#sent++) {
      const { id, atMs } = this.#canaries[this.#sent] as TrueEvent;
      if (atMs >= nowMs) return;
      const periodMs = this.#periodMs;
      const sign = { source: EXCHANGE, operation: null, member: 'Subject', text: `${id}.` };
      this.#tracker.sent({ ...PLAN, ...sign, sentMs: atMs, periodMs });
    }
  }

  poll(nowMs: number, outcome: Outcome, chance: Chance): void {
    // Content that became available more than seven days ago cannot be requested.
    const from = Math.max(this.#cursorMs, nowMs - 7 * DAY);
    const at = instantOfMs(nowMs) ?? '';
    const nothing = { listed: 0, fetched: 0, records: 0, delays: null, at };
    if (outcome === 'off') {
      this.#offFromMs ??= from;
      const code = 'AF20023';
      this.observations.push(poll(from, nowMs, { ...nothing, outcome: 'off', code }));
      return;
    }
    if (this.#offFromMs !== undefined) {
      this.#neverListed.push({ from: this.#offFromMs, to: nowMs });
      this.#offFromMs = undefined;
    }
    if (outcome === 'failed') {
      this.observations.push(poll(from, nowMs, { ...nothing, outcome: 'failed', code: '503' }));
      return;
    }
    const isLeft = (): boolean => outcome !== 'complete' && chance() < 0.3;
    const { read, left } = this.#fetch(from, nowMs, isLeft);
    const sketch = new DelaySketch();
    for (const event of read) sketch.add((event.availableMs[0] as number) - event.atMs);
    const counts = { records: read.length, listed: read.length + left, fetched: read.length };
    const said = { ...counts, delays: sketch.observed(), at };
    const isShort = left > 0;
    const code = outcome === 'gone' ? 'gone' : '503';
    this.observations.push(
      poll(from, nowMs, isShort ? { ...said, outcome: 'partial', code } : said),
    );
    // Content that could not be fetched yet is requested again; content that is gone cannot be.
    if (!isShort || outcome === 'gone') this.#cursorMs = nowMs;
    for (const { id, availableMs } of read) {
      if (!this.#canaryIds.has(id)) continue;
      const record = { tenant: TENANT, source: EXCHANGE, text: `{"Subject":"${id}."}` };
      const seen = this.#tracker.seen({ ...record, availableMs: availableMs[0] ?? nowMs }, nowMs);
      if (seen !== undefined) this.observations.push(seen);
    }
  }

  observe(nowMs: number): void {
    this.observations.push(...this.#tracker.overdue(nowMs));
  }

  #firstFrom(fromMs: number): number {
    let low = 0;
    let high = this.#available.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((this.#available[middle] as TrueEvent).availableMs[0] as number) < fromMs) {
        low = middle + 1;
      } else high = middle;
    }
    return low;
  }

  #fetch(
    from: number,
    to: number,
    isLeft: () => boolean,
  ): { readonly read: readonly TrueEvent[]; readonly left: number } {
    const read: TrueEvent[] = [];
    let left = 0;
    for (let i = this.#firstFrom(from); i < this.#available.length; i++) {
      const event = this.#available[i] as TrueEvent;
      const availableMs = event.availableMs[0] as number;
      if (availableMs >= to) break;
      if (this.#neverListed.some((off) => availableMs >= off.from && availableMs < off.to))
        continue;
      if (this.received.has(event.id)) continue;
      if (isLeft()) {
        left += 1;
        continue;
      }
      read.push(event);
      this.received.add(event.id);
    }
    return { read, left };
  }
}
