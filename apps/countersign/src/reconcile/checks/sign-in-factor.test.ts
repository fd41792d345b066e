import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reported, step } from '../testing/reported-sign-ins.ts';
import { factorOf, isExternal, proofOf } from './sign-in-factor.ts';

for (const [method, detail] of [
  ['FIDO2 security key', ''],
  ['Passkey (device-bound)', ''],
  ['Windows Hello for Business', ''],
  ['X.509 Certificate', ''],
  ['x509', ''],
  ['', 'Platform Credential'],
] as const) {
  test(`${method || detail} is phishing-resistant`, () => {
    const steps = [step('Password'), step(method, detail)];
    for (const isMfa of [true, false, null]) {
      assert.equal(factorOf(reported({ isMfa, detail: { steps } })), 'phishing-resistant');
    }
  });
}

test('a failed step proves nothing', () => {
  const steps = [{ ...step('FIDO2 security key'), succeeded: false }];
  assert.equal(factorOf(reported({ isMfa: false, detail: { steps } })), 'single');
});

test("without such a step, the record's number of factors counts, if stated", () => {
  const steps = [step('Password'), step('Mobile app notification')];
  assert.equal(factorOf(reported({ isMfa: true, detail: { steps } })), 'multi');
  assert.equal(factorOf(reported({ isMfa: false, detail: null })), 'single');
  assert.equal(factorOf(reported({ isMfa: null, detail: { steps } })), undefined);
});

test('a second factor is external if another provider was asked for it now', () => {
  const by = (...steps: ReturnType<typeof step>[]): boolean =>
    isExternal(reported({ detail: { steps } }));
  assert.ok(by(step('Password'), step('External authentication method')));
  assert.ok(by(step('Other', 'asked an EXTERNal provider')));
  assert.ok(!by(step('Password'), step('Mobile app notification')));
  assert.ok(!by({ ...step('External'), succeeded: false }));
  for (const result of [
    'MFA requirement satisfied by claim in the token',
    'Previously satisfied',
  ]) {
    assert.ok(!by(step('External', '', result)));
  }
  assert.ok(!isExternal(reported({ detail: null })));
});

test("a refreshed token relies on its session's proof", () => {
  const earlier = step(
    'Previously satisfied',
    '',
    'MFA requirement satisfied by claim in the token',
  );
  const proof = (flow: string, ...steps: ReturnType<typeof step>[]): string =>
    proofOf(reported({ flow, detail: { steps } }));
  assert.equal(proof('nonInteractiveUser', earlier), 'earlier');
  assert.equal(proof('interactiveUser', earlier), 'earlier');
  assert.equal(proof('interactiveUser', step('Password'), earlier), 'now');
  assert.equal(proof('nonInteractiveUser', step('Password')), 'now');
  assert.equal(proof('nonInteractiveUser'), 'earlier');
  for (const flow of ['interactiveUser', 'unknown']) assert.equal(proof(flow), 'now');
});
