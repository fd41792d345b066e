import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ConditionalAccessPolicy,
  conditionalAccess,
  type EntraRule,
  parseEntraRule,
  type TenantReferences,
} from './conditional-access.ts';

const POLICY = { id: 'second-factor', sentence: 'A sign-in requires two factors.' };
const WORLD: TenantReferences = { breakGlass: ['sos'], openGroups: ['g1'], registered: ['w1'] };

function written(text: string): ConditionalAccessPolicy {
  const policy = writtenIn(text, WORLD);
  assert.ok(policy !== undefined);
  return policy;
}

function writtenIn(text: string, world: TenantReferences): ConditionalAccessPolicy | undefined {
  return conditionalAccess(POLICY, parseEntraRule(text) as EntraRule, world);
}

test('reads a rule, and refuses an invalid one with the fix', () => {
  assert.deepEqual(parseEntraRule(' people  at-high-risk block '), {
    ...{ who: 'people', when: 'at-high-risk', must: 'block' },
  });
  assert.deepEqual(parseEntraRule('people mfa'), { who: 'people', when: undefined, must: 'mfa' });
  for (const [text, why] of [
    ['', /write one of people/],
    ['people', /write one of people/],
    ['mfa', /write one of people/],
    ['everybody mfa', /write one of people/],
    ['people at-night mfa', /write one of people/],
    ['people mfa at-high-risk', /write one of people/],
    ['people at-high-risk unhealthy-device block', /write one of people/],
    ['people unregistered block', /not a condition for people/],
    ['workloads at-high-risk block', /not a condition for workloads/],
    ['workloads block', /not a condition for workloads/],
    ['workloads unregistered mfa', /can only be blocked/],
  ] as const) {
    const said = parseEntraRule(text);
    assert.ok(typeof said === 'string', text);
    assert.match(said, why, text);
  }
});

test('each policy names its own, is report-only, and excludes emergency accounts', () => {
  const policy = written('people mfa');
  assert.deepEqual(policy, {
    displayName: 'Countersign second-factor: A sign-in requires two factors.',
    state: 'enabledForReportingButNotEnforced',
    conditions: {
      users: { includeUsers: ['All'], excludeUsers: ['sos'] },
      applications: { includeApplications: ['All'] },
      clientAppTypes: ['all'],
    },
    grantControls: { operator: 'OR', builtInControls: ['mfa'] },
  });
  const long = conditionalAccess(
    { id: 'x', sentence: 'y'.repeat(400) },
    { who: 'people', when: undefined, must: 'mfa' },
    WORLD,
  );
  assert.equal(long?.displayName.length, 256);
});

for (const [text, member, value] of [
  ['people at-high-risk block', 'userRiskLevels', ['high']],
  [
    'people unhealthy-device block',
    'devices',
    { deviceFilter: { mode: 'include', rule: 'device.isCompliant -eq False' } },
  ],
  ['people legacy-client block', 'clientAppTypes', ['exchangeActiveSync', 'other']],
  [
    'people outside-open-waves block',
    'users',
    { includeUsers: ['All'], excludeUsers: ['sos'], excludeGroups: ['g1'] },
  ],
  ['workloads outside-trusted-networks block', 'users', { includeUsers: ['None'] }],
  [
    'workloads outside-trusted-networks block',
    'locations',
    { includeLocations: ['All'], excludeLocations: ['AllTrusted'] },
  ],
  [
    'workloads outside-trusted-networks block',
    'clientApplications',
    { includeServicePrincipals: ['ServicePrincipalsInMyTenant'] },
  ],
  [
    'workloads unregistered block',
    'clientApplications',
    {
      includeServicePrincipals: ['ServicePrincipalsInMyTenant'],
      excludeServicePrincipals: ['w1'],
    },
  ],
] as const) {
  test(`"${text}" decides by ${member}`, () => {
    const policy = written(text);
    assert.deepEqual((policy.conditions as Record<string, unknown>)[member], value);
    assert.deepEqual(policy.grantControls, { operator: 'OR', builtInControls: ['block'] });
  });
}

test('privileged people must use phishing-resistant authentication', () => {
  const policy = written('privileged phishing-resistant');
  const { users } = policy.conditions as { users: Record<string, readonly string[]> };
  assert.ok(users['includeRoles']?.includes('62e90394-69f5-4237-9190-012177145e10'));
  assert.equal(users['includeUsers'], undefined);
  assert.deepEqual(users['excludeUsers'], ['sos']);
  assert.deepEqual(policy.grantControls, {
    ...{ operator: 'OR', builtInControls: [] },
    authenticationStrength: { id: '00000000-0000-0000-0000-000000000004' },
  });
});

test('a policy that names something unknown is not written', () => {
  const nothing = { breakGlass: [], openGroups: undefined, registered: undefined };
  assert.equal(writtenIn('people outside-open-waves block', nothing), undefined);
  assert.equal(writtenIn('workloads unregistered block', nothing), undefined);
  assert.ok(writtenIn('workloads outside-trusted-networks block', nothing) !== undefined);
});
