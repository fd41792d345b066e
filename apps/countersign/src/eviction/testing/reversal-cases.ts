import type { WorldEvent } from './world.ts';

const SECOND_MS = 1000;
export const T: number = Date.UTC(2026, 2, 2);
export const EVE = 'eve@northmoor.example';
export const ADA = 'ada@northmoor.example';
export const ADMIN = 'admin@northmoor.example';
export const ONE = '11111111-2222-4333-8444-000000000001';
export const OTHER = '11111111-2222-4333-8444-000000000002';

type Values = Readonly<Record<string, string>>;

/** One change: the actor, the target and the values of the record. */
export function change(
  operation: string,
  by: string,
  atMs: number,
  event: WorldEvent['event'] = {},
  record: unknown = {},
): WorldEvent {
  return { atMs, operation, event: { actorName: by, actorType: 1, ...event }, record };
}

export function parameters(values: Values): unknown {
  return { Parameters: Object.entries(values).map(([Name, Value]) => ({ Name, Value })) };
}

export function properties(now: Values, before: Values = {}): unknown {
  const names = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  return {
    ModifiedProperties: names.map((Name) => ({
      Name,
      NewValue: now[Name] ?? '',
      OldValue: before[Name] ?? '',
    })),
  };
}

export const at = (seconds: number): number => T + seconds * SECOND_MS;

export function rule(
  operation: string,
  by: string,
  seconds: number,
  box: string,
  name: string,
): WorldEvent {
  const path = `FOREST/Hosted/northmoor.example/${box}\\${name}`;
  const record = parameters({ Name: name, Identity: `${box}\\${name}` });
  return change(operation, by, at(seconds), { mailbox: by, object: path }, record);
}

type Case = {
  readonly foothold: string;
  /** The actor, and the time in seconds. */
  readonly opens: (by: string, seconds: number) => WorldEvent;
  readonly closes: (by: string, seconds: number) => WorldEvent;
  /** The same for another object with the same name. */
  readonly elsewhere?: (by: string, seconds: number) => WorldEvent;
};

export const user = (uid: string): WorldEvent['event'] => ({
  ...{ targetUid: uid, targetName: ADA, targetType: 'User' },
});
const app = (uid: string): WorldEvent['event'] => ({
  ...{ targetUid: uid, targetName: 'Mail Hygiene', targetType: 'ServicePrincipal' },
});
const keys = (...ids: readonly string[]): string =>
  ids.map((id) => `[KeyIdentifier=${id},KeyType=Password,DisplayName=Rotation]`).join(',');
const grant = (client: string): Values => ({
  'ServicePrincipal.ObjectID': client,
  'DelegatedPermissionGrant.Scope': ' Mail.Read offline_access',
  'DelegatedPermissionGrant.ConsentType': 'AllPrincipals',
});
const appRole = (client: string): Values => ({
  'ServicePrincipal.ObjectID': client,
  'AppRole.Value': 'full_access_as_app',
});
export const ROLE: Values = {
  'Role.TemplateId': OTHER,
  'Role.DisplayName': 'Global Administrator',
};

