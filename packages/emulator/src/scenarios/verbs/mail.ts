import type { FeedRecord } from '../../core/feed-record.ts';
import { hex8 } from '../../core/seeded-random.ts';
import { SUBJECT_WORDS } from '../../population/names.ts';
import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import type { Token } from '../../records/account.ts';
import { type Delivery, deliveryRecords } from '../../records/email.ts';
import { cmdletRecords, ruleObjectId } from '../../records/exchange-admin.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import { graphCallRecords } from '../../records/graph-activity.ts';
import {
  bindRecords,
  itemRecords,
  type MailboxAct,
  type MailClient,
  type Message,
  type Reader,
  syncRecords,
} from '../../records/mailbox.ts';

import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { Session } from '../steps/scenario-value.ts';
import type { StepArguments } from '../steps/step-arguments.ts';
import { AppTokens } from './apps.ts';
import { principalOf } from './audited-change.ts';
import { clearForwarding, permissionText, removePermission, removeRule } from './respond.ts';
import { momentsIn, type Verb } from './verb.ts';

/** Messages opened within two minutes share one record (Microsoft, "MailItemsAccessed"). */
const BIND_WINDOW_MS = 120_000;

function messageOf(context: ScenarioContext, domain: string): Message {
  const { random } = context;
  const id = [random.next(), random.next(), random.next(), random.next()].map(hex8).join('');
  return {
    internetMessageId: `<${id.toUpperCase()}@${domain}>`,
    subject: `${random.pick(SUBJECT_WORDS)} ${random.pick(SUBJECT_WORDS)}`,
    bytes: random.int(8, 500) * 512,
  };
}

/** The reader, and its token at a given time. */
type Access = { readonly reader: Reader; readonly token: (atMs: number) => Token };

function accessOf(context: ScenarioContext, args: StepArguments, home: Population): Access {
  const actor = args.actor('by');
  if (actor.kind === 'session') {
    const { session } = actor;
    return {
      reader: { kind: 'user', account: session.account },
      token: (atMs) => context.tokenOf(session, atMs),
    };
  }
  const { app } = actor;
  const servicePrincipalId = principalOf(context, app, home);
  const resourceId = FIRST_PARTY.exchange;
  const tokens = new AppTokens(context, { app, home, pool: args.pool(), resourceId });
  return {
    reader: { kind: 'app', app: { name: app.name, appId: app.appId, servicePrincipalId } },
    token: (atMs) => tokens.at(atMs),
  };
}

/**
 * Opens messages one by one in each mailbox. Messages opened within two minutes from one address
 * share one record; `workers` read in parallel from different addresses.
 */
export const readMail: Verb = (context, args) => {
  const { people, home } = args.people('mailboxes');
  const workers = Array.from({ length: args.integer('workers', 1) }, () =>
    accessOf(context, args, home),
  );
  const client = args.text('client', 'rest') as MailClient;
  const folder = args.text('folder', 'Inbox');
  const overMs = args.duration('over');
  const windows = people.flatMap((owner) =>
    bindsIn(context, owner, { items: args.integer('items'), overMs, workers: workers.length }),
  );
  // In time order, because one token serves all mailboxes until it expires.
  for (const { owner, atMs, count, worker } of windows.sort((a, b) => a.atMs - b.atMs)) {
    const id = context.random.guid();
    const access = workers[worker] as Access;
    const token = access.token(atMs);
    const act = { atMs, id, reader: access.reader, owner, client, token };
    const messages = Array.from({ length: count }, () => messageOf(context, home.tenant.domain));
    const records = bindRecords(home.tenant, act, { folder, messages });
    if (client === 'rest') records.push(...graphCalls(context, home, act));
    context.emit(home, atMs, records);
  }
  context.nowMs += overMs + BIND_WINDOW_MS;
};

