import assert from 'node:assert/strict';
import { test } from 'node:test';
import { helpSteps } from './help-steps.ts';

const DENIED = {
  effect: 'deny',
  cause: 'policy',
  obligations: [],
  inputs: [],
  because: [],
} as const;

test('a permit needs no help', () => {
  assert.deepEqual(helpSteps({ ...DENIED, effect: 'permit' }), []);
});

test('a stronger factor comes first', () => {
  const [first] = helpSteps({ ...DENIED, obligations: ['alarm:high', 'step-up:multi'] });
  assert.equal(first, 'Ask the person to sign in again with a second factor.');
});

test('an unknown input names its source and what to do', () => {
  const inputs = [
    { name: 'principal.wave', source: null, ageMs: null, state: 'missing' },
    { name: 'principal.enabled', source: 'graph/delta.users', ageMs: 9e8, state: 'stale' },
    { name: 'context.factor', source: 'request', ageMs: 0, state: 'fresh' },
  ] as const;
  assert.deepEqual(helpSteps({ ...DENIED, cause: 'unknown', inputs }), [
    "No source states the person's rollout wave. Add it to the directory, or connect the source.",
    'Countersign knows whether the account is enabled only from too long ago. ' +
      'The source graph/delta.users must be read again.',
  ]);
});
