import { createHash, type Hash } from 'node:crypto';
import type { Clock, TenantId } from '@countersign/core';
import type { HttpError } from '../../http/errors.ts';
import type { CollectionSession, CollectionSink, ContentFact, WindowEnd } from '../collector.ts';
import { nothing, type PollTally } from '../poll-tally.ts';
import type { HubMessage } from './hub-connection.ts';
import { HUB_NOT_FOUND } from './hub-failure.ts';
import { SAY_EVERY_MS } from './limits.ts';

/** A hub and its categories: for example, `insights-logs-signinlogs` has `SignInLogs`. */
export type Hub = { readonly topic: string; readonly categories: readonly string[] };

/** Consecutive messages of one partition. */
type Stretch = {
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
  readonly stretches: Map<number, Stretch>;
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
  #saidMs: number | undefined;

  constructor(hub: Hub, whose: { readonly tenant: TenantId; readonly clock: Clock }) {
    this.hub = hub;
    this.#tenant = whose.tenant;
    this.#clock = whose.clock;
  }

  /** Durable when it resolves. `skipped`: messages that expired before these. */
  async take(
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

  /** Writes an observation of what arrived, or that nothing did, if it is due. */
  async say(
    sink: CollectionSink,
    tally: PollTally,
    how: { readonly shortBy: Shortness | undefined; readonly when: 'due' | 'now' },
  ): Promise<void> {
    const nowMs = this.#clock.monotonic();
    const isDue = this.#saidMs === undefined || nowMs - this.#saidMs >= SAY_EVERY_MS;
    if (!isDue && how.when === 'due') return;
    const window = this.#window ?? this.#begin(sink, []);
    this.#window = undefined;
    this.#saidMs = nowMs;
    const end = endOf(window, how.shortBy, this.hub.topic);
    tally.window(await window.session.end(end), end, `event hub ${this.hub.topic}`);
  }

  /** Writes an observation of a failure: at once if it is new, then at intervals. */
  async sayFailed(sink: CollectionSink, tally: PollTally, failure: HttpError): Promise<void> {
    const { code, serviceCode, message } = failure;
    const shortBy = { code: serviceCode ?? code, because: message, isFailed: true };
    await this.say(sink, tally, { shortBy, when: 'due' });
  }

  /** Writes the next observation at once. */
  hurry(): void {
    this.#saidMs = undefined;
  }

  #begin(sink: CollectionSink, messages: readonly HubMessage[]): Window {
    const [source = '', ...alsoSources] = this.hub.categories.map((of) => `azure-monitor/${of}`);
    const nowMs = this.#clock.now();
    // A category that was added has no observation yet. The others show how far the hub was read.
    const starts = [source, ...alsoSources].flatMap(
      (each) => sink.settled(each, this.#tenant, null).at(-1)?.to ?? [],
    );
    const lastMs = starts.length === 0 ? sinceOf(messages) : Math.max(...starts);
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
    return { session, stretches: new Map(), messages: 0, skipped: 0 };
  }
}

/**
 * The start of complete coverage of a hub that is read for the first time. The hub keeps each
 * partition for the same time. So everything newer than the oldest message of each partition is
 * there.
 */
function sinceOf(messages: readonly HubMessage[]): number | undefined {
  const oldest = new Map<number, number>();
  for (const { partition, timestamp } of messages) {
    if (!oldest.has(partition)) oldest.set(partition, Number(timestamp));
  }
  return oldest.size === 0 ? undefined : Math.max(...oldest.values());
}

/** Why an observation is incomplete. */
export type Shortness = {
  readonly code: string;
  readonly because: string;
  readonly isFailed?: boolean;
};

async function add(window: Window, message: HubMessage): Promise<void> {
  const { topic, partition, offset, timestamp, value } = message;
  const createdMs = Number(timestamp);
  const name = `${topic}/${partition}/${offset}`;
  const bytes = value ?? Buffer.alloc(0);
  let stretch = window.stretches.get(partition);
  if (stretch === undefined) {
    const digest = createHash('sha256');
    stretch = { partition, first: offset, last: offset, createdMs, count: 0, bytes: 0, digest };
    window.stretches.set(partition, stretch);
  }
  stretch.last = offset;
  stretch.createdMs = Math.max(stretch.createdMs, createdMs);
  stretch.bytes += bytes.length;
  stretch.digest.update(bytes);
  if (bytes.length === 0) window.session.quarantineItem(name, 'a message without a body', null);
  else stretch.count += (await window.session.add({ name, bytes, availableMs: createdMs })).items;
}

function endOf(
  { stretches, messages, skipped }: Window,
  shortBy: Shortness | undefined,
  topic: string,
): WindowEnd {
  const contents = [...stretches.values()].map((each): ContentFact => {
    const { partition, first, last, createdMs, count, bytes, digest } = each;
    const id = `${topic}/${partition}/${first}-${last}`;
    return { id, createdMs, sha256: digest.digest('hex'), count, bytes, state: 'streamed' };
  });
  const counts = { listed: messages + skipped, fetched: messages, contents };
  if (shortBy?.isFailed === true && messages === 0) {
    // Like a missing container: the vendor was not configured to export this category.
    const outcome = shortBy.code === HUB_NOT_FOUND ? 'off' : 'failed';
    return { ...nothing(outcome, shortBy.code, shortBy.because), ...counts };
  }
  if (skipped > 0) {
    const because = `${skipped} messages expired in the hub before they were read`;
    return { outcome: 'partial', code: 'gone', because, ...counts };
  }
  if (shortBy !== undefined) {
    const { code, because } = shortBy;
    return { outcome: 'partial', code, because, ...counts };
  }
  return { outcome: 'complete', code: null, because: null, ...counts };
}
