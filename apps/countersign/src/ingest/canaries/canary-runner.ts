import { type Clock, messageOf, type Random, type SourceId, tenantId } from '@countersign/core';
import {
  CANARY_MARK,
  type CanaryAct,
  type CanaryMarker,
  type CanaryPlan,
  type CanaryRecord,
  type CanaryTracker,
  canarySigns,
  canaryTimeMs,
  type Observation,
} from '@countersign/coverage';
import { type CollectionSink, type Collector, HttpError, type PollReport } from '@countersign/m365';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerSink } from '../collection/ledger-sink.ts';
import { CANARY_POLL_EVERY_MS } from '../limits.ts';
import type { MatchedRecord } from '../pipeline/text-matcher.ts';
import { type CanaryBody, type CanaryLedger, canaryPast } from './canary-history.ts';
import type { CanarySender, ReadyCanary } from './canary-sender.ts';

export type CanariesOptions = {
  readonly tenant: string;
  /** The app id of the sending identity. */
  readonly appId: string;
  readonly plans: readonly CanaryPlan[];
  readonly sender: CanarySender;
  readonly sink: LedgerSink;
  readonly ledger: CanaryLedger;
  readonly clock: Clock;
  readonly random: Random;
};

/** Texts that identify records of canaries among collected records. */
export function canaryTexts(appIds: readonly string[]): string[] {
  // Sign-in rows carry no mark, only the app id.
  return appIds.length === 0 ? [] : [CANARY_MARK, ...appIds];
}

/**
 * Sends canaries, waits for their records in every feed, and records the results in the ledger.
 *
 * The ledger entry about an act precedes the act, so every act is recorded.
 */
export class CanaryRunner implements Collector {
  readonly name: string;
  readonly everyMs: number = CANARY_POLL_EVERY_MS;
  readonly #options: CanariesOptions;
  readonly #tracker: CanaryTracker;
  /** Time of the last attempt of each act. */
  readonly #lastMs: Map<CanaryAct, number>;
  #heard: CanaryRecord[];
  /** Secret, and new at each start, so that an attacker cannot predict the next canary. */
  readonly #seed: number;

  /** MUST be called before collection starts, or the runner misses early records. */
  static async open(options: CanariesOptions): Promise<CanaryRunner> {
    const { tenant, appId, clock, ledger } = options;
    const past = await canaryPast(ledger, { tenant, appId, nowMs: clock.now() });
    return new CanaryRunner(options, past);
  }

  private constructor(options: CanariesOptions, past: Awaited<ReturnType<typeof canaryPast>>) {
    this.#options = options;
    this.name = `canary ${options.tenant}`;
    this.#tracker = past.tracker;
    this.#lastMs = new Map(past.lastMs);
    this.#heard = [...past.unjudged];
    this.#seed = Number.parseInt(hex(options.random, 6), 16);
    options.sink.listen((record) => this.#hear(record));
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const problems: string[] = [];
    // Process arrivals first, so that no canary is reported overdue after it arrived.
    const observed = await this.#trackOverdue(sink);
    for (const plan of this.#options.plans) {
      if (signal?.aborted === true) break;
      if (this.#isDue(plan)) problems.push(...(await this.#send(plan, sink, signal)));
    }
    const incomplete = problems.length;
    const noRecords = { records: 0, duplicates: 0, quarantined: 0, behindMs: 0, hasMore: false };
    return { ...noRecords, windows: observed, incomplete, problems };
  }

  #hear({ tenant, source, availableMs, body }: MatchedRecord): void {
    if (tenant !== this.#options.tenant) return;
    this.#heard.push({ tenant, source, availableMs, text: Buffer.from(body).toString('utf8') });
  }

  async #trackOverdue(sink: CollectionSink): Promise<number> {
    const nowMs = this.#options.clock.now();
    const heard = this.#heard;
    this.#heard = [];
    const back = heard.flatMap((record) => this.#tracker.seen(record, nowMs) ?? []);
    const tenant = tenantId(this.#options.tenant);
    const askedMs = ({ source }: { source: SourceId }): number =>
      sink.settled(source, tenant, null).at(-1)?.to ?? nowMs;
    const observations: Observation[] = [...back, ...this.#tracker.overdue(nowMs, askedMs)];
    if (observations.length === 0) return 0;
    await sink.append(observations.map((seen) => ownEntryDraft('coverage', nowMs, seen)));
    return observations.length;
  }

  /** Once per period. A canary that fell due between two runs is sent at the next run. */
  #isDue(plan: CanaryPlan): boolean {
    const nowMs = this.#options.clock.now();
    const thisMs = canaryTimeMs(plan, nowMs, this.#seed);
    const dueMs = thisMs <= nowMs ? thisMs : canaryTimeMs(plan, nowMs - plan.periodMs, this.#seed);
    return (this.#lastMs.get(plan.act) ?? Number.NEGATIVE_INFINITY) < dueMs;
  }

  async #send(
    plan: CanaryPlan,
    sink: CollectionSink,
    signal: AbortSignal | undefined,
  ): Promise<string[]> {
    const { clock, sender, random } = this.#options;
    const mark = `${CANARY_MARK}${hex(random, 12)}`;
    // A failed act waits for the next period: a missing permission stays missing.
    this.#lastMs.set(plan.act, clock.now());
    let ready: ReadyCanary;
    try {
      ready = await sender.ready(plan, mark, signal);
    } catch (error) {
      return [notSent(plan, refusalOf(error))];
    }
    const { tokenId } = ready;
    if (plan.act === 'sign-in' && tokenId === null) {
      return [notSent(plan, 'the token does not state its id, so no record can be matched to it')];
    }
    const signs = canarySigns(plan, { mark, tokenId: tokenId ?? '' });
    const sentMs = clock.now();
    await this.#account(sink, { plan, mark, sentMs, signs, phase: 'begun', because: null });
    this.#expect(plan, sentMs, signs);
    try {
      const { left } = await ready.act();
      return left === null ? [] : [`a canary of ${plan.workload} left something behind: ${left}`];
    } catch (error) {
      const because = refusalOf(error);
      for (const sign of signs) this.#tracker.withdrawn({ tenant: plan.tenant, ...sign });
      await this.#account(sink, { plan, mark, sentMs, signs, phase: 'failed', because });
      return [notSent(plan, because)];
    }
  }

  #expect(
    { tenant, workload, periodMs }: CanaryPlan,
    sentMs: number,
    signs: readonly CanaryMarker[],
  ) {
    for (const sign of signs) this.#tracker.sent({ tenant, workload, periodMs, sentMs, ...sign });
  }

  async #account(
    sink: CollectionSink,
    {
      plan,
      ...said
    }: { plan: CanaryPlan } & Pick<CanaryBody, 'mark' | 'sentMs' | 'signs' | 'phase' | 'because'>,
  ): Promise<void> {
    const { tenant, workload, act, periodMs } = plan;
    const body: CanaryBody = { v: 1, what: 'canary', tenant, workload, act, periodMs, ...said };
    await sink.append([ownEntryDraft('act', this.#options.clock.now(), body)]);
  }
}

function notSent({ workload, act }: CanaryPlan, because: string): string {
  return `no canary was sent in ${workload} (${act}): ${because}`;
}

/** Describes an error of the service or network. Rethrows bugs in Countersign and aborts. */
function refusalOf(error: unknown): string {
  if (error instanceof HttpError && error.code !== 'ABORTED') return messageOf(error);
  throw error;
}

function hex(random: Random, bytes: number): string {
  return Buffer.from(random.fill(new Uint8Array(bytes))).toString('hex');
}
