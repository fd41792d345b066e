import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Person } from '../population/person.ts';
import { Population } from '../population/population.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import type { SignIn } from '../records/sign-in.ts';
import { signInRecords } from '../records/sign-in-record.ts';
import { appSignIn, vendorSignIn } from './app-flows.ts';
import { CLIENTS } from './clients.ts';
import {
  deviceCodeSignIn,
  federatedSignIn,
  passkeySignIn,
  promptedSignIn,
  refreshSignIn,
  refused,
  ropcSignIn,
  silentSignIn,
  tokenIdOf,
  windowsSignIn,
} from './user-flows.ts';

const population = new Population({ seed: 'sign-in', size: 200 });
const { tenant } = population;
const person = Array.from({ length: 200 }, (_, index) => population.person(index)).find(
  ({ workplace, methods }) => workplace === 'windows' && methods.includes('fido2'),
) as Person;
const AT_MS = Date.UTC(2026, 2, 3, 8, 31, 7);
const REQUEST_ID = '01020304-0506-4708-890a-0b0c0d0e0f10';

const request = {
  atMs: AT_MS,
  requestId: REQUEST_ID,
  correlationId: 'c0000000-0000-4000-8000-000000000001',
  appId: FIRST_PARTY.officeHome,
  resourceId: FIRST_PARTY.graph,
  address: person.office,
  sessionId: '50000000-0000-4000-8000-000000000001',
};
const app = { name: 'Reader', appId: 'a', servicePrincipalId: 's' };
const appRequest = { ...request, sessionId: undefined };
const secret = { kind: 'clientSecret', keyId: 'k', homeTenantId: tenant.id } as const;

function bodyOf(signIn: SignIn, feed: string): JsonObject {
  const record = signInRecords(tenant, signIn).find((one) => one.feed.startsWith(feed));
  assert.ok(record !== undefined, `no record in ${feed}`);
  return record.body;
}

type FlowCase = readonly [
  flow: string,
  signIn: SignIn,
  row: Readonly<Record<string, unknown>>,
  category: string,
];

const computer = { client: CLIENTS.desktop, device: person.computer };
const FLOWS: readonly FlowCase[] = [
  [
    'interactive with a prompt',
    promptedSignIn(person, request),
    { isInteractive: true, incomingTokenType: 'none', authenticationProtocol: 'oAuth2' },
    'SignInLogs',
  ],
  [
    'interactive without a prompt',
    silentSignIn(person, request),
    { isInteractive: true, incomingTokenType: 'primaryRefreshToken' },
    'SignInLogs',
  ],
  [
    'a refresh',
    refreshSignIn(person, request, { client: CLIENTS.phone, device: person.phone }),
    { isInteractive: false, incomingTokenType: 'refreshToken' },
    'NonInteractiveUserSignInLogs',
  ],
  [
    'a refresh by the device',
    refreshSignIn(person, request, computer),
    { isInteractive: false, incomingTokenType: 'primaryRefreshToken' },
    'NonInteractiveUserSignInLogs',
  ],
  [
    'Windows',
    windowsSignIn(person, request),
    { appDisplayName: 'Windows Sign In', isInteractive: true },
    'SignInLogs',
  ],
  ['a passkey', passkeySignIn(person, request), { isInteractive: true }, 'SignInLogs'],
  [
    'federated',
    federatedSignIn(person, request),
    { tokenIssuerType: 'ADFederationServices', incomingTokenType: 'saml11' },
    'SignInLogs',
  ],
  [
    'ROPC',
    ropcSignIn(person, request),
    { authenticationProtocol: 'ropc', authenticationRequirement: 'singleFactorAuthentication' },
    'SignInLogs',
  ],
  [
    'a device code',
    deviceCodeSignIn(person, request, CLIENTS.commandLine),
    { authenticationProtocol: 'deviceCode', originalTransferMethod: 'deviceCodeFlow' },
    'SignInLogs',
  ],
  [
    'an application with a secret',
    appSignIn(app, appRequest, secret),
    { clientCredentialType: 'clientSecret', servicePrincipalCredentialKeyId: 'k', userId: '' },
    'ServicePrincipalSignInLogs',
  ],
  [
    'an application with a certificate',
    appSignIn(app, appRequest, { ...secret, kind: 'certificate' }),
    { clientCredentialType: 'certificate' },
    'ServicePrincipalSignInLogs',
  ],
  [
    'a managed identity',
    appSignIn(app, appRequest, { ...secret, kind: 'managedIdentity' }),
    { signInEventTypes: ['managedIdentity'] },
    'ManagedIdentitySignInLogs',
  ],
];

