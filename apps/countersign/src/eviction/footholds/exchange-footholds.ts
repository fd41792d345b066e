import {
  alone,
  byAny,
  byObject,
  emptied,
  folderRights,
  given,
  inboxRule,
  memberOf,
  switched,
  trusteeRights,
} from '../reversals/objects.ts';
import { type Foothold, trace } from './foothold.ts';
import type { RecordDetail } from './record-detail.ts';
import { ACCOUNT_BACK, MAILBOX_GONE } from './remainders.ts';

const FORWARDS = ['forwardingsmtpaddress', 'forwardingaddress'] as const;

const EXCHANGE_ROLE = memberOf('name', 'identity');
const CONFIGURED = byObject('name', 'identity');
const SEARCH = byAny('searchname', 'name', 'identity', 'case', 'casename', 'objectid');

/** The value of each audit switch that turns recording off. */
const OFF = {
  auditbypassenabled: true,
  auditenabled: false,
  auditdisabled: true,
  unifiedauditlogingestionenabled: false,
  adminauditlogenabled: false,
} as const;
const ON = {
  auditbypassenabled: false,
  auditenabled: true,
  auditdisabled: false,
  unifiedauditlogingestionenabled: true,
  adminauditlogenabled: true,
} as const;

const OF_MAILBOX: readonly string[] = ['set-mailboxauditbypassassociation', 'set-mailbox'];
const OF_TENANT: readonly string[] = ['set-adminauditlogconfig', 'set-organizationconfig'];

function stands(states: Readonly<Record<string, boolean>>): (detail: RecordDetail) => boolean {
  return (detail) => Object.entries(states).some(([name, state]) => detail.flag(name) === state);
}

/** `UpdateInboxRules` reports every rule change in Outlook, also a removal. */
function removesRule(detail: RecordDetail): boolean {
  return /remove|delete/i.test(detail.value('ruleoperation') ?? '');
}

function isNone(detail: RecordDetail): boolean {
  const rights = detail.value('accessrights', 'memberrights');
  return rights !== undefined && /^["[]*none["\]]*$/i.test(rights.trim());
}

