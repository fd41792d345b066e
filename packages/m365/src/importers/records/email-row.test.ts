import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import type { JsonObject } from '../files/chunks/chunk.ts';
import { identify } from './identify-record.ts';

const TENANT = '5f1c2ab0-9d3e-4c77-8a21-0e6b7d94c3f1';
const ID = '3b9e0c5d-1f42-4a68-9c07-8f2d11aa0001';
const AT = '2026-03-04T08:31:07Z';

type Case = {
  readonly name: string;
  readonly item: JsonObject;
  readonly source: string;
  readonly tenant?: string;
  readonly id: string;
};

const cases: readonly Case[] = [
  {
    name: 'a row of a message trace: one message to one recipient',
    item: {
      MessageTraceId: ID.toUpperCase(),
      SenderAddress: 'a@x.example',
      RecipientAddress: 'B@x.example',
      Received: AT,
    },
    source: 'exchange/message-trace',
    id: `${ID}/b@x.example`,
  },
  {
    name: 'the same of Graph',
    item: {
      id: ID,
      senderAddress: 'a@x.example',
      recipientAddress: 'b@x.example',
      receivedDateTime: AT,
      fromIP: null,
    },
    source: 'exchange/message-trace',
    id: `${ID}/b@x.example`,
  },
  {
    name: "a row of the admin center's report",
    item: {
      network_message_id: ID,
      sender_address: 'a@x.example',
      recipient_status: 'b@x.example##Receive',
      origin_timestamp_utc: AT,
    },
    source: 'exchange/message-trace',
    id: `${ID}/b@x.example##receive`,
  },
  {
    name: 'a mail row of the stream',
    item: {
      time: '2026-03-04T08:33:00Z',
      category: 'AdvancedHunting-EmailEvents',
      tenantId: TENANT,
      operationName: 'Publish',
      properties: {
        Timestamp: AT,
        NetworkMessageId: ID,
        RecipientEmailAddress: 'B@x.example',
        EmailDirection: 'Inbound',
        ReportId: 'r-1',
      },
    },
    source: 'azure-monitor/AdvancedHunting-EmailEvents',
    tenant: TENANT,
    id: 'EmailEvents/r-1/b@x.example',
  },
  {
    name: 'an attachment of it, which is another event',
    item: {
      Timestamp: AT,
      NetworkMessageId: ID,
      RecipientEmailAddress: 'b@x.example',
      FileName: 'plans.rdp',
      ReportId: 'r-1',
    },
    source: 'defender/advanced-hunting',
    id: 'EmailAttachmentInfo/r-1/b@x.example/plans.rdp',
  },
];

for (const { name, item, source, tenant = TENANT_NOT_STATED, id } of cases) {
  test(`recognizes ${name}`, () => {
    assert.deepEqual(identify(item), { source, tenant, id, at: AT });
  });
}
