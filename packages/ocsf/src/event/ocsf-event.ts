import { TENANT_NOT_STATED } from '@countersign/core';
import type { Interpretation } from '../model/interpretation.ts';
import type { Attribute, Attributes } from '../model/mapping.ts';
import type { RecordView, SourceRecord } from '../model/record-view.ts';
import { route } from '../reading/route-record.ts';
import { text } from '../values/json-value.ts';
import { createMemo, type Memo } from '../values/memo.ts';
import { classAttributes } from './class-attributes.ts';
import { OCSF_VERSION } from './class-table.ts';
import { conform } from './conform.ts';
import { type ClassShape, classes, isRecord } from './event-schema.ts';
import { unmappedOf } from './unmapped.ts';

/** OCSF observable type_id by the path of the attribute. */
const OBSERVABLES = (
  [
    ['src_endpoint.ip', 2, 'IP Address'],
    ['actor.user.name', 4, 'User Name'],
    ['user.name', 4, 'User Name'],
    ['email.from', 5, 'Email Address'],
    ['email.message_uid', 42, 'Message UID'],
    ['device.hostname', 1, 'Hostname'],
    ['file.path', 45, 'File Path'],
    ['http_request.user_agent', 16, 'HTTP User-Agent'],
    ['src_endpoint.location.country', 14, 'Country'],
  ] as const
).map(([name, type_id, type]) => ({ name, path: name.split('.'), type_id, type }));

/** The position of an event in the ledger. */
export type EventEntry = {
  /** The origin of the log. */
  readonly origin: string;
  /** The indices of all deliveries of the action. */
  readonly indices: readonly number[];
  /** When the first delivery arrived, RFC 3339. */
  readonly seen: string;
  /** Size of the body in bytes, if known. */
  readonly size?: number;
};

/** An OCSF 1.8.0 event as JSON. */
export type OcsfEvent = {
  readonly class_uid: number;
  readonly type_uid: number;
  readonly time: number;
  readonly [attribute: string]: unknown;
};

/**
 * The nested event of a record. The interpretation, which may combine several deliveries, decides
 * the class and the flat columns. The record adds the detail. The event is always valid and
 * lossless: `unmapped` holds each member of the record that the event does not contain unchanged.
 * `unmapped.entries` holds the ledger indices of the deliveries.
 */
export function toOcsf(
  record: SourceRecord,
  from: Interpretation,
  entry: EventEntry,
  memo: Memo = createMemo(),
): OcsfEvent {
  const { subject, mapping } = route(record, memo);
  const shape = classes.get(from.classUid) ?? (classes.get(0) as ClassShape);
  const detail = mapping.classes.includes(shape.uid) ? mapping.build(subject, from) : {};
  const draft = mergeAttributes(
    mergeAttributes(
      commonAttributes(subject, from, entry, shape),
      classAttributes(subject, from, shape),
    ),
    detail,
  );
  const event = conform(draft, shape);
  const observables = observablesOf(event);
  if (observables.length > 0) event['observables'] = observables;
  event['unmapped'] = { ...unmappedOf(record.value, event), entries: [...entry.indices] };
  for (const name of ['class_uid', 'type_uid', 'time']) event[name] = Number(event[name]);
  return event as OcsfEvent;
}

const OTHER = 99;

function commonAttributes(
  subject: RecordView,
  from: Interpretation,
  entry: EventEntry,
  shape: ClassShape,
): Attributes {
  const activityId = shape.uid === from.classUid ? from.activityId : OTHER;
  const activity =
    activityId === OTHER
      ? (from.operation ?? 'Other')
      : (captionOf(shape, 'activity_id', activityId) ?? from.operation);
  return {
    activity_id: activityId,
    activity_name: activity,
    category_name: shape.categoryCaption,
    category_uid: shape.categoryUid,
    class_name: shape.caption,
    class_uid: shape.uid,
    type_name: `${shape.caption}: ${activityId === OTHER ? 'Other' : activity}`,
    type_uid: shape.uid * 100 + activityId,
    time: from.timeMs,
    severity_id: from.severityId,
    severity: captionOf(shape, 'severity_id', from.severityId),
    status_id: from.statusId,
    status:
      from.statusId === OTHER
        ? (text(subject.body['ResultStatus']) ?? 'Other')
        : captionOf(shape, 'status_id', from.statusId),
    status_code: from.statusCode,
    message: messageOf(from),
    count: from.itemCount > 1 ? from.itemCount : undefined,
    metadata: metadataOf(subject, from, entry),
    raw_data_size: entry.size,
  };
}

function metadataOf(subject: RecordView, from: Interpretation, entry: EventEntry): Attributes {
  const { record } = subject;
  const seenMs = Date.parse(entry.seen);
  const logged = Number.isNaN(seenMs) ? undefined : seenMs;
  return {
    version: OCSF_VERSION,
    product: { name: 'Microsoft 365', vendor_name: 'Microsoft' },
    tenant_uid: record.tenant === TENANT_NOT_STATED ? undefined : record.tenant,
    uid: record.id,
    original_time: record.at,
    log_name: record.source,
    log_provider: from.workload,
    event_code: from.operation,
    correlation_uid: from.correlationUid,
    logged_time: logged,
    loggers: [{ name: entry.origin, logged_time: logged }],
    profiles: ['host'],
  };
}

/** One sentence for people: who did what to which object. */
function messageOf(from: Interpretation): string {
  const who = from.actorName ?? from.actorUid ?? 'an unnamed account';
  const operation = from.operation ?? (from.classUid === 3002 ? 'signed in' : 'acted');
  const verb = operation.endsWith('.') ? operation.slice(0, -1) : operation;
  const where = from.mailbox ?? from.object ?? from.targetName ?? from.resourceName;
  return where === null ? `${who}: ${verb}` : `${who}: ${verb} on ${where}`;
}

function captionOf(shape: ClassShape, attribute: string, value: number): string | undefined {
  return shape.attributes.get(attribute)?.values?.get(String(value));
}

/** Merges objects member by member. `override` wins, except where it is missing or null. */
function mergeAttributes(base: Attributes, override: Attributes): Attributes {
  const result: Record<string, Attribute> = { ...base };
  for (const name of Object.keys(override)) {
    const value = override[name];
    if (value === undefined || value === null) continue;
    const before = result[name];
    result[name] =
      isRecord(before) && isRecord(value)
        ? mergeAttributes(before as Attributes, value as Attributes)
        : value;
  }
  return result;
}

function observablesOf(event: Readonly<Record<string, unknown>>): unknown[] {
  const found: unknown[] = [];
  for (const { name, path, type_id, type } of OBSERVABLES) {
    const value = valueAt(event, path);
    if (typeof value === 'string') found.push({ name, type_id, type, value });
  }
  return found;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = isRecord(current) ? current[name] : undefined;
  return current;
}
