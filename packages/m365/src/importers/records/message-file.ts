import { firstId, firstInstant, firstTenant, type Shape } from './shape.ts';

/**
 * A row made from a message file. If the suite assigned an id and the recipient is known, the row
 * has the id of the message trace. Both are then one action. Otherwise the id is the digest of the
 * file. A sender chooses the Message-ID, so a second message with the same one must not replace the
 * first.
 */
export const messageFile: Shape = {
  name: 'message-file',
  recognizes: (item) =>
    typeof item['MessageFile'] === 'string' && typeof item['MessageSHA256'] === 'string',
  identify: (item) => ({
    source: 'mail/message',
    tenant: firstTenant(),
    id: idOf(item),
    at: firstInstant(item['Timestamp']),
  }),
};

function idOf(item: Readonly<Record<string, unknown>>): string | undefined {
  const trace = firstId(item['NetworkMessageId']);
  const recipient = firstId(item['OnlyRecipient'])?.toLowerCase();
  const isMessage = item['MessageFile'] === 'message';
  if (isMessage && trace !== undefined && recipient !== undefined) return `${trace}/${recipient}`;
  const part = [item['Part'], item['SHA256'], item['Url'], item['ShownAs']];
  return firstId(
    ['mail', item['MessageFile'], item['MessageSHA256'], ...part]
      .filter((each) => typeof each === 'string')
      .join('/')
      .slice(0, 1024),
  );
}
