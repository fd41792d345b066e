import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpretation } from '../../model/interpretation.ts';
import { interpret } from '../../reading/interpret.ts';

function ofUal(members: object): Interpretation {
  const value = { RecordType: 15, UserId: 'ada@example.org', ...members };
  return interpret({ source: 'm365.activity/x', tenant: '-', id: 'x', at: '', value });
}

function ofGraph(members: object): Interpretation {
  const value = { userPrincipalName: 'ada@example.org', ...members };
  return interpret({ source: 'graph/signIns', tenant: '-', id: 'x', at: '', value });
}

for (const [operation, code, status, statusId] of [
  ['UserLoginFailed', '50126', 'Success', 2],
  ['UserLoginFailed', '50126', 'Failed', 2],
  ['UserLoggedIn', '0', 'Failed', 1],
  ['UserLoggedIn', 0, 'Success', 1],
  ['UserLoggedIn', '50140', 'Success', 99],
  ['UserLoginFailed', undefined, 'Success', 2],
  ['UserLoggedIn', undefined, 'Failed', 1],
  ['UserLoginFailed', '', 'Success', 2],
] as const) {
  test(`${operation} with code ${String(code)} and ResultStatus ${status} is ${statusId}`, () => {
    const meaning = ofUal({ Operation: operation, ErrorNumber: code, ResultStatus: status });
    assert.equal(meaning.statusId, statusId);
    const documented = ofUal({ Operation: operation, ErrorCode: code, ResultStatus: status });
    assert.deepEqual(documented, meaning);
  });
}

test('a sign-in without a principal has no actor', () => {
  const meaning = ofUal({
    Operation: 'UserLoginFailed',
    UserId: 'Not Available',
    UserKey: 'Not Available',
    Actor: [{ ID: '00000000-0000-0000-0000-000000000000', Type: 0 }],
  });
  assert.equal(meaning.actorName, null);
  assert.equal(meaning.actorUid, null);
});

test('an old account logon gets its outcome from LoginStatus', () => {
  const value = {
    RecordType: 9,
    Operation: 'PasswordLogonInitialAuthUsingPassword',
    UserId: 'a@b.org',
  };
  const read = (LoginStatus: number): Interpretation =>
    interpret({
      source: 'm365.activity/x',
      tenant: '-',
      id: 'x',
      at: '',
      value: { ...value, LoginStatus },
    });
  assert.equal(read(0).statusId, 1);
  assert.equal(read(-2147217390).statusId, 2);
  assert.equal(read(0).classUid, 3002);
});

test('signing out is a logoff', () => {
  assert.equal(ofUal({ Operation: 'UserLoggedOff' }).activityId, 2);
});

for (const [what, members, isMfa] of [
  ['one factor was required', { authenticationRequirement: 'singleFactorAuthentication' }, 0],
  [
    'several were required and it succeeded',
    { authenticationRequirement: 'multiFactorAuthentication', status: { errorCode: 0 } },
    1,
  ],
  [
    'several were required and it failed',
    { authenticationRequirement: 'multiFactorAuthentication', status: { errorCode: 50074 } },
    null,
  ],
  ['nothing is stated', {}, null],
  [
    'the token already satisfied it',
    {
      authenticationRequirement: 'singleFactorAuthentication',
      authenticationDetails: [
        {
          succeeded: true,
          authenticationStepResultDetail: 'MFA requirement satisfied by claim in the token',
        },
      ],
    },
    1,
  ],
  [
    'two steps succeeded, listed as text',
    {
      authenticationDetails:
        '[{"succeeded":"true","authenticationMethod":"Password"},' +
        '{"succeeded":true,"authenticationMethod":"FIDO2"}]',
    },
    1,
  ],
] as const) {
  test(`more than one factor is ${isMfa ?? 'not stated'} when ${what}`, () => {
    assert.equal(ofGraph(members).isMfa, isMfa);
  });
}

test('the token id keeps its case and the session id does not', () => {
  const meaning = ofGraph({
    uniqueTokenIdentifier: 'aBcD-_eF',
    sessionId: '0F0F0F0F-0000-4000-8000-000000000001',
  });
  assert.equal(meaning.tokenUid, 'aBcD-_eF');
  assert.equal(meaning.sessionUid, '0f0f0f0f-0000-4000-8000-000000000001');
});
