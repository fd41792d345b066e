import { LIST_SCAN_MAX } from '../../limits.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { canonicalIp } from '../../values/ip-address.ts';
import { count, type Json, list, lower, text } from '../../values/json-value.ts';
import { FAILURE, OTHER, SUCCESS, UNKNOWN } from '../../values/outcome.ts';

/** Exchange message trace, as in the published OCSF mapping: 4009, Trace. */
const EMAIL_ACTIVITY = 4009;
const TRACE = 4;

/** Other names of the columns: Graph's, and those of the admin center's report. */
const NAMES: readonly (readonly [name: string, ...others: string[]])[] = [
  ['messagetraceid', 'network_message_id', 'id'],
  ['senderaddress', 'sender_address'],
  ['recipientaddress', 'recipient_address', 'recipient_status'],
  ['status', 'deliverystatus'],
  ['fromip', 'original_client_ip', 'client_ip'],
  ['messageid', 'message_id'],
  ['size', 'total_bytes'],
  ['subject', 'message_subject'],
];

function named(body: Json): Json {
  const row: Record<string, unknown> = {};
  for (const [name, ...others] of NAMES) {
    const found = [name, ...others].find((each) => body[each] !== undefined);
    if (found !== undefined) row[name] = body[found];
  }
  return row;
}

function interpret(subject: RecordView, into: Interpretation): void {
  const { memo } = subject;
  const row = named(subject.body);
  into.classUid = EMAIL_ACTIVITY;
  into.activityId = TRACE;
  into.operation = null;
  into.workload = 'Exchange';
  into.statusCode = text(row['status']);
  into.statusId = STATUSES.get(into.statusCode?.toLowerCase() ?? '') ?? OTHER;
  into.actorName = lower(row['senderaddress']);
  into.sender = into.actorName;
  into.ip = canonicalIp(row['fromip'], memo);
  into.object = text(row['messageid']);
  into.targetName = recipientsOf(row)[0] ?? null;
  into.targetType = into.targetName === null ? null : 'Recipient';
  into.byteCount = count(row['size']);
  into.correlationUid = text(row['messagetraceid']);
}

const STATUSES: ReadonlyMap<string, number> = new Map([
  ['', UNKNOWN],
  ['delivered', SUCCESS],
  ['failed', FAILURE],
]);

/**
 * One address, a list of addresses, or `bob@example.org##Receive, Deliver;carol@example.org##Fail`.
 */
function recipientsOf(row: Json): string[] {
  const stated = row['recipientaddress'];
  const all = Array.isArray(stated) ? list(stated) : (text(stated)?.split(';') ?? []);
  return all
    .slice(0, LIST_SCAN_MAX)
    .map((each) => lower(text(each)?.split('##')[0]))
    .filter((address) => address !== null);
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const row = named(subject.body);
  const to = recipientsOf(row);
  return {
    direction_id: 0,
    message_trace_uid: text(row['messagetraceid']),
    status_detail: from.statusCode,
    email: {
      from: from.actorName,
      to: to.length > 0 ? to : undefined,
      subject: text(row['subject']),
      message_uid: from.object,
      size: from.byteCount,
    },
  };
}

/** Returns true for a row whose lower-case columns are those of a message trace. */
export function isMessageTrace(row: Readonly<Record<string, unknown>>): boolean {
  return row['messagetraceid'] !== undefined && row['senderaddress'] !== undefined;
}

export const messageTrace: Mapping = {
  name: 'message-trace',
  classes: [EMAIL_ACTIVITY],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'other/json',
      value: {
        MessageTraceId: '0a1e0000-0000-4000-8000-000000000001',
        MessageId: '<1@example.org>',
        SenderAddress: 'Ada@Example.org',
        RecipientAddress: 'Bob@Example.net',
        Status: 'Delivered',
        FromIP: '192.0.2.1',
        Size: '1200',
        Subject: 'Hello',
      },
      expect: {
        classUid: 4009,
        activityId: 4,
        statusId: 1,
        actorName: 'ada@example.org',
        targetName: 'bob@example.net',
        ip: '192.0.2.1',
        byteCount: 1200,
        object: '<1@example.org>',
      },
    },
    {
      source: 'exchange/message-trace',
      value: {
        id: '0a1e0000-0000-4000-8000-000000000001',
        messageId: '<1@example.org>',
        receivedDateTime: '2024-03-04T08:30:00Z',
        senderAddress: 'Ada@Example.org',
        recipientAddress: 'Bob@Example.net',
        status: 'delivered',
        fromIP: '192.0.2.1',
        size: 1200,
      },
      expect: {
        classUid: 4009,
        statusId: 1,
        actorName: 'ada@example.org',
        targetName: 'bob@example.net',
        byteCount: 1200,
        correlationUid: '0a1e0000-0000-4000-8000-000000000001',
      },
    },
    {
      source: 'exchange/message-trace',
      value: {
        origin_timestamp_utc: '2024-03-04T08:30:00.0000000Z',
        sender_address: 'ada@example.org',
        recipient_status: 'Bob@Example.net##Receive, Send;carol@example.net##Receive, Fail',
        message_subject: 'Hello',
        total_bytes: '1200',
        message_id: '<1@example.org>',
        network_message_id: '0a1e0000-0000-4000-8000-000000000001',
        original_client_ip: '192.0.2.1',
      },
      expect: {
        classUid: 4009,
        statusId: 0,
        targetName: 'bob@example.net',
        ip: '192.0.2.1',
        byteCount: 1200,
      },
    },
  ],
};
