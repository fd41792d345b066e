import assert from 'node:assert/strict';
import { testEach } from '../../../../../tools/testing/each.ts';
import type { JsonObject } from '../../core/json-object.ts';
import {
  DEVICE,
  DOMAIN,
  GRAPH_APP,
  GRAPH_PRINCIPAL,
  groupId,
  id,
  MAIL_READ_ROLE,
  userId,
  WIKI,
  WIKI_GRANT,
  WIKI_ROLE_ASSIGNMENT,
} from '../../directory/testing/small-tenant.ts';
import { TokenMint } from '../../login/token-mint.ts';
import { type Answer, GraphTenant, NOON } from '../testing/graph-tenant.ts';

const RIGHTS = [
  'Directory.ReadWrite.All',
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'RoleManagement.ReadWrite.Directory',
  'User-PasswordProfile.ReadWrite.All',
  'UserAuthenticationMethod.ReadWrite.All',
  'Device.ReadWrite.All',
  'Domain.ReadWrite.All',
  'IdentityRiskyUser.ReadWrite.All',
  'MailboxSettings.ReadWrite',
  'Policy.Read.All',
  'Policy.ReadWrite.ConditionalAccess',
  'Policy.ReadWrite.CrossTenantAccess',
  'Policy.ReadWrite.AuthenticationMethod',
  'CustomAuthenticationExtension.ReadWrite.All',
  'EventListener.ReadWrite.All',
];
const LATER = NOON + 10 * 60_000;

const mint = await TokenMint.make();
let tenant: GraphTenant;

const test = testEach(
  async () => {
    tenant = await GraphTenant.start({ mint, roles: RIGHTS });
  },
  async () => {
    await tenant.stop();
    assert.deepEqual(tenant.defects, []);
  },
);

function post(path: string, body: unknown = {}): Promise<Answer> {
  return tenant.call(`/v1.0${path}`, { method: 'POST', body });
}

function patch(path: string, body: unknown): Promise<Answer> {
  return tenant.call(`/v1.0${path}`, { method: 'PATCH', body });
}

function remove(path: string): Promise<Answer> {
  return tenant.call(`/v1.0${path}`, { method: 'DELETE' });
}

function refusal(attempt: object): number | undefined {
  return tenant.directory.effects.refusalOf({ atMs: LATER, ...attempt })?.code;
}

function audited(): readonly unknown[] {
  return tenant.taken
    .flatMap(({ records }) => records)
    .filter(({ feed }) => feed === 'graph/directoryAudits')
    .map(({ body }) => body['activityDisplayName']);
}

test('revokes sessions, and the old ones fail from then on', async () => {
  const { status, body } = await post(`/users/${userId(1)}/revokeSignInSessions`);
  assert.equal(status, 200);
  assert.equal(body['value'], true);
  assert.equal(refusal({ userId: userId(1), grantIssuedMs: NOON - 1 }), 50173);
  assert.deepEqual(audited(), ['Update StsRefreshTokenValidFrom Timestamp']);
  const read = await tenant.call(
    `/v1.0/users/${userId(1)}?$select=signInSessionsValidFromDateTime`,
  );
  assert.equal(read.body['signInSessionsValidFromDateTime'], '2026-03-02T12:00:00Z');
});

test("disables accounts and resets passwords, except an administrator's", async () => {
  assert.equal((await patch(`/users/${userId(1)}`, { accountEnabled: false })).status, 204);
  assert.equal(refusal({ userId: userId(1) }), 50057);
  const passwordProfile = { forceChangePasswordNextSignIn: true, password: 'x' };
  assert.equal((await patch(`/users/${userId(2)}`, { passwordProfile })).status, 204);
  assert.equal(refusal({ userId: userId(2), passwordKnownMs: NOON - 1 }), 50126);
  assert.equal(refusal({ userId: userId(2), grantIssuedMs: NOON - 1 }), 50133);
  assert.equal((await patch(`/users/${userId(0)}`, { accountEnabled: false })).status, 403);
  assert.equal((await patch(`/users/${userId(0)}`, { jobTitle: 'Baker' })).status, 204);
});

