import { canonicalIp } from '../address.ts';
import type { Interpretation } from '../interpretation.ts';
import { count, list, lower, text } from '../json.ts';
import type { Attributes, Mapping } from '../mapping.ts';
import { FAILURE, OTHER, SUCCESS, UNKNOWN } from '../outcome.ts';
import type { Subject } from '../subject.ts';

/** Exchange message trace, as the published OCSF mapping has it (contracts 15.4): 4009, Trace. */
const EMAIL_ACTIVITY = 4009;
const TRACE = 4;

function interpret(subject: Subject, into: Interpretation): void {
  const { body: row, memo } = subject;
  into.classUid = EMAIL_ACTIVITY;
  into.activityId = TRACE;
  into.operation = null;
  into.workload = 'Exchange';
  into.statusCode = text(row['status']);
  const status = into.statusCode?.toLowerCase();
  into.statusId =
    status === undefined
      ? UNKNOWN
      : status === 'delivered'
        ? SUCCESS
        : status === 'failed'
          ? FAILURE
          : OTHER;
  into.actorName = lower(row['senderaddress']);
  into.ip = canonicalIp(row['fromip'], memo);
  into.object = text(row['messageid']);
  into.targetName = lower(list(row['recipientaddress'])[0] ?? row['recipientaddress']);
  into.targetType = into.targetName === null ? null : 'Recipient';
  into.byteCount = count(row['size']);
  into.correlationUid = text(row['messagetraceid']);
}

function build(subject: Subject, from: Interpretation): Attributes {
  const { body: row } = subject;
  const to = list(row['recipientaddress'])
    .map(lower)
    .filter((address) => address !== null);
  return {
    direction_id: 0,
    message_trace_uid: text(row['messagetraceid']),
    status_detail: from.statusCode,
    email: {
      from: from.actorName,
      to: to.length > 0 ? to : from.targetName === null ? undefined : [from.targetName],
      subject: text(row['subject']),
      message_uid: from.object,
      size: from.byteCount,
    },
  };
}

/** True for a row whose lower-case columns are those of a message trace. */
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
  ],
};
