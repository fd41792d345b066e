import { hex8 } from '../../core/seeded-random.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import type { DirectoryActor } from '../../records/directory-record.ts';
import { FIRST_PARTY, servicePrincipalIdOf } from '../../records/first-party-apps.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { ScenarioApp } from '../steps/scenario-value.ts';
import { appOf } from '../steps/scenario-variables.ts';
import type { StepArguments } from '../steps/step-arguments.ts';
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
import {
  deleteApplication,
  deleteDevice,
  deleteMethod,
  disableAccount,
  removeAppRole,
  removeGrant,
  removeRole,
  removeSecret,
} from './respond.ts';
import type { Verb } from './verb.ts';

/** The actor of a directory change: a session's owner, or an application with the permission. */
function actorOf(context: ScenarioContext, args: StepArguments, home: Population): DirectoryActor {
  const actor = args.actor('by');
  if (actor.kind === 'app') {
    const { app } = actor;
    const servicePrincipalId = principalOf(context, app, home);
    return { kind: 'app', app: { name: app.name, appId: app.appId, servicePrincipalId } };
  }
  const { ip } = context.tokenOf(actor.session, context.nowMs);
  return { kind: 'user', account: actor.session.account, ip };
}

/** Adds a secret to an existing application. */
export const addSecret: Verb = (context, args) => {
  const home = args.tenant();
  const app = args.app('to');
  const actor = actorOf(context, args, home);
  const before = app.secrets.map(keyText);
  const keyId = context.random.guid();
  app.secrets.push({ keyId, displayName: args.text('label', 'Rotation'), sinceMs: context.nowMs });
  const what: AuditedChange = {
    operation: 'Update application – Certificates and secrets management ',
    category: 'Application',
    auditCategory: 'ApplicationManagement',
    operationType: 'Update',
    targets: [applicationTarget(app)],
    changes: [
      { name: 'KeyDescription', oldValue: list(before), newValue: list(app.secrets.map(keyText)) },
      { name: 'Included Updated Properties', newValue: 'KeyDescription' },
    ],
  };
  change(context, home, actor, what);
  context.addFoothold(
    {
      kind: 'app-credential',
      tenantId: home.tenant.id,
      objectId: app.appObjectId,
      detail: `the secret ${keyId} of ${app.name}`,
    },
    (responder) => removeSecret(context, home, responder, { app, keyId }),
  );
  claimApp(context, app);
};

export const createApp: Verb = (context, args) => {
  const home = args.tenant();
  const actor = actorOf(context, args, home);
  const app = appOf(context, args.text('name'), home, []);
  const what: AuditedChange = {
    auditCategory: 'ApplicationManagement',
    operationType: 'Add',
    operation: 'Add application.',
    category: 'Application',
    targets: [applicationTarget(app)],
    changes: [
      { name: 'DisplayName', newValue: list([app.name]) },
      { name: 'Included Updated Properties', newValue: 'DisplayName, AppId' },
    ],
  };
  change(context, home, actor, what);
  addPrincipal(context, home, actor, app);
  args.storeResult({ kind: 'app', app });
  context.addFoothold(
    {
      kind: 'app',
      tenantId: home.tenant.id,
      objectId: app.appObjectId,
      detail: `the application ${app.name}`,
    },
    (responder) => deleteApplication(context, home, responder, app),
  );
  claimApp(context, app);
};

/** The application's service principal: created with it, or at the first consent in a tenant. */
function addPrincipal(
  context: ScenarioContext,
  home: Population,
  actor: DirectoryActor,
  app: ScenarioApp,
): void {
  const target = principalTarget(context, app, home);
  const what: AuditedChange = {
    auditCategory: 'ApplicationManagement',
    operationType: 'Add',
    operation: 'Add service principal.',
    category: 'ServicePrincipal',
    targets: [target],
    changes: [
      { name: 'AccountEnabled', newValue: '[true]' },
      { name: 'DisplayName', newValue: list([app.name]) },
      { name: 'AppPrincipalId', newValue: list([app.appId]) },
      { name: 'TargetId.ServicePrincipalNames', newValue: app.appId },
    ],
  };
  change(context, home, actor, what);
}