test('narrows a delegated grant, then removes it', async () => {
  const ask = { userId: userId(1), appId: WIKI.appId, resourceAppId: GRAPH_APP };
  await patch(`/oauth2PermissionGrants/${WIKI_GRANT}`, { scope: 'User.Read' });
  assert.equal(refusal({ ...ask, scopes: ['User.Read'] }), undefined);
  assert.equal(refusal({ ...ask, scopes: ['Mail.Read'] }), 65001);
  assert.equal((await remove(`/oauth2PermissionGrants/${WIKI_GRANT}`)).status, 204);
  assert.equal(refusal({ ...ask, scopes: ['User.Read'] }), 65001);
});

test('removes an app role, and grants it again under another id', async () => {
  const roles = (): readonly string[] =>
    tenant.directory.effects.grantedRoles(WIKI.appId, GRAPH_APP);
  const path = `/servicePrincipals/${GRAPH_PRINCIPAL}/appRoleAssignedTo`;
  assert.equal((await remove(`${path}/${WIKI_ROLE_ASSIGNMENT}`)).status, 204);
  assert.deepEqual(roles(), []);
  const { status } = await post(path, {
    principalId: WIKI.servicePrincipalId,
    resourceId: GRAPH_PRINCIPAL,
    appRoleId: MAIL_READ_ROLE,
  });
  assert.equal(status, 201);
  assert.deepEqual(roles(), ['Mail.Read']);
});

test('an application is disabled, loses its secret, gets one, and is deleted', async () => {
  const application = `/applications/${WIKI.applicationId}`;
  const own = { appId: WIKI.appId, credential: { keyId: id(8, 1), kind: 'password' } };
  assert.equal((await post(`${application}/removePassword`, { keyId: id(8, 1) })).status, 204);
  assert.equal(refusal(own), 7000215);
  const added = await post(`${application}/addPassword`, {
    passwordCredential: { displayName: 'new' },
  });
  assert.equal(typeof added.body['secretText'], 'string');
  const read = await tenant.call(`/v1.0${application}`);
  const [shown] = read.body['passwordCredentials'] as JsonObject[];
  assert.equal(shown?.['secretText'], null);
  await patch(application, { keyCredentials: [] });
  const principal = `/servicePrincipals/${WIKI.servicePrincipalId}`;
  await patch(principal, { accountEnabled: false });
  assert.equal(refusal({ appId: WIKI.appId }), 7000112);
  assert.equal((await remove(principal)).status, 204);
  tenant.clock.advance(600_000);
  assert.equal(refusal({ atMs: tenant.clock.now(), appId: WIKI.appId }), 700016);
  const restored = await post(`/directory/deletedItems/${WIKI.servicePrincipalId}/restore`);
  assert.equal(restored.status, 200);
});

test('removes a certificate by proof or by replacing the collection', async () => {
  const application = `/applications/${WIKI.applicationId}`;
  await patch(application, { keyCredentials: [{ keyId: id(8, 3), displayName: 'CN=x' }] });
  const without = await post(`${application}/removeKey`, { keyId: id(8, 3), proof: 'x' });
  assert.equal(without.status, 401);
  await patch(application, { keyCredentials: [] });
  const attempt = { appId: WIKI.appId, credential: { keyId: id(8, 3), kind: 'certificate' } };
  assert.equal(refusal(attempt), 700027);
});

test('confirms people at risk, and returns the state', async () => {
  const path = '/identityProtection/riskyUsers';
  const { status } = await post(`${path}/confirmCompromised`, { userIds: [userId(1)] });
  assert.equal(status, 204);
  tenant.clock.advance(2_000);
  const { body } = await tenant.call(`/v1.0${path}/${userId(1)}`);
  assert.equal(body['riskState'], 'confirmedCompromised');
  assert.equal(body['riskDetail'], 'adminConfirmedUserCompromised');
});

