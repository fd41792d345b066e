import type {
  DirectoryMark,
  Interval,
  IntervalSet,
  RecordDraft,
  SourceId,
  TenantId,
} from '@countersign/core';

import type { QuotaBudget } from './quota-budget.ts';

/** The family of records that a collector requested. Each record must belong to it. */
export type DeliveredFamily =
  | 'activity'
  | 'sign-ins'
  | 'directory-audits'
  | 'audit-log-query'
  | 'azure-monitor';

/** What is known about delivered records before they are read: the tenant and the source. */
export type DeliveredAs = {
  readonly family: DeliveredFamily;
  readonly tenant: TenantId;
  /** Undefined: each record states it (the categories of the diagnostic export). */
  readonly source: SourceId | undefined;
};

/** A read at this age contains all late records. Rows of a log are requested by event time. */
export const LOOKED_AGAIN_MS = 86_400_000;

/** One piece of content from a service: a blob, a page, a range of lines, a message. */
export type Content = {
  /** For people and for the ledger's content list. Contains no person's name. */
  readonly name: string;
  /** One JSON text, or several one after the other. */
  readonly bytes: Buffer;
  /** When it became available, for the delay of its records. */
  readonly availableMs: number;
};

/** A fetched piece of content, as the ledger lists it. */
export type ContentFact = {
  readonly id: string;
  readonly createdMs: number;
  /** SHA-256 of its bytes in hex; null if it has no bytes. */
  readonly sha256: string | null;
  /** The number of records, including quarantined ones. */
  readonly count: number;
  readonly bytes: number;
  /**
   * `gone`: the service lists it but no longer has it. `quarantined`: no record could be read.
   * `streamed`: read from a stream that tracks its own position, so it is never requested by id.
   */
  readonly state: 'read' | 'gone' | 'quarantined' | 'streamed';
  /** The number of unreadable pieces, if any. */
  readonly quarantined?: number | undefined;
  /** For growing content: the offset and version that were read. */
  readonly etag?: string | undefined;
};

export type CollectorName = 'activity-api' | 'graph' | 'azure-monitor' | 'cross-check';

/** The interval and source that a collector requested. */
export type CollectWindow = {
  readonly collector: CollectorName;
  readonly source: SourceId;
  /**
   * Sources that arrive mixed with it, such as several categories of a hub. The observation applies
   * to each.
   */
  readonly alsoSources?: readonly SourceId[];
  readonly tenant: TenantId;
  readonly workload: string | null;
  readonly subject: string | null;
  readonly interval: Interval;
  /** `end`: a stream, whose window extends to the moment at which it is ended. */
  readonly until?: 'end';
  /** The time that the interval filters by. */
  readonly axis: 'availability' | 'event';
  readonly family: DeliveredFamily;
  /**
   * `untold`: a first read, long after the events. The delay of its records cannot be seen, because
   * all of them may have been available since the events.
   */
  readonly delays?: 'untold';
};

/** How the window ended. `Observation` of coverage defines the words. */
export type WindowEnd = {
  readonly outcome: 'complete' | 'partial' | 'failed' | 'off';
  readonly listed: number;
  readonly fetched: number;
  readonly code: string | null;
  readonly because: string | null;
  readonly contents: readonly ContentFact[];
};

export type WindowTally = {
  readonly records: number;
  readonly duplicates: number;
  readonly quarantined: number;
};

/** One window on its way into the ledger. */
export interface CollectionSession {
  /**
   * Splits the content into records and sends them to the pipeline. Resolves with the number of
   * records when there is room for more. They are durable once {@link end} has resolved.
   */
  add(content: Content): Promise<{ readonly items: number }>;
  /** Quarantines what could not be read, with the reason. */
  quarantineItem(name: string, reason: string, bytes: Uint8Array | null): void;
  /** Makes the added records durable. More may be added. */
  settle(): Promise<void>;
  /** Makes everything durable, and then records the observation. */
  end(end: WindowEnd): Promise<WindowTally>;
}

/**
 * Where collectors deliver records, and read what the ledger knows of earlier polls. The ingest
 * pipeline implements it.
 */
export interface CollectionSink {
  /**
   * Windows of a source that need not be requested again, by the ledger's observations, for a
   * request that leaves out `leftOut`. Observations that left out more do not count.
   */
  settled(
    source: SourceId,
    tenant: TenantId,
    subject: string | null,
    leftOut?: readonly string[],
  ): IntervalSet;
  /** Event times of a source that were read at an age of {@link LOOKED_AGAIN_MS} or more. */
  lookedAgain(source: SourceId, tenant: TenantId): IntervalSet;
  /** The start of the requests to a source, as far as known; undefined: never requested. */
  since(source: SourceId, tenant: TenantId): number | undefined;
  /** Windows in which the source was switched off. Content listed there cannot be complete. */
  off(source: SourceId, tenant: TenantId): IntervalSet;
  /** Content that is in the ledger, by its id: not fetched again. */
  content(source: SourceId, tenant: TenantId, id: string): ContentFact | undefined;
  /**
   * The read position in a part of the directory. Undefined before the first read, and if a part of
   * its state was erased since. A full read is then needed.
   */
  directoryMark(source: SourceId, tenant: TenantId): DirectoryMark | undefined;
  begin(window: CollectWindow): CollectionSession;
  /** Appends entries that are not records: pages of the directory. Durable when it resolves. */
  append(drafts: readonly RecordDraft[]): Promise<void>;
}

/** The result of one poll of one collector. */
export type PollReport = WindowTally & {
  readonly windows: number;
  /** Windows that were requested and did not end `complete`. */
  readonly incomplete: number;
  /** The part of the requestable time that is missing, except new content between two polls. */
  readonly behindMs: number;
  /** More is available now: do not wait for the next poll. */
  readonly hasMore: boolean;
  /** Sentences for the log, one per problem. */
  readonly problems: readonly string[];
};

export interface Collector {
  /** For people: the source and tenant. */
  readonly name: string;
  /** The time between two polls. */
  readonly everyMs: number;
  /**
   * Requests everything new, and what earlier polls could not get. Rejects only on an error that
   * stops the whole collector (a failing ledger, an abort). Errors of a service are in the report
   * and in the ledger.
   */
  poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport>;
  /** Whether it can keep up, as of the last poll; undefined if no quota limits it. */
  readonly budget?: QuotaBudget | undefined;
  /** Resolves when an early poll is worthwhile, or when the signal is aborted. */
  nextHint?(signal: AbortSignal): Promise<void>;
  /** Closes what it holds open. */
  close?(): Promise<void>;
}

/** Waits until all have settled; then throws the first error. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
