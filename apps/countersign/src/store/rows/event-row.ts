import type { SourceId, TenantId } from '@countersign/core';
import type { Interpretation } from '@countersign/ocsf';

/**
 * One event of the books: an action, once, with all its sightings. `event` is what it means;
 * the rest says where in the ledger it stands.
 */
export type EventRow = {
  /** The entry that this row was written for: the newest sighting. Unique among all rows ever. */
  readonly index: number;
  /** Indices of all sightings, ascending; at least one. */
  readonly entries: readonly number[];
  readonly tenant: TenantId;
  /** The leaf id: the key of the action within its tenant. */
  readonly action: string;
  /** Source of the sighting that ranked first when several were merged. */
  readonly source: SourceId;
  /** When the ledger saw the entry, milliseconds since the epoch. */
  readonly seenMs: number;
  /** The bodies were erased: only what the leaf says is left. */
  readonly erased: boolean;
  readonly event: Interpretation;
};

/** What the books keep of an erased entry: exactly what its leaf says, which is never personal. */
export function erasedRow(leaf: Omit<EventRow, 'erased' | 'event'> & { timeMs: number }): EventRow {
  const { timeMs, index, entries, tenant, action, source, seenMs } = leaf;
  const event = { ...NOTHING_KNOWN, timeMs };
  return { index, entries, tenant, action, source, seenMs, erased: true, event };
}

/**
 * The key of the one who acted: the object id, else kind and name, else PUID, else SID; null when
 * the record names nobody. A GUID holds no colon, so the forms cannot be mistaken for each other.
 */
export function actorKey(event: Interpretation): string | null {
  if (event.actorUid !== null) return event.actorUid;
  if (event.actorName !== null) return `${actorKind(event.actorType)}:${event.actorName}`;
  if (event.actorPuid !== null) return `puid:${event.actorPuid}`;
  if (event.actorSid !== null) return `sid:${event.actorSid}`;
  return null;
}

export type ActorKind = 'user' | 'system' | 'service';

/** OCSF user.type_id to the kind that is part of a principal without object id. */
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
