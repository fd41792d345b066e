import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { canonicalIp } from '../../values/ip-address.ts';
import { count, type Json, lower, text } from '../../values/json-value.ts';
import { FAILURE, OTHER, SUCCESS, UNKNOWN } from '../../values/outcome.ts';
import { identifier, USER } from '../../values/principal-identifier.ts';

/**
 * Defender's data about a message, its attachments, its links and later actions on it
 * (`EmailEvents`, `EmailAttachmentInfo`, `EmailUrlInfo`, `EmailPostDeliveryEvents`), as OCSF Email
 * Activity. The sender can forge the sender address. So only a signed-in person of the company
 * becomes the actor.
 */
const EMAIL_ACTIVITY = 4009;
const SEND = 1;
const RECEIVE = 2;
const SCAN = 3;
const OTHER_ACTIVITY = 99;
const MEDIUM = 3;

const DIRECTIONS: ReadonlyMap<string | null, number> = new Map([
  ['inbound', 1],
  ['outbound', 2],
  ['intra-org', 3],
]);

const OUTCOMES: ReadonlyMap<string | null, number> = new Map([
  [null, UNKNOWN],
  ['delivered', SUCCESS],
  ['blocked', FAILURE],
]);

function interpret({ body: row, memo }: RecordView, into: Interpretation): void {
  const direction = lower(row['EmailDirection']);
  into.classUid = EMAIL_ACTIVITY;
  into.activityId = activityOf(row, direction);
  into.workload = 'Exchange';
  into.operation = text(row['ActionType']) ?? text(row['DeliveryAction']);
  into.statusCode = text(row['DeliveryAction']) ?? text(row['ActionResult']);
  into.statusId = OUTCOMES.get(lower(row['DeliveryAction'])) ?? OTHER;
  into.severityId = text(row['ThreatTypes']) === null ? into.severityId : MEDIUM;
  into.actorUid = identifier(row['SenderObjectId']);
  if (into.actorUid !== null) {
    into.actorName = lower(row['SenderFromAddress']);
    into.actorType = USER;
  }
  into.ip = canonicalIp(row['SenderIPv4'], memo) ?? canonicalIp(row['SenderIPv6'], memo);
  into.object = partOf(row) ?? text(row['InternetMessageId']) ?? text(row['NetworkMessageId']);
  into.sender = lower(row['SenderFromAddress']);
  into.targetUid = identifier(row['RecipientObjectId']);
  into.targetName = lower(row['RecipientEmailAddress']);
  into.targetType = into.targetName === null ? null : 'Recipient';
  into.mailbox = direction === 'outbound' ? null : into.targetName;
  into.folder = text(row['DeliveryLocation']);
  into.byteCount = count(row['EmailSize']) ?? count(row['FileSize']);
  into.correlationUid = identifier(row['NetworkMessageId']);
}

/** The attachment or link of a row. */
function partOf(row: Json): string | null {
  return text(row['FileName']) ?? text(row['Url']);
}

/** A row without a direction is about a part of the message, or about a later action. */
function activityOf(row: Json, direction: string | null): number {
  if (text(row['ActionType']) !== null) return OTHER_ACTIVITY;
  if (direction === null) return SCAN;
  return direction === 'inbound' ? RECEIVE : SEND;
}

function build({ body: row }: RecordView, from: Interpretation): Attributes {
  const url = text(row['Url']);
  const file = fileOf(row);
  return {
    direction: text(row['EmailDirection']),
    direction_id: DIRECTIONS.get(lower(row['EmailDirection'])) ?? 0,
    message_trace_uid: text(row['NetworkMessageId']),
    status_detail: from.statusCode,
    email: {
      uid: text(row['NetworkMessageId']),
      message_uid: text(row['InternetMessageId']),
      from: lower(row['SenderFromAddress']),
      return_path: lower(row['SenderMailFromAddress']),
      to: from.targetName === null ? undefined : [from.targetName],
      subject: text(row['Subject']),
      size: count(row['EmailSize']),
      files: file === undefined ? undefined : [file],
      urls: url === null ? undefined : [{ url_string: url }],
    },
  };
}

