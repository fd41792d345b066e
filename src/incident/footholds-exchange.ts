import type { Detail } from './detail.ts';
import { type Foothold, trace } from './foothold.ts';

const FORWARDS = ['forwardingsmtpaddress', 'forwardingaddress'] as const;

function isOff(detail: Detail): boolean {
  return (
    detail.flag('auditbypassenabled') === true ||
    detail.flag('auditenabled') === false ||
    detail.flag('auditdisabled') === true ||
    detail.flag('unifiedauditlogingestionenabled') === false ||
    detail.flag('adminauditlogenabled') === false
  );
}

function isOn(detail: Detail): boolean {
  return (
    detail.flag('auditbypassenabled') === false ||
    detail.flag('auditenabled') === true ||
    detail.flag('auditdisabled') === false ||
    detail.flag('unifiedauditlogingestionenabled') === true ||
    detail.flag('adminauditlogenabled') === true
  );
}

/** Numbers 28 to 36: what Exchange and Purview hold. Sources: contracts 2.5, 2.6. */
export const EXCHANGE_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 28,
    id: 'inbox-rules',
    name: 'Inbox rules',
    grounds: ['exchange'],
    opens: [
      trace(['new-inboxrule', 'set-inboxrule', 'enable-inboxrule', 'updateinboxrules'], 'mailbox', {
        what: (detail) => detail.value('name'),
      }),
    ],
    closes: [trace(['remove-inboxrule', 'disable-inboxrule'], 'mailbox')],
    readBack: 'Get-InboxRule -IncludeHidden; Graph messageRules of the mailbox',
    blind: 'rules that are hidden at the level of MAPI',
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
      trace(['set-mailbox'], 'mailbox', { when: (detail) => detail.isEmptied(...FORWARDS) }),
    ],
    readBack: 'Get-Mailbox, the outbound spam policy and the remote domains',
    blind: 'a contact or a mail user that leads on outside',
  },
  {
    number: 30,
    id: 'mailbox-permissions',
    name: 'FullAccess, SendAs, SendOnBehalf',
    grounds: ['exchange'],
    opens: [
      trace(['add-mailboxpermission', 'add-recipientpermission'], 'mailbox', {
        what: (detail) => detail.value('user', 'trustee'),
      }),
      trace(['set-mailbox'], 'mailbox', { when: (d) => d.isGiven('grantsendonbehalfto') }),
    ],
    closes: [trace(['remove-mailboxpermission', 'remove-recipientpermission'], 'mailbox')],
    readBack: 'Get-MailboxPermission and Get-RecipientPermission',
    blind: 'rights by way of a group',
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
      ),
    ],
    closes: [trace(['remove-mailboxfolderpermission', 'removefolderpermissions'], 'mailbox')],
    readBack: 'Get-MailboxFolderPermission of every folder',
    blind: 'folders that were not swept',
  },
  {
    number: 32,
    id: 'auditing-off',
    name: 'Auditing bypassed or switched off',
    grounds: ['exchange', 'directory'],
    opens: [
      trace(
        [
          ...['set-mailboxauditbypassassociation', 'set-adminauditlogconfig', 'set-mailbox'],
          'set-organizationconfig',
        ],
        'mailbox',
        { when: isOff },
      ),
      trace(['remove diagnostic setting*', 'delete diagnostic setting*'], 'target'),
      trace(['microsoft.aadiam/diagnosticsettings/delete*'], 'actor'),
      trace(['remove-unifiedauditlogretentionpolicy', 'auditpolicyremoved'], 'target'),
    ],
    closes: [
      trace(
        [
          ...['set-mailboxauditbypassassociation', 'set-adminauditlogconfig', 'set-mailbox'],
          'set-organizationconfig',
        ],
        'mailbox',
        { when: isOn },
      ),
    ],
    readBack: 'Get-MailboxAuditBypassAssociation and Get-AdminAuditLogConfig',
    blind: 'everything that was done while it was off',
  },
  {
    number: 33,
    id: 'exchange-roles',
    name: 'Roles of Exchange, for people and applications',
    grounds: ['exchange'],
    opens: [
      trace(
        [
          ...['new-managementroleassignment', 'set-managementroleassignment'],
          ...['new-rolegroup', 'add-rolegroupmember', 'update-rolegroupmember'],
          ...['new-managementscope', 'new-serviceprincipal', 'new-applicationaccesspolicy'],
          'new-managementrole',
        ],
        'target',
        { what: (detail) => detail.value('role', 'identity') },
      ),
    ],
    closes: [trace(['remove-managementroleassignment', 'remove-rolegroupmember'], 'target')],
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
        'target',
        { what: (detail) => detail.value('name', 'identity') },
      ),
    ],
    closes: [
      trace(
        [
          ...['remove-transportrule', 'disable-transportrule'],
          ...['remove-journalrule', 'disable-journalrule'],
        ],
        'target',
      ),
    ],
    readBack: 'Get-TransportRule and Get-JournalRule',
    blind: 'copies that were sent already',
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
        'target',
      ),
    ],
    closes: [
      trace(
        ['remove-inboundconnector', 'remove-outboundconnector', 'remove-tenantallowblocklistitems'],
        'target',
      ),
    ],
    readBack: 'Get-InboundConnector, Get-OutboundConnector and the allow lists',
    blind: 'a gateway of somebody else in the way of the mail',
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
        'actor',
      ),
    ],
    closes: [trace(['searchremoved', 'remove-compliancesearch', 'caseremoved'], 'actor')],
    readBack: 'the cases, the searches and the role groups of the compliance portal',
    blind: 'exports that were downloaded already',
  },
];