/** Footholds 28 to 36: what Exchange and Purview hold. Sources: contracts 2.5, 2.6. */
export const EXCHANGE_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 28,
    id: 'inbox-rules',
    name: 'Inbox rules',
    grounds: ['exchange'],
    opens: [
      trace(['new-inboxrule', 'set-inboxrule'], 'mailbox', {
        what: (detail) => detail.value('name'),
        things: inboxRule,
      }),
      trace(['enable-inboxrule'], 'mailbox', { things: inboxRule, reinstates: true }),
      trace(['updateinboxrules'], 'mailbox', {
        when: (detail) => !removesRule(detail),
        what: (detail) => detail.value('rulename'),
        things: inboxRule,
      }),
    ],
    closes: [
      trace(['remove-inboxrule', 'disable-inboxrule'], 'mailbox', { things: inboxRule }),
      trace(['updateinboxrules'], 'mailbox', { when: removesRule, things: inboxRule }),
      ...MAILBOX_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'Get-InboxRule -IncludeHidden; Graph messageRules of the mailbox',
    blind: 'rules that a MAPI client hides',
  },
  {
    number: 29,
    id: 'forwarding',
    name: 'Forwarding',
    grounds: ['exchange'],
    opens: [
      trace(['set-mailbox'], 'mailbox', {
        when: (detail) => detail.isGiven(...FORWARDS),
        what: (detail) => detail.value(...FORWARDS),
        things: given(...FORWARDS),
      }),
      trace(['set-remotedomain', 'new-remotedomain'], 'target', {
        when: (detail) => detail.flag('autoforwardenabled') === true,
      }),
      trace(
        ['set-hostedoutboundspamfilterpolicy', 'new-hostedoutboundspamfilterpolicy'],
        'target',
        {
          when: (detail) => detail.value('autoforwardingmode')?.toLowerCase() === 'on',
        },
      ),
    ],
    closes: [
      trace(['set-mailbox'], 'mailbox', {
        when: (detail) => FORWARDS.some((name) => detail.isEmptied(name)),
        things: emptied(...FORWARDS),
      }),
      trace(['set-remotedomain'], 'target', {
        when: (detail) => detail.flag('autoforwardenabled') === false,
      }),
      trace(['set-hostedoutboundspamfilterpolicy'], 'target', {
        when: (detail) => detail.value('autoforwardingmode')?.toLowerCase() === 'off',
      }),
      ...MAILBOX_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'Get-Mailbox, the outbound spam policy and the remote domains',
    blind: 'a contact or mail user that forwards to an external address',
  },
  {
    number: 30,
    id: 'mailbox-permissions',
    name: 'FullAccess, SendAs, SendOnBehalf',
    grounds: ['exchange'],
    opens: [
      trace(['add-mailboxpermission', 'add-recipientpermission'], 'mailbox', {
        what: (detail) => detail.value('user', 'trustee'),
        things: trusteeRights,
      }),
      trace(['set-mailbox'], 'mailbox', {
        when: (detail) => detail.isGiven('grantsendonbehalfto'),
        things: alone('on behalf'),
      }),
    ],
    closes: [
      trace(['remove-mailboxpermission', 'remove-recipientpermission'], 'mailbox', {
        things: trusteeRights,
      }),
      trace(['set-mailbox'], 'mailbox', {
        when: (detail) => detail.isEmptied('grantsendonbehalfto'),
        things: alone('on behalf'),
      }),
      ...MAILBOX_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'Get-MailboxPermission and Get-RecipientPermission',
    blind: 'rights through a group',
  },
  {
    number: 31,
    id: 'folder-permissions',
    name: 'Permissions of mail folders',
    grounds: ['exchange'],
    opens: [
      trace(
        [
          ...['add-mailboxfolderpermission', 'set-mailboxfolderpermission'],
          ...['addfolderpermissions', 'modifyfolderpermissions', 'updatefolderpermissions'],
          'updatecalendardelegation',
        ],
        'mailbox',
        { when: (detail) => !isNone(detail), things: folderRights },
      ),
    ],
    closes: [
      trace(['remove-mailboxfolderpermission', 'removefolderpermissions'], 'mailbox', {
        things: folderRights,
      }),
      trace(
        [...['set-mailboxfolderpermission', 'modifyfolderpermissions'], 'updatefolderpermissions'],
        'mailbox',
        { when: isNone, things: folderRights },
      ),
      ...MAILBOX_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'Get-MailboxFolderPermission of every folder',
    blind: 'folders that were not checked',
  },
  {
    number: 32,
    id: 'auditing-off',
    name: 'Auditing bypassed or switched off',
    grounds: ['exchange', 'directory'],
    opens: [
      trace(OF_MAILBOX, 'mailbox', { when: stands(OFF), things: switched(OFF) }),
      trace(OF_TENANT, 'tenant', { when: stands(OFF), things: switched(OFF) }),
      trace(['remove diagnostic setting*', 'delete diagnostic setting*'], 'target'),
      trace(['microsoft.aadiam/diagnosticsettings/delete*'], 'actor'),
      trace(['remove-unifiedauditlogretentionpolicy', 'auditpolicyremoved'], 'target'),
    ],
    closes: [
      trace(OF_MAILBOX, 'mailbox', { when: stands(ON), things: switched(ON) }),
      trace(OF_TENANT, 'tenant', { when: stands(ON), things: switched(ON) }),
    ],
    readBack: 'Get-MailboxAuditBypassAssociation and Get-AdminAuditLogConfig',
    blind: 'all activity while auditing was off',
  },
  {
    number: 33,
    id: 'exchange-roles',
    name: 'Exchange roles of people and applications',
    grounds: ['exchange'],
    opens: [
      trace(
        [
          ...['new-managementroleassignment', 'set-managementroleassignment'],
          ...['new-rolegroup', 'add-rolegroupmember', 'update-rolegroupmember'],
          ...['new-managementscope', 'new-serviceprincipal', 'new-applicationaccesspolicy'],
          'new-managementrole',
        ],
        'tenant',
        {
          what: (detail) => detail.value('role', 'identity'),
          things: EXCHANGE_ROLE,
        },
      ),
    ],
    closes: [
      trace(
        [
          ...['remove-managementroleassignment', 'remove-rolegroupmember', 'remove-rolegroup'],
          ...['remove-managementscope', 'remove-serviceprincipal'],
          ...['remove-applicationaccesspolicy', 'remove-managementrole'],
        ],
        'tenant',
        { things: EXCHANGE_ROLE },
      ),
    ],
    readBack: 'Get-ManagementRoleAssignment -GetEffectiveUsers',
  },
  {
    number: 34,
    id: 'transport-rules',
    name: 'Transport and journal rules',
    grounds: ['exchange'],
    opens: [
      trace(
        [
          ...['new-transportrule', 'set-transportrule', 'enable-transportrule'],
          ...['new-journalrule', 'set-journalrule', 'enable-journalrule'],
        ],
        'tenant',
        { what: (detail) => detail.value('name', 'identity'), things: CONFIGURED },
      ),
    ],
    closes: [
      trace(
        [
          ...['remove-transportrule', 'disable-transportrule'],
          ...['remove-journalrule', 'disable-journalrule'],
        ],
        'tenant',
        { things: CONFIGURED },
      ),
    ],
    reopens: [
      trace(['enable-transportrule', 'enable-journalrule'], 'tenant', { things: CONFIGURED }),
    ],
    readBack: 'Get-TransportRule and Get-JournalRule',
    blind: 'copies that were already sent',
  },
  {
    number: 35,
    id: 'connectors',
    name: 'Connectors, accepted domains, allow lists',
    grounds: ['exchange'],
    opens: [
      trace(
        [
          ...['new-inboundconnector', 'set-inboundconnector', 'new-outboundconnector'],
          ...['set-outboundconnector', 'new-accepteddomain', 'set-accepteddomain'],
          ...['set-hostedconnectionfilterpolicy', 'set-hostedcontentfilterpolicy'],
          ...['new-tenantallowblocklistitems', 'set-tenantallowblocklistitems'],
          ...['new-tenantallowblocklistspoofitems', 'set-antiphishpolicy', 'disable-antiphishrule'],
          ...['set-safelinkspolicy', 'set-safeattachmentpolicy', 'set-dkimsigningconfig'],
        ],
        'tenant',
        { things: CONFIGURED },
      ),
    ],
    closes: [
      trace(
        [
          ...['remove-inboundconnector', 'remove-outboundconnector', 'remove-accepteddomain'],
          ...['remove-tenantallowblocklistitems', 'remove-tenantallowblocklistspoofitems'],
        ],
        'tenant',
        { things: CONFIGURED },
      ),
    ],
    readBack: 'Get-InboundConnector, Get-OutboundConnector and the allow lists',
    blind: 'a mail gateway of another organization in the mail path',
  },
  {
    number: 36,
    id: 'content-search',
    name: 'eDiscovery, content search, exports',
    grounds: ['compliance'],
    opens: [
      trace(
        [
          ...['searchcreated', 'searchstarted', 'searchexported', 'searchexportdownloaded'],
          ...['searchpreviewed', 'viewedsearchexported', 'viewedsearchpreviewed', 'caseadded'],
          ...['casememberadded', 'new-compliancesearch', 'new-compliancesearchaction'],
          ...['start-compliancesearch', 'new-compliancecase', 'add-compliancecasemember'],
          ...['add-ediscoverycaseadmin', 'new-mailboxsearch', 'ediscoverysearchperformed'],
        ],
        'tenant',
        { things: SEARCH },
      ),
    ],
    closes: [
      trace(['searchremoved', 'remove-compliancesearch', 'caseremoved'], 'tenant', {
        things: SEARCH,
      }),
    ],
    readBack: 'the cases, the searches and the role groups of the compliance portal',
    blind: 'exports that were already downloaded',
  },
];