export const createUser: Verb = (context, args) => {
  const home = args.tenant();
  const actor = actorOf(context, args, home);
  const local = args.text('name');
  const account: Account = {
    displayName: local.replaceAll(/[.-]/g, ' '),
    upn: `${local}@${home.tenant.domain}`,
    objectId: context.random.guid(),
    puid: `10032${hex8(context.random.next())}FFF`.slice(0, 16).toUpperCase(),
    sid: `S-1-5-21-1-2-3-${context.random.int(900_000, 990_000)}`,
    mailboxGuid: context.random.guid(),
  };
  const what: AuditedChange = {
    operation: 'Add user.',
    category: 'User',
    auditCategory: 'UserManagement',
    operationType: 'Add',
    targets: [userTarget(account)],
    changes: [
      { name: 'AccountEnabled', newValue: '[true]' },
      { name: 'UserPrincipalName', newValue: list([account.upn]) },
      { name: 'Included Updated Properties', newValue: 'AccountEnabled, UserPrincipalName' },
    ],
  };
  change(context, home, actor, what);
  args.storeResult({ kind: 'account', account, home });
  context.addFoothold(
    {
      kind: 'account',
      tenantId: home.tenant.id,
      objectId: account.objectId,
      detail: `the user ${account.upn}`,
    },
    (responder) => disableAccount(context, home, responder, account),
  );
  context.claim('account', home.tenant.id, account.objectId);
};

/** A person consents to an application for themselves, or for all people. */
export const consent: Verb = (context, args) => {
  const home = args.tenant();
  const actor = actorOf(context, args, home);
  const app = args.app('app');
  const isForAll = args.is('for-all');
  const scopes = args.text('scopes');
  const person = actor.kind === 'user' ? actor.account.objectId : '';
  if (!app.servicePrincipalIds.has(home.tenant.id)) addPrincipal(context, home, actor, app);
  const client = principalOf(context, app, home);
  const graph = servicePrincipalIdOf(home.tenant.key, FIRST_PARTY.graph);
  const grantId = hex8(context.random.next()) + hex8(context.random.next());
  const type = isForAll ? 'AllPrincipals' : 'Principal';
  const grant =
    `[Id: ${grantId}, ClientId: ${client}, PrincipalId: ${isForAll ? '' : person}, ` +
    `ResourceId: ${graph}, ConsentType: ${type}, Scope: ${scopes}]`;
  const names = { name: 'TargetId.ServicePrincipalNames', newValue: app.appId };
  const shared = { auditCategory: 'ApplicationManagement', operationType: 'Assign' } as const;
  change(context, home, actor, {
    ...shared,
    operation: 'Consent to application.',
    category: 'ServicePrincipal',
    targets: [principalTarget(context, app, home)],
    changes: [
      { name: 'ConsentContext.IsAdminConsent', newValue: isForAll ? 'True' : 'False' },
      { name: 'ConsentContext.IsAppOnly', newValue: 'False' },
      { name: 'ConsentContext.OnBehalfOfAll', newValue: isForAll ? 'True' : 'False' },
      { name: 'ConsentContext.Tags', newValue: 'WindowsAzureActiveDirectoryIntegratedApp' },
      { name: 'ConsentAction.Permissions', newValue: `[] => [${grant}]; ` },
      names,
    ],
  });
  const granted: AuditedChange = {
    ...shared,
    operation: 'Add delegated permission grant.',
    category: 'ServicePrincipal',
    targets: [principalTarget(context, app, home)],
    changes: [
      { name: 'DelegatedPermissionGrant.Scope', newValue: ` ${scopes}` },
      { name: 'DelegatedPermissionGrant.ConsentType', newValue: type },
      { name: 'ServicePrincipal.ObjectID', newValue: client },
      names,
    ],
  };
  change(context, home, actor, granted);
  context.addFoothold(
    {
      kind: 'consent',
      tenantId: home.tenant.id,
      objectId: client,
      detail: `${app.name} may ${scopes}`,
    },
    (responder) => removeGrant(context, home, responder, { app, scopes, type }),
  );
  claimApp(context, app);
};