test('creates, disables and deletes inbox rules', async () => {
  const base = `/users/${userId(5)}/mailFolders/inbox/messageRules`;
  const made = await post(base, {
    displayName: 'Away with it',
    sequence: 1,
    actions: { delete: true },
  });
  const rule = `${base}/${String(made.body['id'])}`;
  assert.equal((await patch(rule, { isEnabled: false })).body['isEnabled'], false);
  assert.equal((await remove(rule)).status, 204);
  assert.deepEqual((await tenant.call(`/v1.0${base}`)).body['value'], []);
  const operations = tenant.taken
    .flatMap(({ records }) => records)
    .filter(({ feed }) => feed === 'activity/Audit.Exchange')
    .map(({ body }) => body['Operation']);
  assert.deepEqual(operations, ['New-InboxRule', 'Disable-InboxRule', 'Remove-InboxRule']);
});

test('deletes authentication methods one by one, never the password', async () => {
  const base = `/users/${userId(5)}/authentication`;
  const made = await post(`${base}/phoneMethods`, { phoneNumber: '+1 555 0100' });
  const methods = async (): Promise<number> =>
    ((await tenant.call(`/v1.0${base}/methods`)).body['value'] as unknown[]).length;
  assert.equal(await methods(), 2);
  assert.equal((await remove(`${base}/phoneMethods/${String(made.body['id'])}`)).status, 204);
  assert.equal(await methods(), 1);
  const password = `${base}/passwordMethods/28c10230-6103-485e-b985-444c60001490`;
  assert.equal((await remove(password)).status, 400);
  const reset = await post(`${base}/methods/28c10230-6103-485e-b985-444c60001490/resetPassword`);
  assert.equal(reset.status, 202);
  assert.ok(reset.headers.get('location'));
});

test('removes people from devices, groups, roles and owners', async () => {
  await patch(`/devices/${DEVICE}`, { accountEnabled: false });
  assert.equal(refusal({ userId: userId(2), deviceId: DEVICE }), 50155);
  const group = `/groups/${groupId(1)}`;
  const reference = { '@odata.id': `${tenant.origin}/v1.0/directoryObjects/${userId(3)}` };
  assert.equal((await post(`${group}/members/$ref`, reference)).status, 204);
  assert.equal((await remove(`${group}/members/${userId(3)}/$ref`)).status, 204);
  assert.equal((await remove(`${group}/members/${userId(3)}/$ref`)).status, 404);
  const owner = `/applications/${WIKI.applicationId}/owners/${userId(1)}/$ref`;
  assert.equal((await remove(owner)).status, 204);
  const assignments = '/roleManagement/directory/roleAssignments';
  const { body } = await tenant.call(`/v1.0${assignments}`);
  const held = (body['value'] as { id: string; principalId: string }[]).find(
    ({ principalId }) => principalId === userId(0),
  );
  assert.equal((await remove(`${assignments}/${held?.id}`)).status, 204);
  assert.ok(audited().includes('Remove member from role'));
});

test('removes a federation trust, which ends sign-ins through it', async () => {
  const federation = { issuerUri: 'urn:northmoor:sts' };
  assert.equal(refusal({ userId: userId(3), federation }), undefined);
  const path = `/domains/corp.${DOMAIN}/federationConfiguration/trust-1`;
  assert.equal((await remove(path)).status, 204);
  assert.equal(refusal({ userId: userId(3), federation }), 50107);
  const { body } = await tenant.call(`/v1.0/domains/corp.${DOMAIN}`);
  assert.equal(body['authenticationType'], 'Managed');
});

