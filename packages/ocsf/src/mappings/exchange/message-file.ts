import { LIST_SCAN_MAX } from '../../limits.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attribute, Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { list, lower, object, text } from '../../values/json-value.ts';
import { emailHunting } from './email-hunting.ts';

/**
 * A message file (.eml), its attachments and its links, as OCSF Email Activity. The columns match
 * Defender's data about mail, so that phishing detectors treat both alike.
 */
const EMAIL_ACTIVITY = 4009;
const SEND = 1;
const RECEIVE = 2;

function interpret(subject: RecordView, into: Interpretation): void {
  const { body: row } = subject;
  emailHunting.interpret(subject, into);
  if (row['MessageFile'] !== 'message') return;
  // A message without a server's stamp was never sent: it may be a draft.
  const isReceived = list(row['Received']).length > 0;
  into.activityId = isReceived ? RECEIVE : SEND;
  if (!isReceived) into.mailbox = null;
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body: row } = subject;
  const built = emailHunting.build(subject, from);
  const email = built['email'] as Attributes;
  const to = texts(row['To']);
  return {
    ...built,
    email: {
      ...email,
      to: to.length > 0 ? to : (email['to'] as Attribute),
      cc: nonEmpty(texts(row['Cc'])),
      from_mailbox: text(row['SenderDisplayName']),
      sender: lower(object(row['Sender'])['address']),
      reply_to_list: nonEmpty(
        list(row['ReplyTo'])
          .slice(0, LIST_SCAN_MAX)
          .flatMap((each) => lower(object(each)['address']) ?? []),
      ),
    },
  };
}

function texts(value: unknown): string[] {
  return list(value)
    .slice(0, LIST_SCAN_MAX)
    .flatMap((each) => lower(each) ?? []);
}

function nonEmpty(all: string[]): string[] | undefined {
  return all.length > 0 ? all : undefined;
}

const COMMON = {
  MessageSHA256: 'b'.repeat(64),
  Timestamp: '2024-03-04T08:30:00Z',
  InternetMessageId: '<1@example.net>',
  SenderFromAddress: 'Chief@Example.net',
  RecipientEmailAddress: 'bob@example.org',
  SenderIPv4: '192.0.2.1',
};

export const messageFile: Mapping = {
  name: 'message-file',
  classes: [EMAIL_ACTIVITY],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'mail/message',
      value: {
        MessageFile: 'message',
        ...COMMON,
        SenderDisplayName: 'Ada Chief',
        ReplyTo: [{ name: 'Ada', address: 'Ada@Example.com' }],
        To: ['Bob@Example.org', 'carol@example.org'],
        Cc: [],
        Subject: 'Hello',
        Received: ['from a by b; Mon, 4 Mar 2024 08:30:00 +0000'],
        EmailSize: 1200,
      },
      expect: {
        classUid: 4009,
        activityId: 2,
        statusId: 0,
        // The sender address proves nothing, so the row has no actor.
        actorName: null,
        sender: 'chief@example.net',
        targetName: 'bob@example.org',
        mailbox: 'bob@example.org',
        object: '<1@example.net>',
        byteCount: 1200,
        ip: '192.0.2.1',
      },
    },
    {
      source: 'mail/message',
      value: { MessageFile: 'attachment', ...COMMON, FileName: 'Check.rdp', FileSize: 512 },
      expect: { classUid: 4009, activityId: 3, object: 'Check.rdp', byteCount: 512 },
    },
    {
      source: 'mail/message',
      value: { MessageFile: 'link', ...COMMON, Url: 'https://example.com/' },
      expect: { classUid: 4009, activityId: 3, object: 'https://example.com/' },
    },
    {
      source: 'mail/message',
      value: { MessageFile: 'message', ...COMMON, Received: [] },
      expect: { activityId: 1, mailbox: null },
    },
  ],
};
