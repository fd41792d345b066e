import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpretation } from './model/interpretation.ts';
import { interpret } from './reading/interpret.ts';
import { createMemo } from './values/memo.ts';

/** The ids that link a record to its session and token, in every place where records state them. */
type Members = Readonly<Record<string, unknown>>;

const AT = '2024-03-04T08:30:00Z';
const SID = '0f0f0f0f-0000-4000-8000-000000000001';
const UTI = 'aB-c_DeFgH0123456789xA';
const ISSUED_MS = Date.UTC(2024, 2, 4, 8, 1, 2);

function read(source: string, value: Members): Interpretation {
  return interpret({ source, tenant: '-', id: 'x', at: AT, value }, createMemo());
}

function ids({ sessionUid, tokenUid, tokenIssuedMs }: Interpretation): unknown {
  return { sessionUid, tokenUid, tokenIssuedMs };
}

const ALL = { sessionUid: SID, tokenUid: UTI, tokenIssuedMs: ISSUED_MS };
const CONTEXT = {
  AADSessionId: SID.toUpperCase(),
  UniqueTokenId: UTI,
  IssuedAtTime: '2024-03-04T08:01:02',
};

const WORKLOADS: readonly Members[] = [
  { Operation: 'MailItemsAccessed', RecordType: 50, Workload: 'Exchange' },
  { Operation: 'New-InboxRule', RecordType: 1, Workload: 'Exchange' },
  { Operation: 'FileAccessed', RecordType: 6, Workload: 'SharePoint' },
  { Operation: 'FileDownloaded', RecordType: 6, Workload: 'OneDrive' },
  { Operation: 'MessageSent', RecordType: 25, Workload: 'MicrosoftTeams' },
  { Operation: 'SomethingNew', RecordType: 9999, Workload: 'NotSeenBefore' },
];

test('reads session, token and its time of issue from every form of the context', () => {
  const text = JSON.stringify(CONTEXT);
  const powerShell = `@{${Object.entries(CONTEXT)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')}}`;
  for (const workload of WORKLOADS) {
    for (const context of [CONTEXT, text, [CONTEXT], JSON.stringify([CONTEXT]), powerShell]) {
      const found = read('m365.activity/x', { ...workload, AppAccessContext: context });
      assert.deepEqual(ids(found), ALL, `${workload['Workload']}: ${JSON.stringify(context)}`);
    }
  }
});

test('a whole record as JSON text in another record reads the same', () => {
  for (const workload of WORKLOADS) {
    const AuditData = JSON.stringify({ ...workload, AppAccessContext: JSON.stringify(CONTEXT) });
    assert.deepEqual(ids(read('m365.export/unified-audit-log', { AuditData })), ALL);
  }
});

test('a directory change states its token in the context', () => {
  const change = { Operation: 'Add user.', RecordType: 8, Workload: 'AzureActiveDirectory' };
  for (const context of [CONTEXT, JSON.stringify(CONTEXT)]) {
    const found = read('m365.activity/x', { ...change, AppAccessContext: context });
    assert.deepEqual(ids(found), ALL);
  }
});

test('Exchange and OWA also state session and token beside the context', () => {
  const mail = { Operation: 'MailItemsAccessed', RecordType: 2, Workload: 'Exchange' };
  assert.equal(read('m365.activity/x', { ...mail, SessionId: SID }).sessionUid, SID);
  const owa = { Operation: 'OWAAuth', RecordType: 275, Workload: 'Exchange' };
  assert.equal(read('m365.activity/x', { ...owa, UniqueTokenIdentifier: UTI }).tokenUid, UTI);
});

test('Graph activity states the sign-in in any of several columns', () => {
  const call = { requestMethod: 'GET', requestUri: '/v1.0/me', tokenIssuedAt: `${AT}` };
  const wrap = (properties: Members): Members => ({
    category: 'MicrosoftGraphActivityLogs',
    properties: { ...call, sessionId: SID.toUpperCase(), ...properties },
  });
  const source = 'azure-monitor/MicrosoftGraphActivityLogs';
  const expected = { ...ALL, tokenIssuedMs: Date.parse(AT) };
  assert.deepEqual(ids(read(source, wrap({ signInActivityId: UTI }))), expected);
  assert.deepEqual(ids(read(source, wrap({ uniqueTokenId: UTI }))), expected);
  const row = { RequestMethod: 'GET', SignInActivityId: UTI, SessionId: SID, TokenIssuedAt: AT };
  assert.deepEqual(ids(read('log-analytics/MicrosoftGraphActivityLogs', row)), expected);
});

