import { assert, instantOfMs, plural, type RecordDraft, type SourceId } from '@countersign/core';
import {
  DelaySketch,
  OBSERVATION_NAME_CHARACTERS_MAX,
  OBSERVATION_TEXT_CHARACTERS_MAX,
  type Observation,
  type ObservedDelays,
} from '@countersign/coverage';
import {
  type Chunk,
  type CollectionSession,
  type CollectWindow,
  type Content,
  type ContentFact,
  Gatherer,
  type ReadContext,
  type WindowEnd,
  type WindowTally,
} from '@countersign/m365';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import { CONTENTS_PER_ENTRY } from '../limits.ts';
import { DeliveredCoverage, type DeliveryFact } from '../pipeline/delivered-coverage.ts';
import {
  type DelayCounts,
  DeliveryDelays,
  delayOf,
  mergeDelays,
  noDelays,
  quantileMs,
} from '../pipeline/delivery-delays.ts';
import type { ChunkListener } from '../pipeline/ingest-pipeline.ts';
import type { MatchedRecord } from '../pipeline/text-matcher.ts';
import type { QuarantinedItem } from '../quarantine/quarantine.ts';
import { collectedBody } from './collection-history.ts';

/** The first row of a content within its chunk. */
type ContentPlace = { readonly firstRow: number; readonly name: string };

/** The sink's services for its sessions. */
export type SessionHost = {
  readonly nowMs: number;
  readonly feed: (chunk: Chunk, context: ReadContext, listener: ChunkListener) => Promise<void>;
  readonly settle: () => Promise<void>;
  readonly conclude: (entries: () => SessionEntries, window: CollectWindow) => Promise<void>;
  readonly quarantineItem: (
    reject: Omit<QuarantinedItem, 'bytes'>,
    bytes: Uint8Array | null,
  ) => void;
};

/** The entries that a session appends at its end. */
export type SessionEntries = {
  readonly drafts: readonly RecordDraft[];
  readonly observations: readonly Observation[];
  readonly heard: readonly MatchedRecord[];
  readonly contents: readonly ContentFact[];
};

/** Writes the window of one poll to the ledger. */
export class LedgerSession implements CollectionSession {
  readonly #sink: SessionHost;
  readonly #window: CollectWindow;
  readonly #arrivals = new DeliveryDelays();
  readonly #facts = new DeliveredCoverage();
  #gatherer = new Gatherer();
  #places: ContentPlace[] = [];
  #rows = 0;
  readonly #heard: MatchedRecord[] = [];
  #records = 0;
  #duplicates = 0;
  #quarantined = 0;
  /** Quarantined pieces by content. */
  readonly #quarantinedIn = new Map<string, number>();

  constructor(sink: SessionHost, window: CollectWindow) {
    this.#sink = sink;
    this.#window = window;
  }