/** REST clients use Graph, and only the export reports the calls. */
function graphCalls(
  context: ScenarioContext,
  home: Population,
  { reader, owner, token, atMs }: Omit<MailboxAct, 'operation'>,
): FeedRecord[] {
  if (reader.kind === 'vendor') return [];
  return graphCallRecords(home.tenant, {
    atMs,
    requestId: context.random.guid(),
    operationId: context.random.guid(),
    method: 'GET',
    path: `users/${owner.objectId}/messages?$top=50`,
    status: 200,
    token,
    who:
      reader.kind === 'user'
        ? { kind: 'user', objectId: reader.account.objectId, scopes: 'Mail.Read User.Read' }
        : { kind: 'app', app: reader.app, roles: 'Mail.Read' },
    clientAuthMethod: reader.kind === 'user' ? 0 : 1,
    userAgent: 'python-requests/2.32.3',
    place: 'West Europe',
  });
}

type Bind = {
  readonly owner: Person;
  readonly atMs: number;
  readonly worker: number;
  readonly count: number;
};

function bindsIn(
  context: ScenarioContext,
  owner: Person,
  { items, overMs, workers }: { items: number; overMs: number; workers: number },
): Bind[] {
  const counts = new Map<number, number>();
  for (const atMs of momentsIn(context, items, overMs)) {
    const key = Math.floor(atMs / BIND_WINDOW_MS) * workers + context.random.int(0, workers);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([key, count]) => {
    // A record is written after its two minutes.
    const atMs = (Math.floor(key / workers) + 1) * BIND_WINDOW_MS;
    return { owner, atMs, worker: key % workers, count };
  });
}

/** A desktop client copies whole folders: everything in them is taken. */
export const syncMail: Verb = (context, args) => {
  const session = args.session('by');
  const owner = session.account;
  for (const folder of ['Inbox', 'Sent Items', 'Archive', 'Drafts']) {
    const act = {
      atMs: context.nowMs,
      id: context.random.guid(),
      reader: { kind: 'user', account: owner },
      owner,
      client: 'outlook',
      token: context.tokenOf(session, context.nowMs),
    } as const;
    context.emit(session.home, context.nowMs, syncRecords(session.home.tenant, act, folder));
    context.nowMs += context.random.int(2000, 40_000);
  }
};

/** Creates a rule that hides, deletes or forwards mail. */
export const inboxRule: Verb = (context, args) => {
  const session = args.session('by');
  const { home, account } = session;
  const name = args.text('name');
  const words = args.text('words');
  const forwardTo = args.has('forward-to') ? args.text('forward-to') : undefined;
  const isDelete = args.is('delete');
  const action: [string, string] =
    forwardTo !== undefined
      ? ['ForwardTo', forwardTo]
      : isDelete
        ? ['DeleteMessage', 'True']
        : ['MoveToFolder', args.text('move-to', 'RSS Feeds')];
  cmdlet(context, session, {
    operation: 'New-InboxRule',
    objectId: ruleObjectId(home.tenant, account, name),
    appId: FIRST_PARTY.exchange,
    isWeb: true,
    parameters: [
      ['AlwaysDeleteOutlookRulesBlob', 'False'],
      ['Force', 'False'],
      action,
      ['Name', name],
      ['SubjectOrBodyContainsWords', words],
      ['StopProcessingRules', 'True'],
    ],
  });
  context.addFoothold(
    {
      kind: 'inbox-rule',
      tenantId: home.tenant.id,
      objectId: account.objectId,
      detail: `the rule ${name} in the mailbox of ${account.upn}`,
    },
    (responder) => removeRule(context, home, responder, { account, name }),
  );
};

/** Forwards the whole mailbox. */
export const forwardMail: Verb = (context, args) => {
  const session = args.session('by');
  const { home, account } = session;
  const to = args.text('to');
  cmdlet(context, session, {
    operation: 'Set-Mailbox',
    objectId: account.objectId,
    appId: FIRST_PARTY.exchange,
    isWeb: true,
    parameters: [
      ['Identity', account.upn],
      ['DeliverToMailboxAndForward', 'True'],
      ['ForwardingSmtpAddress', `smtp:${to}`],
    ],
  });
  context.addFoothold(
    {
      kind: 'forwarding',
      tenantId: home.tenant.id,
      objectId: account.objectId,
      detail: `mail of ${account.upn} goes to ${to}`,
    },
    (responder) => clearForwarding(context, home, responder, account),
  );
};