test('a sign-in states its session and token in every log', () => {
  const graph = { id: 'x', sessionId: SID, uniqueTokenIdentifier: UTI };
  const row = { SessionId: SID, UniqueTokenIdentifier: UTI, Type: 'SigninLogs' };
  const logon = {
    ...{ Operation: 'UserLoggedIn', RecordType: 15, Workload: 'AzureActiveDirectory' },
    AppAccessContext: JSON.stringify({ UniqueTokenId: UTI }),
    DeviceProperties: [{ Name: 'SessionId', Value: SID.toUpperCase() }],
  };
  const logs: readonly (readonly [string, Members])[] = [
    ['graph/signIns', graph],
    ['azure-monitor/SignInLogs', { category: 'SignInLogs', properties: graph }],
    ['log-analytics/SigninLogs', row],
    ['m365.activity/Audit.AzureActiveDirectory', logon],
  ];
  for (const [source, value] of logs) {
    const found = read(source, value);
    assert.deepEqual([found.sessionUid, found.tokenUid], [SID, UTI], source);
  }
});

test('a log without a time of issue states none', () => {
  const mail = { Operation: 'MailItemsAccessed', RecordType: 50, Workload: 'Exchange' };
  for (const IssuedAtTime of ['0001-01-01T00:00:00', '1601-01-01T00:00:00', '', 'soon', 7, null]) {
    const found = read('m365.activity/x', { ...mail, AppAccessContext: { IssuedAtTime } });
    assert.equal(found.tokenIssuedMs, null);
  }
});

const ZEROS: readonly string[] = [
  '00000000-0000-0000-0000-000000000000',
  '{00000000-0000-0000-0000-000000000000}',
  '00000000000000000000000000000000',
  'AAAAAAAAAAAAAAAAAAAAAA',
  'AAAAAAAAAAAAAAAAAAAAAA==',
  '0',
  'Not Available',
  '',
];

test('zeros are not a session or token id, in any place', () => {
  const time = '2024-03-04T08:30:00Z';
  for (const zero of ZEROS) {
    const context = { AADSessionId: zero, UniqueTokenId: zero };
    const nothing = (found: Interpretation, what: string): void =>
      assert.deepEqual([found.sessionUid, found.tokenUid], [null, null], `${what}: ${zero}`);
    for (const workload of WORKLOADS) {
      nothing(read('m365.activity/x', { ...workload, AppAccessContext: context }), 'context');
      const own = { SessionId: zero, UniqueTokenId: zero, UniqueTokenIdentifier: zero };
      nothing(read('m365.activity/x', { ...workload, ...own }), 'members');
      // The value stated elsewhere counts instead.
      const beside = { ...workload, UniqueTokenId: UTI, SessionId: SID, AppAccessContext: context };
      const found = read('m365.activity/x', beside);
      assert.deepEqual([found.sessionUid, found.tokenUid], [SID, UTI]);
    }
    const change = { Operation: 'Add user.', RecordType: 8, Workload: 'AzureActiveDirectory' };
    nothing(read('m365.activity/x', { ...change, AppAccessContext: context }), 'a change');
    const signIn = { id: 'x', createdDateTime: time, userId: SID, appId: SID };
    const ofSignIn = { sessionId: zero, uniqueTokenIdentifier: zero };
    nothing(read('m365.graph/sign-ins', { ...signIn, ...ofSignIn }), 'a sign-in');
  }
  const odd = read('m365.activity/x', {
    ...{ ...WORKLOADS[0], AppAccessContext: { UniqueTokenId: 'AAAAAAAAAAAAAAAAAAAAAQ' } },
  });
  assert.equal(odd.tokenUid, 'AAAAAAAAAAAAAAAAAAAAAQ', 'a nonzero id counts');
});
