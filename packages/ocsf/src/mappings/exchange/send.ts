import { LIST_SCAN_MAX } from '../../limits.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { count, type Json, list, object, text } from '../../values/json-value.ts';
import { ualExample } from '../example-records.ts';
import { fillMailbox } from './mailbox.ts';

/** Sent mail, also as or on behalf of another person, as OCSF Email Activity. */
const EMAIL_ACTIVITY = 4009;
const SEND = 1;
const OUTBOUND = 2;

function interpret(subject: RecordView, into: Interpretation): void {
  const { body } = subject;
  const item = object(body['Item']);
  into.classUid = EMAIL_ACTIVITY;
  into.activityId = SEND;
  fillMailbox(body, into);
  into.folder = text(object(item['ParentFolder'])['Path']);
  into.object = text(item['InternetMessageId']);
  into.byteCount = count(item['SizeInBytes']);
  const sentAs = senderOf(body);
  if (sentAs !== null) {
    into.targetName = sentAs;
    into.targetType = 'Mailbox';
  }
}

function senderOf(body: Json): string | null {
  const as = text(body['SendAsUserSmtp']) ?? text(body['SendOnBehalfOfUserSmtp']);
  return as?.toLowerCase() ?? null;
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body } = subject;
  const item = object(body['Item']);
  const recipients = list(body['recipientList'] ?? body['RecipientList'])
    .slice(0, LIST_SCAN_MAX)
    .map(
      (raw) => text(typeof raw === 'string' ? raw : object(raw)['Address'])?.toLowerCase() ?? null,
    )
    .filter((address) => address !== null);
  return {
    direction_id: OUTBOUND,
    email: {
      from: senderOf(body) ?? from.mailbox ?? from.actorName,
      to: recipients.length > 0 ? recipients : undefined,
      subject: text(item['Subject']),
      message_uid: text(item['InternetMessageId']),
      uid: text(item['Id']),
      size: count(item['SizeInBytes']),
    },
  };
}

export const exchangeSend: Mapping = {
  name: 'exchange-send',
  classes: [EMAIL_ACTIVITY],
  matches: { family: 'exchange', operations: ['Send', 'SendAs', 'SendOnBehalf'] },
  interpret,
  build,
  examples: [
    ualExample(
      'SendAs',
      2,
      'Exchange',
      {
        ResultStatus: 'Succeeded',
        MailboxOwnerUPN: 'Ada@Example.org',
        SendAsUserSmtp: 'Boss@Example.org',
        Item: { Id: 'i', Subject: 'Hello', InternetMessageId: '<1@example.org>', SizeInBytes: 12 },
      },
      {
        classUid: 4009,
        activityId: 1,
        mailbox: 'ada@example.org',
        targetName: 'boss@example.org',
        object: '<1@example.org>',
        byteCount: 12,
      },
    ),
  ],
};
