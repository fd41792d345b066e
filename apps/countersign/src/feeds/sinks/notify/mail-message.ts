import type { SendMailOptions } from 'nodemailer';
import { factsOf, headlineOf, type Notification, nextStepOf } from './notification.ts';

export type MailTarget = { readonly to: readonly string[] };

/**
 * A plain text message. Its Message-ID comes from the notification, so that mail systems drop a
 * message that is sent again after a crash. All messages of an incident refer to one id, so that
 * clients show them as one conversation.
 */
export function mailMessage(
  notification: Notification,
  { from, to }: { readonly from: string } & MailTarget,
): SendMailOptions {
  const { id, incident } = notification;
  const domain = from.slice(from.lastIndexOf('@') + 1).replace(/[^A-Za-z0-9.-]/g, '');
  const root = Buffer.from(incident).toString('hex').slice(0, ROOT_CHARACTERS_MAX);
  const facts = factsOf(notification).map(([name, value]) => `${name}: ${value}`);
  const lines = [headlineOf(notification), '', ...facts, '', nextStepOf(notification), ''];
  return {
    from: { name: 'Countersign', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: headlineOf(notification),
    text: lines.join('\n'),
    messageId: `<${id}@${domain}>`,
    references: `<incident.${root}@${domain}>`,
    // RFC 3834: no vacation notice answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    // Nothing in a message is ever read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** An incident's id is shorter. A header line ends before 998 characters (RFC 5322 2.1.1). */
const ROOT_CHARACTERS_MAX = 200;
