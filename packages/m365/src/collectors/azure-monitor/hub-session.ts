import { createHash, type Hash } from 'node:crypto';
import type { Clock, TenantId } from '@countersign/core';
import type { HttpError } from '../../http/errors.ts';
import type { CollectionSession, CollectionSink, ContentFact, WindowEnd } from '../collector.ts';
import { emptyWindowEnd, type PollTally } from '../poll-tally.ts';
import type { HubMessage } from './hub-connection.ts';
import { HUB_NOT_FOUND } from './hub-failure.ts';
import { OBSERVATION_EVERY_MS } from './limits.ts';

/** A hub and its categories: for example, `insights-logs-signinlogs` has `SignInLogs`. */
export type Hub = { readonly topic: string; readonly categories: readonly string[] };

/** Consecutive messages of one partition. */
type MessageRange = {
  readonly partition: number;
  readonly first: bigint;
  last: bigint;
  createdMs: number;
  count: number;
  bytes: number;
  readonly digest: Hash;
};

/** What was read from one hub since its last observation. */
type Window = {
  readonly session: CollectionSession;
  readonly ranges: Map<number, MessageRange>;
  messages: number;
  skipped: number;
};

/**
 * The collection of one hub. Records are durable with each batch. Observations are written at
 * intervals, so that a trickle of messages does not cause a flood of entries. A crash in between
 * loses no record: the next observation starts at the end of the last one, like the offsets.
 */
export class HubSession {
  readonly hub: Hub;
  readonly #tenant: TenantId;
  readonly #clock: Clock;
  #window: Window | undefined;
  #writtenMs: number | undefined;

  constructor(hub: Hub, scope: { readonly tenant: TenantId; readonly clock: Clock }) {
    this.hub = hub;
    this.#tenant = scope.tenant;
    this.#clock = scope.clock;
  }

  /** Durable when it resolves. `skipped`: messages that expired before these. */
  async addMessages(
    sink: CollectionSink,
    messages: readonly HubMessage[],
    skipped: number,
  ): Promise<void> {
    if (messages.length === 0 && skipped === 0) return;
    this.#window ??= this.#begin(sink, messages);
    const window = this.#window;
    window.messages += messages.length;
    window.skipped += skipped;
    for (const message of messages) await add(window, message);
    await window.session.settle();
  }

  /** Writes an observation of the messages since the last one, if it is due. */
  async writeObservation(
    sink: CollectionSink,
    tally: PollTally,
    options: { readonly shortfall: HubShortfall | undefined; readonly when: 'due' | 'now' },
  ): Promise<void> {
    const nowMs = this.#clock.monotonic();
    const isDue = this.#writtenMs === undefined || nowMs - this.#writtenMs >= OBSERVATION_EVERY_MS;
    if (!isDue && options.when === 'due') return;
    const window = this.#window ?? this.#begin(sink, []);
    this.#window = undefined;
    this.#writtenMs = nowMs;
    const end = endOf(window, options.shortfall, this.hub.topic);
    tally.addWindow(await window.session.end(end), end, `event hub ${this.hub.topic}`);
  }

  /** Writes an observation of a failure: at once if it is new, then at intervals. */
  async writeFailure(sink: CollectionSink, tally: PollTally, failure: HttpError): Promise<void> {
    const { code, serviceCode, message } = failure;
    const shortfall = { code: serviceCode ?? code, because: message, isFailed: true };
    await this.writeObservation(sink, tally, { shortfall, when: 'due' });
  }

  /** Writes the next observation at once. */
  requestObservation(): void {
    this.#writtenMs = undefined;
  }

  #begin(sink: CollectionSink, messages: readonly HubMessage[]): Window {
    const [source = '', ...alsoSources] = this.hub.categories.map((of) => `azure-monitor/${of}`);
    const nowMs = this.#clock.now();
    // A category that was added has no observation yet. The others show how far the hub was read.
    const starts = [source, ...alsoSources].flatMap(
      (each) => sink.settled(each, this.#tenant, null).at(-1)?.to ?? [],
    );
    const lastMs = starts.length === 0 ? coverageStartOf(messages) : Math.max(...starts);
    const session = sink.begin({
      collector: 'azure-monitor',
      source,
      alsoSources,
      tenant: this.#tenant,
      workload: null,
      subject: null,
      interval: { from: Math.min(lastMs ?? nowMs, nowMs - 1), to: nowMs },
      until: 'end',
      axis: 'availability',
      family: 'azure-monitor',
    });
    return { session, ranges: new Map(), messages: 0, skipped: 0 };
  }
}

/**
 * The start of complete coverage of a hub that is read for the first time. The hub keeps each
 * partition for the same time. So everything newer than the oldest message of each partition is
 * there.
 */
function coverageStartOf(messages: readonly HubMessage[]): number | undefined {
  const oldest = new Map<number, number>();
  for (const { partition, timestamp } of messages) {
    if (!oldest.has(partition)) oldest.set(partition, Number(timestamp));
  }
  return oldest.size === 0 ? undefined : Math.max(...oldest.values());
}

/** Why an observation is incomplete. */
export type HubShortfall = {
  readonly code: string;
  readonly because: string;
  readonly isFailed?: boolean;
};

async function add(window: Window, message: HubMessage): Promise<void> {
  const { topic, partition, offset, timestamp, value } = message;
  const createdMs = Number(timestamp);
  const name = `${topic}/${partition}/${offset}`;
  const bytes = value ?? Buffer.alloc(0);
  let range = window.ranges.get(partition);
  if (range === undefined) {
    const digest = createHash('sha256');
    range = { partition, first: offset, last: offset, createdMs, count: 0, bytes: 0, digest };
    window.ranges.set(partition, range);
  }
  range.last = offset;
  range.createdMs = Math.max(range.createdMs, createdMs);
  range.bytes += bytes.length;
  range.digest.update(bytes);
  if (bytes.length === 0) window.session.quarantineItem(name, 'a message without a body', null);
  else range.count += (await window.session.add({ name, bytes, availableMs: createdMs })).items;
}

function endOf(
  { ranges, messages, skipped }: Window,
  shortfall: HubShortfall | undefined,
  topic: string,
): WindowEnd {
  const contents = [...ranges.values()].map((each): ContentFact => {
    const { partition, first, last, createdMs, count, bytes, digest } = each;
    const id = `${topic}/${partition}/${first}-${last}`;
    return { id, createdMs, sha256: digest.digest('hex'), count, bytes, state: 'streamed' };
  });
  const counts = { listed: messages + skipped, fetched: messages, contents };
  if (shortfall?.isFailed === true && messages === 0) {
    // Like a missing container: the vendor was not configured to export this category.
    const outcome = shortfall.code === HUB_NOT_FOUND ? 'off' : 'failed';
    return { ...emptyWindowEnd(outcome, shortfall.code, shortfall.because), ...counts };
  }
  if (skipped > 0) {
    const because = `${skipped} messages expired in the hub before they were read`;
    return { outcome: 'partial', code: 'gone', because, ...counts };
  }
  if (shortfall !== undefined) {
    const { code, because } = shortfall;
    return { outcome: 'partial', code, because, ...counts };
  }
  return { outcome: 'complete', code: null, because: null, ...counts };
}
