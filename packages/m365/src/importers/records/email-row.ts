import type { JsonObject } from '../files/chunks/chunk.ts';
import { firstId, firstInstant, firstTenant, type Shape } from './shape.ts';

/** Advanced hunting tables about mail, each with a member that only this table has. */
const TABLES: readonly (readonly [table: string, member: string])[] = [
  ['EmailAttachmentInfo', 'FileName'],
  ['EmailUrlInfo', 'Url'],
  ['EmailPostDeliveryEvents', 'ActionType'],
  ['EmailEvents', 'EmailDirection'],
];

/**
 * The id of a row about mail; undefined for any other row. `ReportId` identifies the message, so it
 * identifies an event only together with its table. A message has one row for each attachment and
 * link.
 */
export function emailRowId(row: JsonObject): string | undefined {
  if (row['NetworkMessageId'] === undefined) return undefined;
  const [table] = TABLES.find(([, member]) => row[member] !== undefined) ?? [];
  const report = firstId(row['ReportId']) ?? firstId(row['NetworkMessageId']);
  if (table === undefined || report === undefined) return undefined;
  const recipient = firstId(row['RecipientEmailAddress'])?.toLowerCase();
  const part = firstId(row['SHA256'], row['FileName'], row['Url']);
  const parts = [table, report, recipient, table === 'EmailEvents' ? undefined : part];
  return firstId(parts.filter((each) => each !== undefined).join('/'));
}

/**
 * A row of a message trace: one message to one recipient, as the cmdlet, Graph and the admin
 * center's report write it.
 */
export const messageTrace: Shape = {
  name: 'message-trace',
  recognizes: (item) => {
    const { trace, sender, recipient } = namesOf(item);
    return trace !== undefined && sender !== undefined && recipient !== undefined;
  },
  identify: (item) => {
    const { trace, recipient, at } = namesOf(item);
    const parts = [firstId(trace), firstId(recipient)?.toLowerCase()];
    return {
      source: 'exchange/message-trace',
      tenant: firstTenant(item['OrganizationId'], item['organizationId']),
      id: parts[0] === undefined ? undefined : firstId(parts.filter(Boolean).join('/')),
      at: firstInstant(at),
    };
  },
};

type Names = { trace: unknown; sender: unknown; recipient: unknown; at: unknown };

function namesOf(item: JsonObject): Names {
  if (item['MessageTraceId'] !== undefined) {
    return {
      trace: item['MessageTraceId'],
      sender: item['SenderAddress'],
      recipient: item['RecipientAddress'],
      at: item['Received'],
    };
  }
  if (item['network_message_id'] !== undefined) {
    return {
      trace: item['network_message_id'],
      sender: item['sender_address'],
      recipient: item['recipient_status'] ?? item['recipient_address'],
      at: item['origin_timestamp_utc'] ?? item['date_time_utc'],
    };
  }
  const isGraph = item['receivedDateTime'] !== undefined && item['fromIP'] !== undefined;
  return {
    trace: isGraph ? item['id'] : undefined,
    sender: item['senderAddress'],
    recipient: item['recipientAddress'],
    at: item['receivedDateTime'],
  };
}