const SHA_256 = 3;
const REGULAR_FILE = 1;

function fileOf(row: Json): Attributes | undefined {
  const name = text(row['FileName']);
  if (name === null) return undefined;
  const sha256 = text(row['SHA256']);
  return {
    name,
    type_id: REGULAR_FILE,
    ext: text(row['FileType']),
    size: count(row['FileSize']),
    hashes: sha256 === null ? undefined : [{ algorithm_id: SHA_256, value: sha256 }],
  };
}

/** Returns true for an advanced hunting row about mail. */
export function isHuntedEmail(row: Json): boolean {
  return text(row['NetworkMessageId']) !== null;
}

export const emailHunting: Mapping = {
  name: 'email-hunting',
  classes: [EMAIL_ACTIVITY],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'azure-monitor/AdvancedHunting-EmailEvents',
      value: {
        time: '2024-03-04T08:30:00Z',
        tenantId: '7c0f5a3e-0000-4000-8000-00000000c0de',
        category: 'AdvancedHunting-EmailEvents',
        operationName: 'Publish',
        properties: {
          Timestamp: '2024-03-04T08:30:00Z',
          NetworkMessageId: '0A1E0000-0000-4000-8000-000000000001',
          InternetMessageId: '<1@example.net>',
          SenderFromAddress: 'Chief@Example.org',
          SenderObjectId: '',
          SenderIPv4: '192.0.2.1',
          RecipientEmailAddress: 'Bob@Example.org',
          RecipientObjectId: 'C0FFEE00-0000-4000-8000-000000000001',
          EmailDirection: 'Inbound',
          DeliveryAction: 'Blocked',
          ThreatTypes: 'Phish',
          EmailSize: 1200,
        },
      },
      expect: {
        classUid: 4009,
        activityId: 2,
        statusId: 2,
        severityId: 3,
        // The sender address proves nothing, so the row has no actor.
        actorUid: null,
        actorName: null,
        targetName: 'bob@example.org',
        mailbox: 'bob@example.org',
        ip: '192.0.2.1',
        byteCount: 1200,
        object: '<1@example.net>',
        correlationUid: '0a1e0000-0000-4000-8000-000000000001',
      },
    },
    {
      source: 'defender/advanced-hunting',
      value: {
        Timestamp: '2024-03-04T08:30:00Z',
        NetworkMessageId: '0a1e0000-0000-4000-8000-000000000001',
        SenderFromAddress: 'ada@example.org',
        SenderObjectId: 'ad000000-0000-4000-8000-000000000001',
        RecipientEmailAddress: 'bob@example.net',
        FileName: 'plans.rdp',
        FileType: 'rdp',
        SHA256: 'a'.repeat(64),
        FileSize: '512',
        ReportId: '0a1e0000-0000-4000-8000-000000000001-1',
      },
      expect: {
        classUid: 4009,
        activityId: 3,
        actorUid: 'ad000000-0000-4000-8000-000000000001',
        actorName: 'ada@example.org',
        byteCount: 512,
        targetName: 'bob@example.net',
        object: 'plans.rdp',
        sender: 'ada@example.org',
      },
    },
    {
      source: 'log-analytics/EmailPostDeliveryEvents',
      value: {
        TimeGenerated: '2024-03-04T09:30:00Z',
        Type: 'EmailPostDeliveryEvents',
        NetworkMessageId: '0a1e0000-0000-4000-8000-000000000001',
        RecipientEmailAddress: 'bob@example.org',
        Action: 'Moved to quarantine',
        ActionType: 'Phish ZAP',
        ActionResult: 'Success',
      },
      expect: { classUid: 4009, activityId: 99, operation: 'Phish ZAP', statusCode: 'Success' },
    },
  ],
};
