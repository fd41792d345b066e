import type { FeedRecord } from '../core/feed-record.ts';
import type { Tenant } from '../population/tenant.ts';
import { exportTime, graphTime } from './feed-format.ts';

export type Delivery = {
  readonly atMs: number;
  /** Id in the message trace, and the network message id. */
  readonly traceId: string;
  readonly networkMessageId: string;
  readonly internetMessageId: string;
  readonly subject: string;
  readonly bytes: number;
  /** `name`: the display name. */
  readonly sender: { readonly address: string; readonly ip: string; readonly name?: string };
  readonly recipient: { readonly address: string; readonly objectId: string };
  readonly direction: 'Inbound' | 'Outbound' | 'Intra-org';
  readonly threat?: 'Phish' | 'Malware';
  readonly attachment?: { readonly name: string; readonly type: string; readonly sha256: string };
};

/** One message to one recipient: message trace, and the hunting tables in the export. */
export function deliveryRecords(tenant: Tenant, delivery: Delivery): FeedRecord[] {
  const { atMs, attachment } = delivery;
  const id = `${delivery.networkMessageId}/${delivery.recipient.address}`;
  const records: FeedRecord[] = [
    { feed: 'graph/messageTraces', id: delivery.traceId, atMs, body: messageTrace(delivery) },
    {
      feed: 'azure/EmailEvents',
      id,
      atMs,
      body: huntingRow(tenant, atMs, 'EmailEvents', emailEvent(delivery)),
    },
  ];
  if (attachment === undefined) return records;
  const properties = {
    Timestamp: exportTime(atMs),
    NetworkMessageId: delivery.networkMessageId,
    SenderFromAddress: delivery.sender.address,
    RecipientEmailAddress: delivery.recipient.address,
    RecipientObjectId: delivery.recipient.objectId,
    FileName: attachment.name,
    FileType: attachment.type,
    SHA256: attachment.sha256,
    FileSize: delivery.bytes,
    ThreatTypes: delivery.threat ?? '',
    ReportId: id,
  };
  const body = huntingRow(tenant, atMs, 'EmailAttachmentInfo', properties);
  return [...records, { feed: 'azure/EmailAttachmentInfo', id, atMs, body }];
}

function messageTrace(delivery: Delivery): FeedRecord['body'] {
  return {
    id: delivery.traceId,
    messageId: delivery.internetMessageId,
    receivedDateTime: graphTime(delivery.atMs),
    senderAddress: delivery.sender.address,
    recipientAddress: delivery.recipient.address,
    subject: delivery.subject,
    status: delivery.threat === undefined ? 'delivered' : 'filteredAsSpam',
    size: delivery.bytes,
    fromIP: delivery.sender.ip,
    toIP: null,
  };
}

function emailEvent(delivery: Delivery): FeedRecord['body'] {
  const domain = delivery.sender.address.split('@')[1] ?? '';
  const isJunk = delivery.threat !== undefined;
  return {
    Timestamp: exportTime(delivery.atMs),
    NetworkMessageId: delivery.networkMessageId,
    InternetMessageId: delivery.internetMessageId,
    SenderMailFromAddress: delivery.sender.address,
    SenderFromAddress: delivery.sender.address,
    SenderDisplayName: delivery.sender.name ?? '',
    SenderObjectId: '',
    SenderMailFromDomain: domain,
    SenderFromDomain: domain,
    SenderIPv4: delivery.sender.ip.includes(':') ? '' : delivery.sender.ip,
    SenderIPv6: delivery.sender.ip.includes(':') ? delivery.sender.ip : '',
    RecipientEmailAddress: delivery.recipient.address,
    RecipientObjectId: delivery.recipient.objectId,
    Subject: delivery.subject,
    EmailDirection: delivery.direction,
    DeliveryAction: isJunk ? 'Junked' : 'Delivered',
    DeliveryLocation: isJunk ? 'Junk folder' : 'Inbox/folder',
    LatestDeliveryAction: isJunk ? 'Junked' : 'Delivered',
    LatestDeliveryLocation: isJunk ? 'Junk folder' : 'Inbox/folder',
    ThreatTypes: delivery.threat ?? '',
    AuthenticationDetails: '{"SPF":"pass","DKIM":"pass","DMARC":"pass","CompAuth":"pass"}',
    AttachmentCount: delivery.attachment === undefined ? 0 : 1,
    UrlCount: 0,
    EmailLanguage: 'en',
    EmailSize: delivery.bytes,
    ReportId: `${delivery.networkMessageId}/${delivery.recipient.address}`,
  };
}

/** The streaming API's envelope of a hunting table row. */
function huntingRow(
  tenant: Tenant,
  atMs: number,
  table: string,
  properties: FeedRecord['body'],
): FeedRecord['body'] {
  return {
    time: exportTime(atMs),
    tenantId: tenant.id,
    operationName: 'Publish',
    category: `AdvancedHunting-${table}`,
    _TimeReceivedBySvc: exportTime(atMs),
    properties,
  };
}