export const CASES: readonly Case[] = [
  {
    foothold: 'inbox-rules',
    opens: (by, s) => rule('New-InboxRule', by, s, 'eve_1', '.'),
    closes: (by, s) => rule('Remove-InboxRule', by, s, 'eve_1', '.'),
    elsewhere: (by, s) => rule('Remove-InboxRule', by, s, 'ada_2', '.'),
  },
  {
    foothold: 'forwarding',
    opens: (by, s) =>
      change(
        'Set-Mailbox',
        by,
        at(s),
        {},
        parameters({ Identity: ADA, ForwardingSmtpAddress: 'x@y.example' }),
      ),
    closes: (by, s) =>
      change(
        'Set-Mailbox',
        by,
        at(s),
        {},
        parameters({ Identity: ADA, ForwardingSmtpAddress: '' }),
      ),
    elsewhere: (by, s) =>
      change('Set-Mailbox', by, at(s), {}, parameters({ Identity: ADA, ForwardingAddress: '' })),
  },
  {
    foothold: 'mailbox-permissions',
    opens: (by, s) =>
      change(
        'Add-MailboxPermission',
        by,
        at(s),
        {},
        parameters({ Identity: ADA, User: EVE, AccessRights: 'FullAccess' }),
      ),
    closes: (by, s) =>
      change(
        'Remove-MailboxPermission',
        by,
        at(s),
        {},
        parameters({ Identity: ADA, User: EVE, AccessRights: 'FullAccess' }),
      ),
    elsewhere: (by, s) =>
      change(
        'Remove-MailboxPermission',
        by,
        at(s),
        {},
        parameters({ Identity: 'bo@northmoor.example', User: EVE, AccessRights: 'FullAccess' }),
      ),
  },
  {
    foothold: 'folder-permissions',
    opens: (by, s) =>
      change(
        'Set-MailboxFolderPermission',
        by,
        at(s),
        { folder: '\\Inbox' },
        parameters({ Identity: `${ADA}:\\Inbox`, User: 'Anonymous', AccessRights: 'Reviewer' }),
      ),
    closes: (by, s) =>
      change(
        'Set-MailboxFolderPermission',
        by,
        at(s),
        { folder: '\\Inbox' },
        parameters({ Identity: `${ADA}:\\Inbox`, User: 'Anonymous', AccessRights: 'None' }),
      ),
    elsewhere: (by, s) =>
      change(
        'Set-MailboxFolderPermission',
        by,
        at(s),
        { folder: '\\Sent' },
        parameters({ Identity: `${ADA}:\\Sent`, User: 'Anonymous', AccessRights: 'None' }),
      ),
  },
  {
    foothold: 'directory-roles',
    opens: (by, s) => change('Add member to role.', by, at(s), user(ONE), properties(ROLE)),
    closes: (by, s) =>
      change('Remove member from role.', by, at(s), user(ONE), properties({}, ROLE)),
    elsewhere: (by, s) =>
      change('Remove member from role.', by, at(s), user(OTHER), properties({}, ROLE)),
  },
  {
    foothold: 'application-credentials',
    opens: (by, s) =>
      change(
        'Update application – Certificates and secrets management ',
        by,
        at(s),
        app(ONE),
        properties({ KeyDescription: keys(ONE, OTHER) }, { KeyDescription: keys(OTHER) }),
      ),
    closes: (by, s) =>
      change(
        'Update application – Certificates and secrets management ',
        by,
        at(s),
        app(ONE),
        properties({ KeyDescription: keys(OTHER) }, { KeyDescription: keys(ONE, OTHER) }),
      ),
    // Another key of the same application.
    elsewhere: (by, s) =>
      change(
        'Update application – Certificates and secrets management ',
        by,
        at(s),
        app(ONE),
        properties({ KeyDescription: keys(ONE) }, { KeyDescription: keys(ONE, OTHER) }),
      ),
  },
  {
    foothold: 'consents',
    opens: (by, s) =>
      change('Add delegated permission grant.', by, at(s), app(ONE), properties(grant(ONE))),
    closes: (by, s) =>
      change('Remove delegated permission grant.', by, at(s), app(ONE), properties({}, grant(ONE))),
    elsewhere: (by, s) =>
      change(
        'Remove delegated permission grant.',
        by,
        at(s),
        app(OTHER),
        properties({}, grant(OTHER)),
      ),
  },
  {
    foothold: 'app-roles',
    opens: (by, s) =>
      change(
        'Add app role assignment to service principal.',
        by,
        at(s),
        app(ONE),
        properties(appRole(ONE)),
      ),
    closes: (by, s) =>
      change(
        'Remove app role assignment from service principal.',
        by,
        at(s),
        app(ONE),
        properties({}, appRole(ONE)),
      ),
    elsewhere: (by, s) =>
      change(
        'Remove app role assignment from service principal.',
        by,
        at(s),
        app(OTHER),
        properties({}, appRole(OTHER)),
      ),
  },
  {
    foothold: 'applications',
    opens: (by, s) => change('Add service principal.', by, at(s), app(ONE)),
    closes: (by, s) => change('Remove service principal.', by, at(s), app(ONE)),
    elsewhere: (by, s) => change('Remove service principal.', by, at(s), app(OTHER)),
  },
  {
    foothold: 'accounts',
    opens: (by, s) => change('Add user.', by, at(s), user(ONE)),
    closes: (by, s) => change('Disable account.', by, at(s), user(ONE)),
    elsewhere: (by, s) => change('Delete user.', by, at(s), user(OTHER)),
  },
  {
    foothold: 'devices',
    opens: (by, s) => change('Add device.', by, at(s), { targetUid: ONE, targetName: 'DESKTOP-1' }),
    closes: (by, s) =>
      change('Delete device.', by, at(s), { targetUid: ONE, targetName: 'DESKTOP-1' }),
    elsewhere: (by, s) =>
      change('Delete device.', by, at(s), { targetUid: OTHER, targetName: 'DESKTOP-1' }),
  },
  {
    foothold: 'sharing',
    opens: (by, s) => change('AnonymousLinkCreated', by, at(s), { object: 'https://x/a.docx' }),
    closes: (by, s) => change('AnonymousLinkRemoved', by, at(s), { object: 'https://x/a.docx' }),
    elsewhere: (by, s) => change('AnonymousLinkRemoved', by, at(s), { object: 'https://x/b.docx' }),
  },
  {
    foothold: 'auditing-off',
    opens: (by, s) =>
      change(
        'Set-AdminAuditLogConfig',
        by,
        at(s),
        {},
        parameters({ UnifiedAuditLogIngestionEnabled: 'False' }),
      ),
    closes: (by, s) =>
      change(
        'Set-AdminAuditLogConfig',
        by,
        at(s),
        {},
        parameters({ UnifiedAuditLogIngestionEnabled: 'True' }),
      ),
    elsewhere: (by, s) =>
      change('Set-Mailbox', by, at(s), {}, parameters({ Identity: ADA, AuditEnabled: 'True' })),
  },
  {
    foothold: 'transport-rules',
    opens: (by, s) =>
      change('New-TransportRule', by, at(s), { object: 'Copy' }, parameters({ Name: 'Copy' })),
    closes: (by, s) =>
      change(
        'Remove-TransportRule',
        by,
        at(s),
        { object: 'Copy' },
        parameters({ Identity: 'Copy' }),
      ),
    elsewhere: (by, s) =>
      change(
        'Remove-TransportRule',
        by,
        at(s),
        { object: 'Other' },
        parameters({ Identity: 'Other' }),
      ),
  },
];
