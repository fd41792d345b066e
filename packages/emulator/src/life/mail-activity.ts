import type { FeedRecord } from '../core/feed-record.ts';
import type { Person } from '../population/person.ts';
import { serverAddress } from '../population/places.ts';
import { dlpRecords } from '../records/dlp.ts';
import { deliveryRecords } from '../records/email.ts';
import { cmdletRecords, ruleObjectId } from '../records/exchange-admin.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import {
  bindRecords,
  groupRecords,
  itemRecords,
  type MailboxAct,
  type MailClient,
  type Message,
  syncRecords,
} from '../records/mailbox.ts';
import type { ActivityScene } from './activity-scene.ts';
import { outsideSender } from './outside-sender.ts';
import { SLOTS, type Slot } from './sessions.ts';

/** Companies that write to people here. */
const CORRESPONDENTS = ['harbourworks.example', 'ostpost.example', 'mailing.example'];
const FOLDERS = ['Inbox', 'Inbox', 'Inbox', 'Sent Items', 'Clients', 'Archive'];

/** The mail program of this act. */
function mailProgram(scene: ActivityScene): readonly [MailClient, Slot] {
  const isBrowser = scene.person.workplace === 'browser' || scene.random.chance(0.3);
  return isBrowser ? ['web', SLOTS.browser] : ['outlook', SLOTS.outlook];
}

function mailboxAct(
  scene: ActivityScene,
  [client, slot]: readonly [MailClient, Slot],
): Omit<MailboxAct, 'operation'> {
  const { person, atMs } = scene;
  return {
    atMs,
    id: scene.guid(),
    reader: { kind: 'user', account: person },
    owner: person,
    client,
    token: scene.token(slot),
  };
}

export function readMail(scene: ActivityScene): FeedRecord[] {
  const messages = scene.messages(scene.random.int(1, 7));
  const folder = scene.random.pick(FOLDERS);
  return bindRecords(scene.tenant, mailboxAct(scene, mailProgram(scene)), { folder, messages });
}

export function readMailOnPhone(scene: ActivityScene): FeedRecord[] {
  const messages = scene.messages(scene.random.int(1, 5));
  const act = mailboxAct(scene, ['mobile', SLOTS.outlookMobile]);
  return bindRecords(scene.tenant, act, { folder: 'Inbox', messages });
}

/** Desktop Outlook copies a folder. Other programs read message by message. */
export function syncMail(scene: ActivityScene): FeedRecord[] {
  if (scene.person.workplace === 'browser') return readMail(scene);
  const act = mailboxAct(scene, ['outlook', SLOTS.outlook]);
  return syncRecords(scene.tenant, act, scene.random.pick(FOLDERS));
}

export function sendMail(scene: ActivityScene): FeedRecord[] {
  const { tenant, person, random, atMs } = scene;
  const message = scene.message();
  const act = { ...mailboxAct(scene, mailProgram(scene)), operation: 'Send' };
  const records = itemRecords(tenant, act, { folder: 'Drafts', message, more: savedToSent });
  const networkMessageId = scene.guid();
  const sender = { address: person.upn, ip: act.token.ip, name: person.displayName };
  const recipients = new Set(Array.from({ length: random.int(1, 4) }, () => scene.colleague()));
  let isFirst = true;
  for (const to of recipients) {
    const recipient = { address: to.upn, objectId: to.objectId };
    const traceId = scene.guid();
    const delivery = { ...delivered(message), atMs, traceId, networkMessageId, sender, recipient };
    if (isFirst && random.chance(0.25)) {
      const outside = { address: `desk@${random.pick(CORRESPONDENTS)}`, objectId: '' };
      const out = { ...delivery, recipient: outside, direction: 'Outbound' as const };
      records.push(...deliveryRecords(tenant, out));
      if (random.chance(0.01)) records.push(...leaked(scene, message, outside.address));
    } else {
      records.push(...deliveryRecords(tenant, { ...delivery, direction: 'Intra-org' }));
    }
    isFirst = false;
  }
  return records;
}