  async add(content: Content): Promise<{ readonly items: number }> {
    const { name, bytes, availableMs } = content;
    const { items, rejects } = this.#gatherer.add(bytes, availableMs);
    this.#places.push({ firstRow: this.#rows + 1, name });
    this.#rows += items - rejects.length;
    for (const { row, offset, length, reason } of rejects) {
      const piece = bytes.subarray(offset, offset + length);
      this.#quarantineItem(name, `row ${row}, byte ${offset}`, reason, piece);
    }
    if (this.#gatherer.isFull) await this.#feed();
    return { items };
  }

  quarantineItem(name: string, reason: string, bytes: Uint8Array | null): void {
    this.#quarantineItem(name, 'whole content', reason, bytes);
  }

  async settle(): Promise<void> {
    await this.#feed();
    await this.#sink.settle();
  }

  async end(end: WindowEnd): Promise<WindowTally> {
    await this.#feed();
    await this.#sink.conclude(() => this.#entries(end), this.#window);
    return { records: this.#records, duplicates: this.#duplicates, quarantined: this.#quarantined };
  }

  async #feed(): Promise<void> {
    const chunk = this.#gatherer.take();
    const places = this.#places;
    this.#places = [];
    this.#rows = 0;
    if (chunk === undefined) return;
    const { family, tenant, source } = this.#window;
    const delivered = { family, tenant, source: this.#isMixed ? undefined : source };
    const listeners: ChunkListener = {
      outcome: ({ read, accepted, duplicates }) => {
        this.#records += accepted + duplicates;
        this.#duplicates += duplicates;
        this.#facts.merge(read.facts);
        this.#heard.push(...read.heard);
        for (const { row, reason, bytes } of read.rejects) {
          const { firstRow, name } = placeOf(places, row);
          this.#quarantineItem(name, `record ${row - firstRow + 1}`, reason, bytes);
        }
      },
      arrived: (arrivals) => this.#arrivals.merge(arrivals),
    };
    await this.#sink.feed(chunk, { importNumber: 0, tenant, delivered }, listeners);
  }

  #quarantineItem(name: string, at: string, reason: string, bytes: Uint8Array | null): void {
    this.#quarantined += 1;
    this.#quarantinedIn.set(name, (this.#quarantinedIn.get(name) ?? 0) + 1);
    const { source, family, tenant, collector, axis, alsoSources = [] } = this.#window;
    const { from: fromMs, to: toMs } = this.#window.interval;
    const window = { collector, source, alsoSources, tenant, axis, fromMs, toMs };
    const delivered = { family, tenant, source: this.#isMixed ? undefined : source };
    const collected = { window, content: name, delivered };
    const place = { file: `${source} ${name}`, at, reason, import: null, readAs: null };
    this.#sink.quarantineItem({ ...place, collected }, bytes);
  }

  /**
   * The entries after the records: first the contents, then the requested window and observations.
   */
  #entries(end: WindowEnd): SessionEntries {
    const { nowMs } = this.#sink;
    const drafts: RecordDraft[] = [];
    const facts = end.contents.map((fact): ContentFact => {
      const quarantined = this.#quarantinedIn.get(fact.id);
      return quarantined === undefined ? fact : { ...fact, quarantined };
    });
    for (let at = 0; at < facts.length; at += CONTENTS_PER_ENTRY) {
      const some = facts.slice(at, at + CONTENTS_PER_ENTRY);
      const body = collectedBody(this.#window, this.#window.interval, some);
      drafts.push(ownEntryDraft('import', nowMs, body));
    }
    const observations = this.#sources().flatMap((each) => {
      const whole = this.#observation(end, each, nowMs);
      for (const workload of this.#workloads(each)) {
        drafts.push(ownEntryDraft('coverage', nowMs, this.#ofWorkload(whole, each, workload)));
      }
      drafts.push(ownEntryDraft('coverage', nowMs, whole));
      return whole;
    });
    return { drafts, observations, heard: this.#heard, contents: facts };
  }

  /** The requested source, and other sources that records of a mixed feed state. */
  #sources(): readonly SourceId[] {
    const { source, alsoSources = [] } = this.#window;
    if (!this.#isMixed) return [source];
    const came = this.#facts.list().map((fact) => fact.source);
    return [...new Set([source, ...alsoSources, ...came])];
  }

  #observation(said: WindowEnd, source: SourceId, nowMs: number): Observation {
    const end = this.#quarantined === 0 ? said : withQuarantined(said, this.#quarantined);
    const { collector, tenant, workload, subject, interval, until, axis } = this.#window;
    const toMs = until === 'end' ? Math.max(nowMs, interval.to) : interval.to;
    const isMixed = this.#isMixed;
    const all = noDelays();
    for (const each of this.#arrivals.list().filter(this.#isOf(source))) {
      mergeDelays(all, each.delays);
    }
    const records = isMixed ? this.#count((fact) => fact.source === source) : this.#records;
    return {
      v: 2,
      collector,
      tenant,
      source,
      workload,
      subject,
      from: instantOfMs(interval.from) ?? '',
      to: instantOfMs(toMs) ?? '',
      axis,
      outcome: end.outcome,
      listed: end.listed,
      fetched: end.fetched,
      records,
      duplicates: isMixed ? records - all.n : this.#duplicates,
      // A quarantined piece may belong to any of the sources.
      quarantined: this.#quarantined,
      because: end.because?.slice(0, OBSERVATION_TEXT_CHARACTERS_MAX) ?? null,
      code: end.code?.slice(0, OBSERVATION_NAME_CHARACTERS_MAX) ?? null,
      delays: this.#observedDelays(all),
      canaries: null,
      at: instantOfMs(nowMs) ?? '',
    };
  }

  get #isMixed(): boolean {
    return this.#window.family === 'azure-monitor';
  }

  #isOf(source: SourceId): (each: { readonly source: string }) => boolean {
    return (each) => !this.#isMixed || each.source === source;
  }

  #workloads(source: SourceId): string[] {
    const facts = this.#facts.list().filter(this.#isOf(source));
    return [...new Set(facts.flatMap(({ workload }) => workload ?? []))].sort();
  }

  #count(fits: (fact: DeliveryFact) => boolean): number {
    return this.#facts.list().reduce((sum, fact) => sum + (fits(fact) ? fact.count : 0), 0);
  }

  #observedDelays(delays: DelayCounts): ObservedDelays | null {
    return this.#window.delays === 'untold' ? null : observed(delays);
  }

  #ofWorkload(whole: Observation, source: SourceId, workload: string): Observation {
    const isOf = this.#isOf(source);
    const delays = noDelays();
    for (const each of this.#arrivals.list()) {
      if (each.workload === workload && isOf(each)) mergeDelays(delays, each.delays);
    }
    const records = this.#count((fact) => fact.workload === workload && isOf(fact));
    const duplicates = records - delays.n;
    return {
      ...whole,
      workload,
      records,
      duplicates,
      quarantined: 0,
      delays: this.#observedDelays(delays),
    };
  }
}

/** A window with quarantined records is incomplete, even if everything was fetched. */
function withQuarantined(end: WindowEnd, quarantined: number): WindowEnd {
  if (end.outcome !== 'complete') return end;
  const because = `${plural(quarantined, 'piece')} could not be read: quarantined`;
  return { ...end, outcome: 'partial', code: 'quarantined', because };
}

function observed(delays: DelayCounts): ObservedDelays | null {
  if (delays.n === 0) return null;
  const sketch = new DelaySketch();
  for (const [bucket, count] of delays.buckets) sketch.add(delayOf(bucket), count);
  const { buckets = [] } = sketch.observed() ?? {};
  const { n, maxMs } = delays;
  const p50Ms = quantileMs(delays, 0.5);
  return { n, p50Ms, p99Ms: quantileMs(delays, 0.99), maxMs, buckets };
}

function placeOf(places: readonly ContentPlace[], row: number): ContentPlace {
  const place = places.findLast(({ firstRow }) => firstRow <= row);
  assert(place !== undefined, 'every record of a chunk is of a content');
  return place;
}