/** Grants an application permission, for example for all mailboxes. */
export const grantAppRole: Verb = (context, args) => {
  const home = args.tenant();
  const actor = actorOf(context, args, home);
  const app = args.app('to');
  const role = args.text('role');
  const isExchange = role === 'full_access_as_app';
  const resource = isExchange ? FIRST_PARTY.exchange : FIRST_PARTY.graph;
  const client = principalOf(context, app, home);
  const resourceId = servicePrincipalIdOf(home.tenant.key, resource);
  const displayName = isExchange ? 'Office 365 Exchange Online' : 'Microsoft Graph';
  const target = {
    type: 'ServicePrincipal',
    id: resourceId,
    displayName,
    appId: resource,
  } as const;
  const roleId = isExchange ? FULL_ACCESS_ROLE : context.random.guid();
  const what: AuditedChange = {
    operation: 'Add app role assignment to service principal.',
    category: 'ServicePrincipal',
    auditCategory: 'ApplicationManagement',
    operationType: 'Assign',
    targets: [target, principalTarget(context, app, home)],
    changes: [
      { name: 'AppRole.Id', newValue: roleId },
      { name: 'AppRole.Value', newValue: role },
      { name: 'AppRole.DisplayName', newValue: role },
      { name: 'ServicePrincipal.ObjectID', newValue: client },
      { name: 'ServicePrincipal.DisplayName', newValue: app.name },
      { name: 'ServicePrincipal.AppId', newValue: app.appId },
      { name: 'TargetId.ServicePrincipalNames', newValue: resource },
    ],
  };
  change(context, home, actor, what);
  context.addFoothold(
    {
      kind: 'app-role',
      tenantId: home.tenant.id,
      objectId: client,
      detail: `${app.name} holds ${role}`,
    },
    (responder) => removeAppRole(context, home, responder, { app, role, roleId, resource: target }),
  );
  claimApp(context, app);
};

/** Office 365 Exchange Online: full_access_as_app. */
const FULL_ACCESS_ROLE = 'dc890d15-9560-4a4c-9b7f-a736ec74ec40';

/** Registers a second factor of the attacker. */
export const registerMethod: Verb = (context, args) => {
  const session = args.session('by');
  const actor = actorOf(context, args, session.home);
  const what: AuditedChange = {
    operation: 'User registered security info.',
    category: 'User',
    auditCategory: 'UserManagement',
    operationType: 'Add',
    targets: [userTarget(session.account)],
    changes: [{ name: 'StrongAuthenticationMethod', newValue: 'PhoneAppNotification' }],
  };
  change(context, session.home, actor, what);
  context.addFoothold(
    {
      kind: 'method',
      tenantId: session.home.tenant.id,
      objectId: session.account.objectId,
      detail: `an authenticator at ${session.account.upn}`,
    },
    (responder) => deleteMethod(context, session.home, responder, session.account),
  );
};

export const registerDevice: Verb = (context, args) => {
  const session = args.session('by');
  const actor = actorOf(context, args, session.home);
  const id = context.random.guid();
  const displayName = args.text('name');
  const what: AuditedChange = {
    operation: 'Add device.',
    category: 'Device',
    auditCategory: 'Device',
    operationType: 'Add',
    targets: [{ type: 'Device', id, displayName }, userTarget(session.account)],
    changes: [{ name: 'DisplayName', newValue: list([displayName]) }],
  };
  change(context, session.home, actor, what);
  context.addFoothold(
    {
      kind: 'device',
      tenantId: session.home.tenant.id,
      objectId: id,
      detail: `the device ${displayName}`,
    },
    (responder) => deleteDevice(context, session.home, responder, { id, displayName }),
  );
};

/** Makes an account of the attacker an administrator. */
export const grantRole: Verb = (context, args) => {
  const home = args.tenant();
  const actor = actorOf(context, args, home);
  const { account } = args.account('to');
  const role = args.text('role', 'Global Administrator');
  const what: AuditedChange = {
    operation: 'Add member to role.',
    category: 'Role',
    auditCategory: 'RoleManagement',
    operationType: 'Assign',
    targets: [userTarget(account)],
    changes: roleProperties(role).map(([name, newValue]) => ({ name, newValue })),
  };
  change(context, home, actor, what);
  context.addFoothold(
    {
      kind: 'role',
      tenantId: home.tenant.id,
      objectId: account.objectId,
      detail: `${account.upn} is ${role}`,
    },
    (responder) => removeRole(context, home, responder, { account, role }),
  );
  context.claim('account', home.tenant.id, account.objectId);
};

function claimApp(context: ScenarioContext, { appId }: ScenarioApp): void {
  context.claim('application', '', appId);
}
