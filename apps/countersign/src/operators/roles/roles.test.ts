import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import { contentFolder } from '../../config/installed-package.ts';
import { authorize } from '../authorize.ts';
import type { Caller } from '../caller.ts';
import { grantsOf, type RoleAssignment } from './grants.ts';
import { ROLES, RolePolicies } from './role-policies.ts';

const SCOPES = [
  ...['ledger:read', 'ledger:check', 'ledger:erase', 'ledger:hold', 'ledger:administer'],
  ...['records:import', 'events:read', 'feeds:read', 'people:read', 'coverage:read'],
  ...['feeds:status', 'feeds:administer'],
  ...['findings:read', 'findings:write', 'eviction:read', 'decisions:make', 'passes:read'],
  ...['passes:end', 'policies:read', 'policies:activate', 'credentials:read'],
  ...['credentials:write', 'bypass:read', 'bypass:write', 'posture:read', 'gates:evaluate'],
  ...['names:read', 'operators:read', 'operators:audit', 'operators:administer'],
];
const EAST = '11111111-1111-1111-1111-111111111111' as TenantId;
const WEST = '22222222-2222-2222-2222-222222222222' as TenantId;
const OTHER = '33333333-3333-3333-3333-333333333333' as TenantId;
const REGIONS = new Map([['emea', [EAST]]]);
const NOW_MS = Date.UTC(2026, 10, 28);

const policies = RolePolicies.read(join(contentFolder(), 'roles'), SCOPES);
const target = { tenant: 'other', regions: new Map() } as const;

function assigned(role: string, limits: Partial<RoleAssignment> = {}): RoleAssignment {
  return { role, tenants: null, regions: null, groups: null, ...limits };
}

function operator(...assignments: readonly RoleAssignment[]): Caller {
  return {
    kind: 'operator',
    who: 'operator ada',
    scopes: new Set(),
    tenants: new Set(),
    grants: grantsOf(assignments, policies, REGIONS),
    people: 'pseudonyms',
    provedAtMs: NOW_MS,
  };
}

function decide(caller: Caller, scope: string, resource = {}, nowMs = NOW_MS) {
  return authorize(caller, { name: 'op', scope }, resource, nowMs);
}

const SEEN = [
  ...['coverage:read', 'findings:read', 'eviction:read', 'posture:read', 'gates:evaluate'],
  'feeds:status',
];
const READ = ['ledger:read', 'events:read', 'people:read', 'passes:read'];
const EXPECTED: Readonly<Record<(typeof ROLES)[number], readonly string[]>> = {
  viewer: SEEN,
  analyst: [...SEEN, ...READ, 'feeds:read', 'findings:write', 'names:read'],
  responder: [
    ...[...SEEN, ...READ, 'feeds:read', 'findings:write', 'names:read', 'passes:end'],
    ...['credentials:read', 'credentials:write'],
  ],
  approver: [
    ...[...SEEN, 'bypass:read', 'bypass:write', 'credentials:read', 'credentials:write'],
    'ledger:hold',
  ],
  'policy-editor': [...SEEN, 'policies:read', 'policies:activate', 'decisions:make'],
  auditor: [
    ...[...SEEN, ...READ, 'ledger:check', 'policies:read', 'credentials:read', 'bypass:read'],
    ...['operators:read', 'operators:audit'],
  ],
  'works-council': ['operators:audit'],
  administrator: [
    ...[...SEEN, 'operators:read', 'operators:audit', 'operators:administer', 'credentials:read'],
    ...['credentials:write', 'ledger:administer', 'ledger:check', 'ledger:hold', 'ledger:erase'],
    ...['records:import', 'policies:read', 'passes:read', 'bypass:read', 'feeds:administer'],
  ],
};

for (const role of ROLES) {
  test(`the role ${role} has its scopes and no others`, () => {
    assert.deepEqual(
      policies.scopesOf([role], target),
      new Set(SCOPES.filter((scope) => EXPECTED[role].includes(scope))),
    );
  });
}