for (const [flow, signIn, row, category] of FLOWS) {
  test(`${flow} leaves the rows of such a sign-in`, () => {
    const graph = bodyOf(signIn, 'graph/signIns');
    for (const [member, value] of Object.entries(row)) assert.deepEqual(graph[member], value);
    assert.equal(graph['uniqueTokenIdentifier'], tokenIdOf(REQUEST_ID));
    const exported = bodyOf(signIn, `azure/${category}`);
    assert.equal(exported['category'], category);
    assert.equal((exported['properties'] as JsonObject)['id'], REQUEST_ID);
    const logons = signInRecords(tenant, signIn).filter(({ feed }) => feed.startsWith('activity'));
    assert.equal(logons.length, category === 'SignInLogs' ? 1 : 0);
  });
}

test('no sign-in claims an external method without an external provider', () => {
  for (const [, signIn] of FLOWS) {
    const text = JSON.stringify(signInRecords(tenant, signIn));
    assert.doesNotMatch(text, /external ?auth|externalAuthenticationMethod/i);
  }
});

test("only one category reports the vendor's own services", () => {
  const records = signInRecords(tenant, vendorSignIn(FIRST_PARTY.substrate, 's', appRequest));
  assert.deepEqual(
    records.map(({ feed }) => feed),
    ['azure/MicrosoftServicePrincipalSignInLogs'],
  );
});

test('a token id is the request id in the byte order of Windows', () => {
  const bytes = Buffer.from(tokenIdOf(REQUEST_ID), 'base64url').toString('hex');
  assert.equal(bytes, '0403020106050847890a0b0c0d0e0f10');
});

const REFUSALS: readonly (readonly [number, string])[] = [
  [50126, 'InvalidUserNameOrPassword'],
  [50053, 'IdsLocked'],
  [50076, 'UserStrongAuthClientAuthNRequired'],
  [50173, 'FreshTokenNeeded'],
  [53003, 'BlockedByConditionalAccess'],
];

for (const [code, symbol] of REFUSALS) {
  test(`reports ${code} as ${symbol}, without a session`, () => {
    const signIn = refused(promptedSignIn(person, request), code);
    const logon = bodyOf(signIn, 'activity/');
    assert.equal(logon['Operation'], 'UserLoginFailed');
    assert.equal(logon['ErrorNumber'], String(code));
    assert.equal(logon['LogonError'], symbol);
    assert.equal((bodyOf(signIn, 'graph/')['status'] as JsonObject)['errorCode'], code);
    assert.equal(bodyOf(signIn, 'graph/')['sessionId'], null);
    assert.doesNotMatch(JSON.stringify(logon), new RegExp(request.sessionId));
  });
}

test('reports an unknown name without a person', () => {
  const signIn = refused(promptedSignIn(person, request), 50034);
  const text = JSON.stringify(bodyOf(signIn, 'activity/'));
  assert.doesNotMatch(text, new RegExp(person.objectId));
  assert.equal(bodyOf(signIn, 'graph/')['userId'], '');
});

test('reports an interrupt as a success, because it continues', () => {
  const logon = bodyOf(refused(promptedSignIn(person, request), 50140), 'activity/');
  assert.equal(logon['Operation'], 'UserLoggedIn');
  assert.equal(logon['ErrorNumber'], '50140');
});

test('a row completed later keeps its id and gains detail', () => {
  const records = signInRecords(tenant, {
    ...promptedSignIn(person, { ...request, completedAfterMs: 240_000 }),
    risk: { level: 'medium', types: ['unfamiliarFeatures'], state: 'atRisk' },
  });
  const of = (feed: string): FeedRecord[] => records.filter((record) => record.feed === feed);
  for (const feed of ['graph/signIns', 'azure/SignInLogs']) {
    const [first, later] = of(feed) as [FeedRecord, FeedRecord];
    assert.equal(first.id, later.id);
    assert.equal(first.completes, undefined);
    assert.equal(later.completes, true);
    assert.equal(later.afterMs, 240_000);
  }
  const [first, later] = of('graph/signIns') as [FeedRecord, FeedRecord];
  assert.deepEqual(first.body['authenticationDetails'], []);
  assert.equal((later.body['authenticationDetails'] as unknown[]).length, 2);
  assert.equal(first.body['riskLevelDuringSignIn'], 'none');
  assert.equal(later.body['riskLevelDuringSignIn'], 'medium');
  assert.equal(of('activity/Audit.AzureActiveDirectory').length, 1);
});
