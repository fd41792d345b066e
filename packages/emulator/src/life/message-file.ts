import type { JsonObject } from '../core/json-object.ts';
import { answersTo } from './outside-sender.ts';

/**
 * An external message as a submitted file (RFC 5322), from its row in the hunting table. Undefined
 * if the file would contain nothing beyond the row.
 */
export function messageFile(row: JsonObject): string | undefined {
  const text = (name: string): string => {
    const value = row[name];
    return typeof value === 'string' ? value : '';
  };
  const { replyTo, listId } = answersTo(text('InternetMessageId'));
  if (row['EmailDirection'] !== 'Inbound' || replyTo === undefined) return undefined;
  const at = new Date(text('Timestamp')).toUTCString().replace('GMT', '+0000');
  const domain = text('SenderFromDomain');
  const lines = [
    `Received: from mail.${domain} ([${text('SenderIPv4')}]) by mx.example; ${at}`,
    `Authentication-Results: spf=pass smtp.mailfrom=${domain}; dkim=pass; dmarc=pass`,
    `From: "${text('SenderDisplayName')}" <${text('SenderFromAddress')}>`,
    `To: <${text('RecipientEmailAddress')}>`,
    `Reply-To: <${replyTo}>`,
    ...(listId === undefined ? [] : [`List-Id: ${listId}`]),
    `Subject: ${text('Subject')}`,
    `Date: ${at}`,
    `Message-ID: ${text('InternetMessageId')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
  ];
  return `${lines.join('\r\n')}\r\n\r\nSee you.\r\n`;
}
