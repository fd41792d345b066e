import type {
  DirectoryMark,
  Interval,
  IntervalSet,
  RecordDraft,
  SourceId,
  TenantId,
} from '@countersign/core';

import type { QuotaBudget } from './quota-budget.ts';

/** Which family of records a collector asked for; each record has to be one of it. */
export type DeliveredFamily =
  | 'activity'
  | 'sign-ins'
  | 'directory-audits'
  | 'audit-log-query'
  | 'azure-monitor';

/** What is known of delivered records before one is read: whose they are, and of which source. */
export type DeliveredAs = {
  readonly family: DeliveredFamily;
  readonly tenant: TenantId;
  /** Undefined: each record says it (the categories of the diagnostic export). */
  readonly source: SourceId | undefined;
};

/** What is read when it is so old has all that comes late; rows of a log are asked for by event. */
export const LOOKED_AGAIN_MS = 86_400_000;

/** One piece of content as a service gave it: a blob, a page, a range of lines, a message. */
export type Content = {
  /** For people and for the ledger's list of contents: names no person. */
  readonly name: string;
  /** One JSON text, or several one after the other. */
  readonly bytes: Buffer;
  /** When it could be had, for the delay of its records. */
  readonly availableMs: number;
};

/** A piece of content that was fetched, as the ledger lists it (contracts 1.9). */
export type ContentFact = {
  readonly id: string;
  readonly createdMs: number;
  /** SHA-256 of its bytes in hex; null when there are none to have. */
  readonly sha256: string | null;
  /** Records in it, those that were quarantined included. */
  readonly count: number;
  readonly bytes: number;
  /**
   * `gone`: the service lists it and has it no more. `quarantined`: not one record could be read.
   * `streamed`: read, out of a stream that keeps account itself: it is never asked for by its id.
   */
  readonly state: 'read' | 'gone' | 'quarantined' | 'streamed';
  /** Pieces of it that could not be read, where there are any. */
  readonly quarantined?: number | undefined;
  /** For content that grows: how far it was read, and as which version. */
  readonly etag?: string | undefined;
};

export type CollectorName = 'activity-api' | 'graph' | 'azure-monitor' | 'cross-check';

/** What a collector asked a source for. */
export type CollectWindow = {
  readonly collector: CollectorName;
  readonly source: SourceId;
  /** What comes mixed with it, as a hub has several categories: the same is true of each. */
  readonly alsoSources?: readonly SourceId[];
  readonly tenant: TenantId;
  readonly workload: string | null;
  readonly subject: string | null;
  readonly interval: Interval;
  /** `end`: of a stream, whose window goes up to when it is ended. */
  readonly until?: 'end';
  /** What the interval filters on. */
  readonly axis: 'availability' | 'event';
  readonly family: DeliveredFamily;
  /**
   * `untold`: it is asked for the first time, long after; how late its records were is not to be
   * seen, since all of them may have been there since they happened.
   */
  readonly delays?: 'untold';
};

/** How it ended; see `Observation` of coverage for the words. */
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
   * Cuts the content into records and sends them on their way; resolves when there is room for
   * more. They are durable once {@link end} has resolved. Tells how many records there were.
   */
  add(content: Content): Promise<{ readonly items: number }>;
  /** Keeps what could not be read, and why. */
  quarantineItem(name: string, reason: string, bytes: Uint8Array | null): void;
  /** Makes what was added durable; more may be added. */
  settle(): Promise<void>;
  /** Makes all of it durable, and then, behind it, what was asked and seen. */
  end(end: WindowEnd): Promise<WindowTally>;
}

/**
 * Where collectors put what they find, and read what the ledger knows of earlier polls. The
 * pipeline stands behind it.
 */
export interface CollectionSink {
  /**
   * Windows of a source that need not be asked again, as the ledger's observations say, by whoever
   * leaves out `leftOut` of it: more was left out of the others.
   */
  settled(
    source: SourceId,
    tenant: TenantId,
    subject: string | null,
    leftOut?: readonly string[],
  ): IntervalSet;
  /** Events of a source that were read when they were {@link LOOKED_AGAIN_MS} old, or older. */
  lookedAgain(source: SourceId, tenant: TenantId): IntervalSet;
  /** From when on a source was asked for, as far as is known; undefined: it never was. */
  since(source: SourceId, tenant: TenantId): number | undefined;
  /** Windows in which the source was switched off: what is listed there cannot be all. */
  off(source: SourceId, tenant: TenantId): IntervalSet;
  /** The content that is in the ledger, by its id: not to be fetched again. */
  content(source: SourceId, tenant: TenantId, id: string): ContentFact | undefined;
  /**
   * Where the reading of a part of the directory stands. Undefined before the first, and when
   * something of its state was erased since: then it has to be read anew.
   */
  directoryMark(source: SourceId, tenant: TenantId): DirectoryMark | undefined;
  begin(window: CollectWindow): CollectionSession;
  /** Entries that are not records: pages of the directory. Durable when it resolves. */
  append(drafts: readonly RecordDraft[]): Promise<void>;
}

/** What one poll of one collector did. */
export type PollReport = WindowTally & {
  readonly windows: number;
  /** Windows that were asked for and did not end `complete`. */
  readonly short: number;
  /** How much of the time that can still be asked for is missing, news of two polls aside. */
  readonly behindMs: number;
  /** More is there to be asked for now: do not wait for the next turn. */
  readonly hasMore: boolean;
  /** Sentences for the log, one a problem. */
  readonly problems: readonly string[];
};

export interface Collector {
  /** For people: what it reads of which tenant. */
  readonly name: string;
  /** How long to wait between two polls. */
  readonly everyMs: number;
  /**
   * Asks for everything that is new, and for what earlier polls could not get. Rejects only with
   * what stops the whole collector (a failing ledger, an abort); what a service does wrong is in
   * the report and in the ledger.
   */
  poll(desk: CollectionSink, signal?: AbortSignal): Promise<PollReport>;
  /** Whether it can keep up, as of the last poll; undefined where no quota binds it. */
  readonly budget?: QuotaBudget | undefined;
  /** Resolves when it is worth polling before its time, or when the signal is aborted. */
  hinted?(signal: AbortSignal): Promise<void>;
  /** Leaves what it holds open. */
  close?(): Promise<void>;
}

/** Waits for all of them, whatever becomes of each; then throws what the first one threw. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