/** Gives another account access to a mailbox: the owner's own, or any by an administrator. */
export const openMailbox: Verb = (context, args) => {
  const session = args.session('by');
  const { home } = session;
  const { account } = args.account('of');
  const trustee = args.text('to');
  cmdlet(context, session, {
    operation: 'Add-MailboxPermission',
    objectId: account.objectId,
    appId: FIRST_PARTY.exchangePowerShell,
    parameters: [
      ['Identity', account.upn],
      ['User', trustee],
      ['AccessRights', 'FullAccess'],
    ],
  });
  const detail = permissionText(account, trustee);
  context.addFoothold(
    {
      kind: 'mailbox-permission',
      tenantId: home.tenant.id,
      objectId: account.objectId,
      detail,
    },
    (responder) => removePermission(context, home, responder, { account, trustee }),
  );
};

export function cmdlet(
  context: ScenarioContext,
  session: Session,
  what: {
    operation: string;
    objectId: string;
    appId: string;
    isWeb?: true;
    parameters: readonly (readonly [string, string])[];
  },
): void {
  const { home, account } = session;
  const atMs = context.nowMs;
  const { appId, ...act } = what;
  const token = { ...context.tokenOf(session, atMs), appId };
  const [id, requestId] = [context.random.guid(), context.random.guid()];
  const records = cmdletRecords(home.tenant, { ...act, atMs, id, requestId, account, token });
  context.emit(home, atMs, records);
  context.nowMs += context.random.int(5000, 120_000);
}

/** Sends mail in a person's name: fraud, or phishing of others. */
export const sendMail: Verb = (context, args) => {
  const session = args.session('by');
  const { home, account } = session;
  const { tenant } = home;
  const subject = args.text('subject');
  const outside = args.has('to-outside') ? [args.text('to-outside')] : [];
  const inside: readonly Person[] = args.has('to') ? args.people('to').people : [];
  const message = { ...messageOf(context, tenant.domain), subject };
  const token = context.tokenOf(session, context.nowMs);
  const atMs = context.nowMs;
  const reader = { kind: 'user', account } as const;
  const act = { atMs, id: context.random.guid(), operation: 'Send', reader, token } as const;
  const box = { ...act, owner: account, client: 'web' } as const;
  const records: FeedRecord[] = itemRecords(tenant, box, { folder: 'Drafts', message });
  const networkMessageId = context.random.guid();
  const sender = { address: account.upn, ip: token.ip };
  const common = { ...message, atMs, networkMessageId, sender };
  for (const address of outside) {
    const recipient = { address, objectId: '' };
    const one = {
      ...common,
      recipient,
      direction: 'Outbound',
      traceId: context.random.guid(),
    } as const;
    records.push(...deliveryRecords(tenant, one));
  }
  for (const { upn: address, objectId } of inside) {
    const recipient = { address, objectId };
    const one = {
      ...common,
      recipient,
      direction: 'Intra-org',
      traceId: context.random.guid(),
    } as const;
    records.push(...deliveryRecords(tenant, one));
  }
  context.emit(home, atMs, records);
  context.nowMs += context.random.int(30_000, 240_000);
};

/**
 * External mail to many people, optionally with a file. The sender is a real company's, and passes
 * authentication.
 */
export const phish: Verb = (context, args) => {
  const { people, home } = args.people('to');
  const overMs = args.duration('over', '20m');
  const sender = { address: args.text('sender'), ip: context.address('fresh').ip };
  const subject = args.text('subject');
  const attachment = args.has('attachment') ? fileOf(context, args.text('attachment')) : undefined;
  const moments = momentsIn(context, people.length, overMs);
  for (const [at, person] of people.entries()) {
    const atMs = moments[at] as number;
    const delivery: Delivery = {
      ...messageOf(context, sender.address.split('@')[1] ?? ''),
      subject,
      atMs,
      traceId: context.random.guid(),
      networkMessageId: context.random.guid(),
      sender,
      recipient: { address: person.upn, objectId: person.objectId },
      direction: 'Inbound',
      ...(attachment === undefined ? {} : { attachment }),
    };
    context.emit(home, atMs, deliveryRecords(home.tenant, delivery));
  }
  context.nowMs += overMs;
};

function fileOf(context: ScenarioContext, name: string): NonNullable<Delivery['attachment']> {
  const sha256 = Array.from({ length: 8 }, () => hex8(context.random.next())).join('');
  return { name, type: name.split('.').at(-1) ?? '', sha256 };
}