test('creates and deletes policies and partners', async () => {
  const policies = '/identity/conditionalAccess/policies';
  const made = await post(policies, {
    displayName: 'Block the wiki',
    state: 'enabled',
    conditions: {
      users: { includeUsers: [userId(1)] },
      applications: { includeApplications: [WIKI.appId] },
    },
    grantControls: { operator: 'OR', builtInControls: ['block'] },
  });
  assert.equal(made.status, 201);
  assert.equal(refusal({ userId: userId(1), resourceAppId: WIKI.appId }), 53003);
  tenant.clock.advance(2_000);
  assert.equal((await remove(`${policies}/${String(made.body['id'])}`)).status, 204);
  assert.equal(refusal({ userId: userId(1), resourceAppId: WIKI.appId }), undefined);
  const partners = '/policies/crossTenantAccessPolicy/partners';
  const tenantId = id(99, 1);
  assert.equal(
    (await post(partners, { tenantId, inboundTrust: { isMfaAccepted: true } })).status,
    201,
  );
  const { body } = await tenant.call(`/v1.0${partners}/${tenantId}`);
  assert.equal(body['tenantId'], tenantId);
  assert.equal((await remove(`${partners}/${tenantId}`)).status, 204);
});

test('a token ends with its session for CAE-capable clients, and lives on for others', async () => {
  const scopes = ['User.Read.All'];
  const who = { scopes, oid: userId(1) };
  const challenged = await tenant.token({ ...who, capabilities: ['cp1'] });
  const plain = await tenant.token(who);
  await post(`/users/${userId(1)}/revokeSignInSessions`);
  await patch(`/users/${userId(1)}`, { accountEnabled: false });
  tenant.clock.advance(120_000);
  assert.equal((await tenant.call('/v1.0/me', { token: plain })).status, 200);
  const refused = await tenant.call('/v1.0/me', { token: challenged });
  assert.equal(refused.status, 401);
  const header = refused.headers.get('www-authenticate') ?? '';
  const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(header)?.[1] ?? '';
  const nbf = (JSON.parse(Buffer.from(claims, 'base64').toString()) as JsonObject)['access_token'];
  assert.deepEqual(nbf, {
    nbf: { essential: true, value: String(tenant.clock.now() / 1_000) },
  });
});

test('creates, disables and deletes an external authentication method', async () => {
  const path = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations';
  const made = await post(path, {
    '@odata.type': '#microsoft.graph.externalAuthenticationMethodConfiguration',
    displayName: 'Countersign',
    state: 'enabled',
    appId: id(12, 7),
    openIdConnectSetting: { clientId: 'one', discoveryUrl: 'https://access.example/discovery' },
  });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const one = `${path}/${made.body['id']}`;
  assert.equal((await patch(one, { state: 'disabled' })).status, 204);
  assert.equal((await tenant.call(`/v1.0${one}`)).body['state'], 'disabled');
  assert.equal((await remove(one)).status, 204);
  assert.equal((await tenant.call(`/v1.0${one}`)).status, 404);
  assert.deepEqual(new Set(audited()), new Set(['Authentication Methods Policy Update']));
});

test('creates a custom extension and its listener', async () => {
  const extension = await post('/identity/customAuthenticationExtensions', {
    '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtension',
    displayName: 'Countersign',
    endpointConfiguration: { targetUrl: 'https://access.example/events' },
    authenticationConfiguration: { resourceId: `api://access.example/${id(12, 8)}` },
  });
  assert.equal(extension.status, 201, JSON.stringify(extension.body));
  const listener = await post('/identity/authenticationEventListeners', {
    '@odata.type': '#microsoft.graph.onTokenIssuanceStartListener',
    conditions: { applications: { includeApplications: [{ appId: WIKI.appId }] } },
    handler: { customExtension: { id: extension.body['id'] } },
  });
  assert.equal(listener.status, 201, JSON.stringify(listener.body));
  const listed = await tenant.call('/v1.0/identity/authenticationEventListeners');
  assert.equal((listed.body['value'] as unknown[]).length, 1);
});
