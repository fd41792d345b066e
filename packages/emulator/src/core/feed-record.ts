import type { Change } from '../directory/model/directory-change.ts';
import type { JsonObject } from './json-object.ts';
import type { Truth } from './truth.ts';

/**
 * The feeds in which the service reports what happened. One action has a record in one or more of
 * them, each in the feed's own form.
 */
export type Feed =
  | 'activity/Audit.AzureActiveDirectory'
  | 'activity/Audit.Exchange'
  | 'activity/Audit.SharePoint'
  | 'activity/Audit.General'
  | 'activity/DLP.All'
  | 'graph/signIns'
  | 'graph/directoryAudits'
  /** One message to one recipient in a message trace. */
  | 'graph/messageTraces'
  /** Diagnostic export by category: SignInLogs, NonInteractiveUserSignInLogs, AuditLogs, … */
  | `azure/${string}`;

/** The feeds of the Management Activity API. */
export const ACTIVITY_FEEDS: readonly Feed[] = [
  'activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange',
  'activity/Audit.SharePoint',
  'activity/Audit.General',
  'activity/DLP.All',
];

/** A record as its feed delivers it. */
export type FeedRecord = {
  readonly feed: Feed;
  /** The record's own id in that feed. */
  readonly id: string;
  /** When it happened, in virtual milliseconds since 1970. */
  readonly atMs: number;
  readonly body: JsonObject;
  /** A later, more complete version of a delivered record (sign-in rows). */
  readonly completes?: true;
  /** Delay after `atMs` at which this version appears; 0 unless the service completes it later. */
  readonly afterMs?: number;
};

/** One action or event, with every record that the service writes about it. */
export type Occurrence = {
  readonly atMs: number;
  readonly tenantId: string;
  readonly truth: Truth;
  readonly records: readonly FeedRecord[];
  /** Its changes of the tenant's directory, which `records` already report. */
  readonly changes?: readonly Change[];
};

/** A source of occurrences in time order: people at work, or an attack. */
export interface Actor {
  /** All occurrences in `[fromMs, toMs)`, in time order. Called with adjacent windows. */
  happenings(fromMs: number, toMs: number): Iterable<Occurrence>;
}

/** Virtual time. All emulator code uses it and never the machine's clock. */
export interface VirtualClock {
  /** Virtual milliseconds since 1970. */
  now(): number;
  /** Resolves when virtual time reaches `atMs`. Rejects when the signal aborts. */
  until(atMs: number, signal?: AbortSignal): Promise<void>;
}
