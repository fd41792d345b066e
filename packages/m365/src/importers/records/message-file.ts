import { firstId, firstInstant, firstTenant, type Shape } from './shape.ts';

/**
 * A row that was made of a message in a file. Its id is that of the message trace where the suite
 * gave the message one and its recipient is known, so that both are one action. Else it is the
 * digest of the file: a Message-ID is the sender's own word, and a second message that bears the
 * same must not pass for the first.
 */
export const messageFile: Shape = {
  name: 'message-file',
  recognises: (item) =>
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
