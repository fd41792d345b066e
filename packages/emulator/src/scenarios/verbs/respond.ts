import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import type { DirectoryTarget } from '../../records/directory-record.ts';
import { cmdletRecords, ruleObjectId } from '../../records/exchange-admin.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import { silentSignIn, tokenIdOf } from '../../sign-in/user-flows.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { ScenarioApp } from '../steps/scenario-value.ts';
import {
  type AuditedChange,
  applicationTarget,
  change,
  keyText,
  list,
  principalOf,
  principalTarget,
  roleProperties,
  userTarget,
} from './audited-change.ts';

/** Responses of administrators: each closes footholds, and leaves its records. */

type Properties = readonly (readonly [name: string, value: string])[];

type What = Pick<AuditedChange, 'operation' | 'targets'> & {
  /** The removed values. */
  readonly removed?: Properties;
  readonly changes?: AuditedChange['changes'];
};

function respond(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  kind: Pick<AuditedChange, 'category' | 'auditCategory' | 'operationType'>,
  { operation, targets, removed = [], changes = [] }: What,
): void {
  const gone = removed.map(([name, oldValue]) => ({ name, oldValue, newValue: '' }));
  const actor = { kind: 'user', account: responder, ip: responder.office.ip } as const;
  change(context, home, actor, { ...kind, operation, targets, changes: [...gone, ...changes] });
}

const OF_USER = {
  category: 'User',
  auditCategory: 'UserManagement',
  operationType: 'Update',
} as const;
const OF_APPLICATION = {
  category: 'Application',
  auditCategory: 'ApplicationManagement',
  operationType: 'Delete',
} as const;
const OF_PRINCIPAL = { ...OF_APPLICATION, category: 'ServicePrincipal' } as const;

export function revokeSessions(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  account: Account,
): void {
  const changes = [{ name: 'Included Updated Properties', newValue: 'StsRefreshTokensValidFrom' }];
  const operation = 'Update StsRefreshTokenValidFrom Timestamp.';
  respond(context, home, responder, OF_USER, {
    operation,
    targets: [userTarget(account)],
    changes,
  });
  context.closeFootholds('session', account.objectId);
}

export function setPassword(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  account: Account,
): void {
  const targets = [userTarget(account)];
  respond(context, home, responder, OF_USER, { operation: 'Reset user password.', targets });
  context.closeFootholds('password', account.objectId);
  revokeSessions(context, home, responder, account);
}

/** A disabled account cannot use what it holds. */
export function disableAccount(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  account: Account,
): void {
  const targets = [userTarget(account)];
  const removed = [['AccountEnabled', '[true]']] as const;
  respond(context, home, responder, OF_USER, { operation: 'Disable account.', targets, removed });
  for (const kind of ['account', 'session', 'password', 'role', 'method'] as const) {
    context.closeFootholds(kind, account.objectId);
  }
}

export function removeRole(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  { account, role }: { readonly account: Account; readonly role: string },
): void {
  const kind = {
    category: 'Role',
    auditCategory: 'RoleManagement',
    operationType: 'Unassign',
  } as const;
  respond(context, home, responder, kind, {
    operation: 'Remove member from role.',
    targets: [userTarget(account)],
    removed: roleProperties(role),
  });
  context.closeFootholds('role', account.objectId, `${account.upn} is ${role}`);
}

/** Deletes an authenticator. The record does not say which one. */
export function deleteMethod(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  account: Account,
): void {
  respond(context, home, responder, OF_USER, {
    operation: 'Admin deleted security info.',
    targets: [userTarget(account)],
    removed: [['StrongAuthenticationMethod', 'PhoneAppNotification']],
  });
  context.closeFootholds('method', account.objectId);
}

export function deleteDevice(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  { id, displayName }: { readonly id: string; readonly displayName: string },
): void {
  const kind = { category: 'Device', auditCategory: 'Device', operationType: 'Delete' } as const;
  const targets: DirectoryTarget[] = [{ type: 'Device', id, displayName }];
  respond(context, home, responder, kind, { operation: 'Delete device.', targets });
  context.closeFootholds('device', id);
}

export function removeSecret(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  { app, keyId }: { readonly app: ScenarioApp; readonly keyId: string },
): void {
  const at = app.secrets.findIndex((secret) => secret.keyId === keyId);
  const before = app.secrets.map(keyText);
  if (at >= 0) app.secrets.splice(at, 1);
  const kind = { ...OF_APPLICATION, operationType: 'Update' } as const;
  respond(context, home, responder, kind, {
    operation: 'Update application – Certificates and secrets management ',
    targets: [applicationTarget(app)],
    changes: [
      { name: 'KeyDescription', oldValue: list(before), newValue: list(app.secrets.map(keyText)) },
      { name: 'Included Updated Properties', newValue: 'KeyDescription' },
    ],
  });
  context.closeFootholds('app-credential', app.appObjectId, `the secret ${keyId} of ${app.name}`);
}

