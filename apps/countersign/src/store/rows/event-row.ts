import type { SourceId, TenantId } from '@countersign/core';
import type { Interpretation } from '@countersign/ocsf';

/**
 * One action in the store, with all its deliveries. `event` is the interpretation; the rest locates
 * it in the ledger.
 */
export type EventRow = {
  /** The entry of the newest delivery. Unique among all rows ever written. */
  readonly index: number;
  /** Indices of all deliveries, ascending; at least one. */
  readonly entries: readonly number[];
  readonly tenant: TenantId;
  /** The leaf id: the key of the action within its tenant. */
  readonly action: string;
  /** Source of the highest-ranked delivery. */
  readonly source: SourceId;
  /** When the ledger received the entry, milliseconds since the epoch. */
  readonly seenMs: number;
  /** The bodies were erased: only the data of the leaf remains. */
  readonly erased: boolean;
  readonly event: Interpretation;
};

/** The row of an erased entry: exactly the data of its leaf, which is never personal. */
export function erasedRow(leaf: Omit<EventRow, 'erased' | 'event'> & { timeMs: number }): EventRow {
  const { timeMs, index, entries, tenant, action, source, seenMs } = leaf;
  const event = { ...NOTHING_KNOWN, timeMs };
  return { index, entries, tenant, action, source, seenMs, erased: true, event };
}

/**
 * The actor's key: the object id, else kind and name, else PUID, else SID; null if the record names
 * none. A GUID contains no colon, so the forms are distinct.
 */
export function actorKey(event: Interpretation): string | null {
  if (event.actorUid !== null) return event.actorUid;
  if (event.actorName !== null) return `${actorKind(event.actorType)}:${event.actorName}`;
  if (event.actorPuid !== null) return `puid:${event.actorPuid}`;
  if (event.actorSid !== null) return `sid:${event.actorSid}`;
  return null;
}

/**
 * If records differ about one object id, the first in alphabetical order counts, so that the order
 * of records has no effect.
 */
export type ActorKind = 'user' | 'system' | 'service';

/** Maps OCSF `user.type_id` to the kind that identifies a principal without object id. */
export function actorKind(actorType: number): ActorKind {
  if (actorType === 3) return 'system';
  return actorType === 4 ? 'service' : 'user';
}

const NOTHING_KNOWN: Interpretation = {
  classUid: 0,
  activityId: 0,
  statusId: 0,
  severityId: 0,
  statusCode: null,
  timeMs: 0,
  operation: null,
  workload: null,
  recordType: null,
  actorUid: null,
  actorName: null,
  actorType: 0,
  actorPuid: null,
  actorSid: null,
  ip: null,
  userAgent: null,
  country: null,
  sessionUid: null,
  tokenUid: null,
  tokenIssuedMs: null,
  correlationUid: null,
  appUid: null,
  appName: null,
  resourceName: null,
  deviceUid: null,
  mailbox: null,
  site: null,
  object: null,
  targetUid: null,
  targetName: null,
  targetType: null,
  signInType: null,
  isMfa: null,
  itemCount: 1,
  byteCount: null,
  accessType: null,
  isThrottled: false,
  folder: null,
  sender: null,
};
