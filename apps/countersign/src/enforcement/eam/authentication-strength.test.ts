import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strengthOf } from './authentication-strength.ts';

const asked = (id_token: unknown): string => JSON.stringify({ id_token });

test('states the requested values that a passkey proves, one per claim', () => {
  const acr = { essential: true, values: ['possessionorinherence'] };
  const amr = { essential: true, values: ['face', 'fido', 'hwk', 'otp'] };
  const usual = { acr: 'possessionorinherence', amr: 'fido' };
  assert.deepEqual(strengthOf(asked({ acr, amr })), usual);
  const other = { values: ['inherence', 'knowledgeorpossession'] };
  assert.equal(strengthOf(asked({ acr: other, amr }))?.acr, 'knowledgeorpossession');
  assert.equal(strengthOf(asked({ acr, amr: { values: ['sms', 'hwk'] } }))?.amr, 'hwk');
  assert.equal(strengthOf(asked({ acr, amr: { value: 'pop' } }))?.amr, 'pop');
});

test("without a request, states Entra's defaults", () => {
  const usual = { acr: 'possessionorinherence', amr: 'fido' };
  for (const claims of [undefined, '{}', asked({}), asked({ acr: null }), asked({ amr: {} })]) {
    assert.deepEqual(strengthOf(claims), usual, claims);
  }
});

test('does not state what a passkey does not prove, or an unreadable request', () => {
  for (const claims of [
    asked({ acr: { values: ['knowledge', 'inherence'] } }),
    asked({ amr: { values: ['otp', 'sms', 'face'] } }),
    asked({ acr: { values: [] } }),
    asked({ acr: { values: 'possessionorinherence' } }),
    asked({ acr: { value: 'possession', values: ['possession'] } }),
    asked({ acr: 'possession' }),
    asked('possession'),
    '{"id_token":{"acr":{"values":["possession"],"values":["possession"]}}}',
    '[]',
    '',
  ]) {
    assert.equal(strengthOf(claims), undefined, claims);
  }
});
