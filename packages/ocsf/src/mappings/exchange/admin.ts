import type { Interpretation } from '../../model/interpretation.ts';
import type { Attribute, Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { list, pairsOf, pairValue, text } from '../../values/json-value.ts';
import { guid, isAddress } from '../../values/principal-identifier.ts';
import { ENTITY_MANAGEMENT, OTHER } from '../entity-mapping.ts';
import { ualExample } from '../example-records.ts';

/**
 * Cmdlets of Exchange Online and the compliance center, as OCSF Entity Management. The verb is the
 * activity, the noun is the type of the entity, the parameters are its data. Permissions are
 * entities that are created and deleted, and their target is the grantee.
 */
const ACTIVITY_OF_VERB: ReadonlyMap<string, number> = new Map([
  ['new', 1],
  ['add', 1],
  ['install', 1],
  ['import', 1],
  ['get', 2],
  ['search', 2],
  ['test', 2],
  ['export', 2],
  ['set', 3],
  ['update', 3],
  ['grant', 3],
  ['write', 3],
  ['remove', 4],
  ['uninstall', 4],
  ['clear', 4],
  ['move', 5],
  ['enable', 8],
  ['disable', 9],
  ['start', 10],
  ['stop', 11],
  ['suspend', 12],
  ['resume', 13],
]);

/** Nouns whose cmdlets act on one mailbox. */
const MAILBOX_NOUNS: readonly string[] = [
  'mailbox',
  'casmailbox',
  'inboxrule',
  'recipientpermission',
  'calendarprocessing',
  'sweeprule',
  'clutter',
  'focusedinbox',
  'mobiledevice',
  'app',
  'remotemailbox',
  'sharedmailbox',
];
const GRANTS: ReadonlySet<string> = new Set([
  'mailboxpermission',
  'recipientpermission',
  'mailboxfolderpermission',
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const { body } = subject;
  const parameters = body['Parameters'];
  const cmdlet = into.operation ?? '';
  const dash = cmdlet.indexOf('-');
  const noun = dash < 0 ? cmdlet : cmdlet.slice(dash + 1);
  into.classUid = ENTITY_MANAGEMENT;
  into.activityId = ACTIVITY_OF_VERB.get(cmdlet.slice(0, Math.max(dash, 0)).toLowerCase()) ?? OTHER;
  const identity = text(pairValue(parameters, 'Identity'));
  const name = text(pairValue(parameters, 'Name'));
  into.object = text(body['ObjectId']) ?? identity ?? name;
  into.targetName = name ?? identity ?? into.object;
  into.targetType = noun === '' ? null : noun;
  const folded = noun.toLowerCase();
  if (MAILBOX_NOUNS.some((start) => folded.startsWith(start))) {
    fillMailbox(folded, text(pairValue(parameters, 'Mailbox')), identity, into);
  }
  if (GRANTS.has(folded)) {
    const grantee = text(pairValue(parameters, 'User')) ?? text(pairValue(parameters, 'Trustee'));
    into.targetUid = guid(grantee);
    into.targetName = grantee?.toLowerCase() ?? into.targetName;
  }
}

/** The named mailbox; otherwise the caller's own, if a person acts on their own rules. */
function fillMailbox(
  noun: string,
  mailbox: string | null,
  identity: string | null,
  into: Interpretation,
): void {
  const stated = mailbox ?? identity;
  const colon = stated?.indexOf(':') ?? -1;
  const name = stated === null ? null : colon > 0 ? stated.slice(0, colon) : stated;
  if (isAddress(name)) into.mailbox = name.toLowerCase();
  else if (noun === 'inboxrule' && mailbox === null && isAddress(into.actorName)) {
    into.mailbox = into.actorName;
  }
  if (colon > 0 && stated !== null && noun.startsWith('mailboxfolder')) {
    into.folder = text(stated.slice(colon + 1));
  }
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body } = subject;
  const written = body['Parameters'];
  const parameters: Attribute =
    list(written).length > 0
      ? Object.fromEntries(pairsOf(written).map(([name, value]) => [name, text(value)]))
      : text(written);
  return {
    entity: {
      type_id: from.targetType?.toLowerCase().endsWith('policy') ? 5 : 99,
      type: from.targetType,
      data: parameters === null ? undefined : { parameters },
    },
  };
}

export const exchangeAdmin: Mapping = {
  name: 'exchange-admin',
  classes: [ENTITY_MANAGEMENT],
  matches: { family: 'exchange', recordTypes: [1, 10, 18, 23] },
  interpret,
  build,
  examples: [
    ualExample(
      'New-InboxRule',
      1,
      'Exchange',
      {
        ResultStatus: 'True',
        ClientIP: '[2001:DB8::A]:443',
        ObjectId: 'joey\\Financial Reporting',
        Parameters: [
          { Name: 'Name', Value: 'Financial Reporting' },
          { Name: 'ForwardTo', Value: 'x@example.net' },
        ],
        SessionId: '0F0F0F0F-0000-4000-8000-000000000001',
      },
      {
        classUid: 3004,
        activityId: 1,
        statusId: 1,
        mailbox: 'admin@example.org',
        object: 'joey\\Financial Reporting',
        targetName: 'Financial Reporting',
        targetType: 'InboxRule',
        ip: '2001:db8::a',
        actorPuid: '10032000AAAA0001',
        sessionUid: '0f0f0f0f-0000-4000-8000-000000000001',
      },
    ),
    ualExample(
      'Add-MailboxPermission',
      1,
      'Exchange',
      {
        ResultStatus: 'False',
        Parameters: [
          { Name: 'Identity', Value: 'Boss@Example.org' },
          { Name: 'User', Value: 'Lidia@Example.org' },
          { Name: 'AccessRights', Value: 'FullAccess' },
        ],
      },
      {
        classUid: 3004,
        activityId: 1,
        statusId: 2,
        mailbox: 'boss@example.org',
        targetName: 'lidia@example.org',
        targetType: 'MailboxPermission',
      },
    ),
  ],
};