test('no role and an unknown role have no scope', () => {
  assert.equal(policies.scopesOf([], target).size, 0);
  assert.equal(policies.scopesOf(['owner'], target).size, 0);
});

test('no other role gives an auditor names', () => {
  const scopes = policies.scopesOf(['auditor', 'responder'], target);
  assert.ok(scopes.has('passes:end') && !scopes.has('names:read'));
});

test('a role reaches the tenants of its limits with its own scopes only', () => {
  const caller = operator(assigned('viewer'), assigned('analyst', { regions: ['emea'] }));
  assert.equal(decide(caller, 'events:read', { tenant: EAST }).kind, 'permit');
  assert.equal(decide(caller, 'events:read', { tenant: WEST }).kind, 'deny');
  assert.equal(decide(caller, 'findings:read', { tenant: WEST }).kind, 'permit');
  const events = decide(caller, 'events:read');
  assert.equal(events.kind, 'permit');
  assert.deepEqual(events.caller.tenants, new Set([EAST]));
  const findings = decide(caller, 'findings:read');
  assert.equal(findings.kind, 'permit');
  assert.equal(findings.caller.tenants, 'all');
});

test('a forbid on one tenant does not reach others', () => {
  const caller = operator(assigned('analyst'), assigned('auditor', { tenants: [WEST] }));
  assert.equal(decide(caller, 'names:read', { tenant: OTHER }).kind, 'deny');
  assert.equal(decide(caller, 'names:read', { tenant: EAST }).kind, 'permit');
  assert.equal(decide(caller, 'names:read', { tenant: WEST }).kind, 'deny');
});

test('a limit to groups permits only questions about a person who is known to be in one', () => {
  const caller = operator(assigned('analyst', { groups: ['finance'] }));
  const about = (personGroups: unknown) => decide(caller, 'people:read', { personGroups }).kind;
  assert.equal(about(new Set(['finance', 'all'])), 'permit');
  assert.equal(about(new Set(['board'])), 'deny');
  assert.equal(about('unknown'), 'deny');
  assert.equal(about(undefined), 'deny');
  const wider = operator(assigned('analyst', { groups: ['finance'] }), assigned('analyst'));
  assert.equal(decide(wider, 'people:read').kind, 'permit');
});

test('acts need a sign-in of the last five minutes, and questions do not', () => {
  const caller = operator(assigned('responder'));
  const at = (minutes: number) => decide(caller, 'passes:end', {}, NOW_MS + minutes * 60_000);
  assert.equal(at(5).kind, 'permit');
  assert.deepEqual(at(6), {
    kind: 'deny',
    cause: 'step-up',
    because: 'op needs a sign-in of the last 5 minutes',
  });
  assert.equal(at(-6).kind, 'deny');
  assert.equal(decide(caller, 'findings:read', {}, NOW_MS + 3_600_000).kind, 'permit');
  assert.equal(decide({ ...caller, provedAtMs: undefined }, 'passes:end').kind, 'deny');
});

test('a token has the limits that it was created with', () => {
  const token: Caller = {
    ...{ kind: 'token', who: 'token t', scopes: new Set(['events:read']) },
    ...{ tenants: new Set([EAST]), people: 'pseudonyms', provedAtMs: undefined },
  };
  assert.equal(decide(token, 'events:read', { tenant: EAST }).kind, 'permit');
  assert.equal(decide(token, 'events:read', { tenant: WEST }).kind, 'deny');
  assert.equal(decide(token, 'findings:read').kind, 'deny');
  assert.equal(decide({ ...token, tenants: new Set() }, 'events:read').kind, 'deny');
  assert.equal(decide({ ...token, groups: new Set(['board']) }, 'events:read').kind, 'deny');
  const account: Caller = { ...token, kind: 'account', scopes: 'all', tenants: 'all' };
  assert.equal(decide(account, 'operators:administer').kind, 'permit');
});