/** The registration and its principal here, with everything that it held. */
export function deleteApplication(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  app: ScenarioApp,
): void {
  const principal = principalTarget(context, app, home);
  const [operation, targets] = ['Delete application.', [applicationTarget(app)]];
  respond(context, home, responder, OF_APPLICATION, { operation, targets });
  respond(context, home, responder, OF_PRINCIPAL, {
    operation: 'Remove service principal.',
    targets: [principal],
  });
  for (const kind of ['app', 'app-credential'] as const) {
    context.closeFootholds(kind, app.appObjectId);
  }
  for (const kind of ['consent', 'app-role'] as const) context.closeFootholds(kind, principal.id);
}

export function removeGrant(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  {
    app,
    scopes,
    type,
  }: { readonly app: ScenarioApp; readonly scopes: string; readonly type: string },
): void {
  const client = principalOf(context, app, home);
  respond(
    context,
    home,
    responder,
    { ...OF_PRINCIPAL, operationType: 'Unassign' },
    {
      operation: 'Remove delegated permission grant.',
      targets: [principalTarget(context, app, home)],
      removed: [
        ['DelegatedPermissionGrant.Scope', ` ${scopes}`],
        ['DelegatedPermissionGrant.ConsentType', type],
        ['ServicePrincipal.ObjectID', client],
      ],
    },
  );
  context.closeFootholds('consent', client, `${app.name} may ${scopes}`);
}

export function removeAppRole(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  grant: {
    readonly app: ScenarioApp;
    readonly role: string;
    readonly roleId: string;
    readonly resource: DirectoryTarget;
  },
): void {
  const { app, role, roleId, resource } = grant;
  const client = principalOf(context, app, home);
  respond(
    context,
    home,
    responder,
    { ...OF_PRINCIPAL, operationType: 'Unassign' },
    {
      operation: 'Remove app role assignment from service principal.',
      targets: [resource, principalTarget(context, app, home)],
      removed: [
        ['AppRole.Id', roleId],
        ['AppRole.Value', role],
        ['AppRole.DisplayName', role],
        ['ServicePrincipal.ObjectID', client],
        ['ServicePrincipal.DisplayName', app.name],
        ['ServicePrincipal.AppId', app.appId],
      ],
    },
  );
  context.closeFootholds('app-role', client, `${app.name} holds ${role}`);
}

export function removeRule(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  { account, name }: { readonly account: Account; readonly name: string },
): void {
  const path = ruleObjectId(home.tenant, account, name);
  const identity = `${account.mailboxGuid}\\${name}`;
  cmdlet(context, home, responder, 'Remove-InboxRule', path, [
    ['Mailbox', account.upn],
    ['Identity', identity],
    ['Force', 'True'],
  ]);
  const detail = `the rule ${name} in the mailbox of ${account.upn}`;
  context.closeFootholds('inbox-rule', account.objectId, detail);
}

export function clearForwarding(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  account: Account,
): void {
  cmdlet(context, home, responder, 'Set-Mailbox', account.objectId, [
    ['Identity', account.upn],
    ['DeliverToMailboxAndForward', 'False'],
    ['ForwardingSmtpAddress', ''],
  ]);
  context.closeFootholds('forwarding', account.objectId);
}

export function removePermission(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  { account, trustee }: { readonly account: Account; readonly trustee: string },
): void {
  cmdlet(context, home, responder, 'Remove-MailboxPermission', account.objectId, [
    ['Identity', account.upn],
    ['User', trustee],
    ['AccessRights', 'FullAccess'],
  ]);
  context.closeFootholds('mailbox-permission', account.objectId, permissionText(account, trustee));
}

export function permissionText(account: Account, trustee: string): string {
  return `${trustee} opens the mailbox of ${account.upn}`;
}

/** A cmdlet in the Exchange shell, with a current token. */
function cmdlet(
  context: ScenarioContext,
  home: Population,
  responder: Person,
  operation: string,
  objectId: string,
  parameters: Properties,
): void {
  const apps = { appId: FIRST_PARTY.exchangePowerShell, resourceId: FIRST_PARTY.exchange };
  const sessionId = context.random.guid();
  const request = { ...context.request(context.nowMs, responder.office, apps), sessionId };
  context.signIn(home, silentSignIn(responder, request));
  context.nowMs += context.random.int(2000, 20_000);
  const token = {
    tokenId: tokenIdOf(request.requestId),
    sessionId,
    issuedMs: request.atMs,
    appId: apps.appId,
    ip: responder.office.ip,
    deviceId: undefined,
  };
  const atMs = context.nowMs;
  const [id, requestId] = [context.random.guid(), context.random.guid()];
  const act = { atMs, id, requestId, account: responder, token, operation, objectId, parameters };
  context.emit(home, atMs, cmdletRecords(home.tenant, act));
  context.nowMs += context.random.int(5000, 120_000);
}