const savedToSent = { SaveToSentItems: true };

function delivered(message: Message): {
  internetMessageId: string;
  subject: string;
  bytes: number;
} {
  const { internetMessageId, subject, bytes } = message;
  return { internetMessageId, subject, bytes };
}

function leaked(scene: ActivityScene, message: Message, recipient: string): FeedRecord[] {
  return dlpRecords(scene.tenant, {
    atMs: scene.atMs,
    id: scene.guid(),
    incidentId: scene.guid(),
    account: scene.person,
    recipient,
    message,
  });
}

/** Mail from outside arrives, without an act of a person here. */
export function mailArrives(scene: ActivityScene): FeedRecord[] {
  const { random, person, population } = scene;
  const message = scene.message(random.pick(CORRESPONDENTS));
  const colleague = (at: number): Person => population.person(at % population.size);
  const { address, name } = outsideSender(message.internetMessageId, { person, colleague });
  return deliveryRecords(scene.tenant, {
    ...delivered(message),
    atMs: scene.atMs,
    traceId: scene.guid(),
    networkMessageId: scene.guid(),
    sender: { address, ip: serverAddress(random.next()).ip, name },
    recipient: { address: person.upn, objectId: person.objectId },
    direction: 'Inbound',
  });
}

/** Create, Update, SoftDelete, HardDelete: one item each. */
export function changeItem(
  operation: string,
  folder: string,
): (scene: ActivityScene) => FeedRecord[] {
  return (scene) => {
    const act = { ...mailboxAct(scene, mailProgram(scene)), operation };
    const message = scene.message();
    if (operation.endsWith('Delete')) {
      return groupRecords(scene.tenant, act, { from: folder, messages: [message] });
    }
    return itemRecords(scene.tenant, act, { folder, message });
  };
}

export function tidyMail(scene: ActivityScene): FeedRecord[] {
  const act = { ...mailboxAct(scene, mailProgram(scene)), operation: 'MoveToDeletedItems' };
  const messages = scene.messages(scene.random.int(1, 4));
  return groupRecords(scene.tenant, act, { from: 'Inbox', to: 'Deleted Items', messages });
}

/** A typical inbox rule: newsletters into a folder. */
export function makeRule(scene: ActivityScene): FeedRecord[] {
  const { person, tenant } = scene;
  const name = scene.random.pick(['Newsletters', 'Rota', 'Travel', 'Reports']);
  return cmdletRecords(tenant, {
    atMs: scene.atMs,
    id: scene.guid(),
    requestId: scene.guid(),
    operation: 'New-InboxRule',
    account: person,
    token: { ...scene.token(SLOTS.browser), appId: FIRST_PARTY.exchange },
    objectId: ruleObjectId(tenant, person, name),
    parameters: [
      ['AlwaysDeleteOutlookRulesBlob', 'False'],
      ['Force', 'False'],
      ['MoveToFolder', name],
      ['Name', name],
      ['FromAddressContainsWords', scene.random.pick(CORRESPONDENTS)],
      ['StopProcessingRules', 'True'],
    ],
    isWeb: true,
  });
}

/** The vendor's services read mailboxes to index them, without a sign-in in this tenant. */
export function vendorReads(scene: ActivityScene): FeedRecord[] {
  const { person, atMs, random } = scene;
  return bindRecords(
    scene.tenant,
    {
      atMs,
      id: scene.guid(),
      reader: { kind: 'vendor', appId: FIRST_PARTY.substrate },
      owner: person,
      client: 'rest',
      token: {
        tokenId: '',
        sessionId: undefined,
        issuedMs: atMs,
        appId: FIRST_PARTY.substrate,
        ip: '::1',
        deviceId: undefined,
      },
    },
    { folder: 'Inbox', messages: scene.messages(random.int(1, 4)) },
  );
}
