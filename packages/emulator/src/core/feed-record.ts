import type { Change } from '../directory/model/directory-change.ts';
import type { JsonObject } from './json-object.ts';
import type { Truth } from './truth.ts';

/**
 * The ways in which the service lets a customer learn what happened. One action leaves a record in
 * one or several of them, each in that feed's own shape.
 */
export type Feed =
  | 'activity/Audit.AzureActiveDirectory'
  | 'activity/Audit.Exchange'
  | 'activity/Audit.SharePoint'
  | 'activity/Audit.General'
  | 'activity/DLP.All'
  | 'graph/signIns'
  | 'graph/directoryAudits'
  /** One message to one recipient, as message trace tells it. */
  | 'graph/messageTraces'
  /** Diagnostic export, by category: SignInLogs, NonInteractiveUserSignInLogs, AuditLogs, … */
  | `azure/${string}`;

/** What the Management Activity API gives out. */
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
  /** A later, fuller version of a record that the feed handed out before (sign-in rows). */
  readonly completes?: true;
  /** How long after `atMs` this version exists at all; 0 unless the service completes it later. */
  readonly afterMs?: number;
};

/** One thing that happened, with every record that the service makes of it. */
export type Occurrence = {
  readonly atMs: number;
  readonly tenantId: string;
  readonly truth: Truth;
  readonly records: readonly FeedRecord[];
  /** What it did to the tenant's directory; `records` tell of it already. */
  readonly changes?: readonly Change[];
};

/** A source of happenings in order of time: people at work, or an attack. */
export interface Actor {
  /** All that happens in `[fromMs, toMs)`, in order of time. Called with windows that tile. */
  happenings(fromMs: number, toMs: number): Iterable<Occurrence>;
}

/** Virtual time. Everything in the emulator reads it; nothing reads the machine's clock. */
export interface VirtualClock {
  /** Virtual milliseconds since 1970. */
  now(): number;
  /** Resolves when virtual time reaches `atMs`; rejects when the signal aborts. */
  until(atMs: number, signal?: AbortSignal): Promise<void>;
}
