import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import { createMemo } from '@countersign/ocsf';
import type { Absence } from '../actions/log-coverage.ts';
import { assignTenants } from './assign-tenants.ts';
import { claimsOf } from './claimed-change.ts';
import { stateFindings } from './drift-findings.ts';
import { type DriftMatch, DriftMatcher, type ObservedChange } from './drift-matcher.ts';
import { PrivilegeHistory } from './privilege-history.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const T = Date.UTC(2026, 2, 4, 9);
const HOUR_MS = 3_600_000;
const [ADA, BEN] = ['a0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002'];
const ROLE = '62e90394-69f5-4237-9190-012177145e10';
const [APP, GRAPH] = [
  'b0000000-0000-4000-8000-000000000001',
  'b0000000-0000-4000-8000-000000000002',
];
const [OLD, NEW] = ['c0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002'];
const COLLECTED: Absence = { cause: 'no-sign-in-delivered', bound: 0.01 };

type Item = { readonly [member: string]: unknown };

/** Listings of one part of the directory at these hours. Entries are numbered by the hour. */
function listed(
  source: string,
  listings: Readonly<Record<number, readonly Item[]>>,
): PrivilegeHistory {
  const history = new PrivilegeHistory(TENANT, source);
  const inOrder = Object.entries(listings).sort(([a], [b]) => Number(a) - Number(b));
  for (const [hour, items] of inOrder) list(history, Number(hour), items);
  return history;
}

function list(
  history: PrivilegeHistory,
  hour: number,
  items: readonly Item[],
  mode: 'snapshot' | 'delta' = 'snapshot',
): void {
  const at = new Date(T + hour * HOUR_MS).toISOString();
  const { source } = history;
  const read = { v: 1, tenant: TENANT, source, at, mode } as const;
  for (const item of items) history.item({ ...read, what: 'item', item }, hour * 100);
  const end = { page: 1, isLast: true, count: items.length, since: at, next: null, digest: null };
  history.mark({ ...read, ...end, what: 'mark' }, hour * 100 + 99);
}

function holds(principalId: string, role: string = ROLE): Item {
  return { id: `${principalId} ${role}`, principalId, roleDefinitionId: role };
}

function app(...keys: readonly string[]): Item {
  return { id: APP, displayName: 'Payroll', passwordCredentials: keys.map((keyId) => ({ keyId })) };
}

function grant(scope: string): Item {
  return { id: 'g', clientId: APP, resourceId: GRAPH, consentType: 'AllPrincipals', scope };
}

type Property = readonly [name: string, old: unknown, now: unknown];

let serial = 100_000;

/** A record of Graph's directoryAudits. */
function observedChange(
  hour: number,
  activityDisplayName: string,
  targets: readonly (readonly [type: string, id: string])[],
  properties: readonly Property[] = [],
): ObservedChange[] {
  const written = (value: unknown): string | null =>
    value === null ? null : JSON.stringify(value);
  const modifiedProperties = properties.map(([displayName, old, now]) => {
    return { displayName, oldValue: written(old), newValue: written(now) };
  });
  const value = {
    activityDisplayName,
    category: 'RoleManagement',
    result: 'success',
    activityDateTime: new Date(T + hour * HOUR_MS).toISOString(),
    initiatedBy: { user: { id: BEN, userPrincipalName: 'ben@northmoor.example' } },
    targetResources: targets.map(([type, id], at) => {
      return { id, type, modifiedProperties: at === 0 ? modifiedProperties : [] };
    }),
  };
  return tell(hour, activityDisplayName, value);
}

function tell(
  hour: number,
  operation: string,
  value: unknown,
  source: string = 'graph/directoryAudits',
): ObservedChange[] {
  const own = { index: serial++, tenant: TENANT, atMs: T + hour * HOUR_MS };
  const record = { ...own, source, operation, value };
  return claimsOf(record, createMemo()).map((claim) => ({ ...claim, ...own, who: BEN }));
}

function roleEvent(hour: number, way: 'Add' | 'Remove', who: string = ADA): ObservedChange[] {
  const name = way === 'Add' ? 'Add member to role' : 'Remove member from role';
  const [old, now] = way === 'Add' ? [null, ROLE] : [ROLE, null];
  return observedChange(hour, name, [['User', who]], [['Role.TemplateId', old, now]]);
}

function keyEvent(hour: number, old: readonly string[], now: readonly string[]): ObservedChange[] {
  const described = (keys: readonly string[]): string[] =>
    keys.map((key) => `[KeyIdentifier=${key},KeyType=Password,KeyUsage=Verify,DisplayName=x]`);
  return observedChange(
    hour,
    'Update application \u2013 Certificates and secrets management ',
    [['Application', APP]],
    [['KeyDescription', described(old), described(now)]],
  );
}

type Parts = { readonly absence?: Absence; readonly isCut?: boolean };

function matches(
  histories: readonly PrivilegeHistory[],
  events: readonly ObservedChange[],
  { absence = COLLECTED, isCut = false }: Parts = {},
): { shown: DriftMatch[]; said: DriftMatch[]; thereBefore: number } {
  const inOrder = events.toSorted((a, b) => a.atMs - b.atMs);
  const matcher = new DriftMatcher({ histories, observed: inOrder, absence: () => absence, isCut });
  return {
    shown: [...matcher.shown()],
    said: [...matcher.said()],
    thereBefore: matcher.thereBefore,
  };
}

function causes(found: readonly DriftMatch[]): string[] {
  return found.map(({ way, cause }) => `${way} ${cause}`);
}

const ROLES = 'graph/list.roleAssignments';
const APPLICATIONS = 'graph/delta.applications';
const GRANTS = 'graph/delta.oauth2PermissionGrants';

test('counts what existed before the first listing, and reports no change', () => {
  const { shown, thereBefore } = matches([listed(ROLES, { 0: [holds(ADA)], 3: [holds(ADA)] })], []);
  assert.deepEqual([shown, thereBefore], [[], 1]);
});

test('a role that appears and disappears with its events matches on both sides', () => {
  const roles = listed(ROLES, { 0: [], 2: [holds(ADA)], 5: [] });
  const { shown, said } = matches([roles], [...roleEvent(1, 'Add'), ...roleEvent(3, 'Remove')]);
  assert.deepEqual(causes(shown), ['in matched', 'out matched']);
  assert.deepEqual(causes(said), ['in matched', 'out matched']);
});

test('a privilege without an event is a finding with the technique of its kind', () => {
  const principals = listed('graph/list.appRoleAssignments', {
    0: [],
    2: [{ id: 'r', principalId: APP, resourceId: GRAPH, appRoleId: NEW }],
  });
  const cases: readonly (readonly [PrivilegeHistory, string])[] = [
    [listed(ROLES, { 0: [], 2: [holds(ADA)] }), 'T1098.003'],
    [listed(APPLICATIONS, { 0: [app(OLD)], 2: [app(OLD, NEW)] }), 'T1098.001'],
    [listed(GRANTS, { 0: [grant('User.Read')], 2: [grant('User.Read Mail.Read')] }), 'T1528'],
    [principals, 'T1098.003'],
  ];
  for (const [history, technique] of cases) {
    const { shown } = matches([history], []);
    assert.deepEqual(causes(shown), ['in state-without-event'], history.source);
    const [finding, ...more] = stateFindings(shown);
    assert.deepEqual(more, []);
    assert.equal(finding?.rule, 'reconcile/state-without-event');
    assert.deepEqual([finding?.techniques, finding?.severity], [[technique], 4]);
    assert.deepEqual(finding?.entries, [200], 'the entry that shows it');
  }
});

test('a role that disappears without an event is a finding as well', () => {
  const { shown } = matches([listed(ROLES, { 0: [holds(ADA)], 2: [] })], []);
  assert.deepEqual(causes(shown), ['out state-without-event']);
  assert.deepEqual(stateFindings(shown)[0]?.techniques, ['T1098']);
});

test('a late record in any shape withdraws the finding', () => {
  const roles = listed(ROLES, { 0: [], 2: [holds(ADA)] });
  assert.equal(stateFindings(matches([roles], []).shown).length, 1);
  const record = {
    ...{ CreationTime: '2026-03-04T10:00:00', Operation: 'Add member to role.', RecordType: 8 },
    ...{ Id: NEW, OrganizationId: TENANT, Workload: 'AzureActiveDirectory', UserId: 'ben' },
    ModifiedProperties: [{ Name: 'Role.TemplateId', NewValue: ROLE, OldValue: '' }],
    Target: [{ ID: `User_${ADA}`, Type: 2 }],
    Actor: [{ ID: BEN, Type: 2 }],
  };
  const log = 'm365.activity/Audit.AzureActiveDirectory';
  const unified = tell(1, 'Add member to role.', record, log);
  for (const events of [roleEvent(1, 'Add'), unified]) {
    const { shown, said } = matches([roles], events);
    assert.deepEqual([causes(shown), causes(said)], [['in matched'], ['in matched']]);
    assert.deepEqual(stateFindings([...shown, ...said]), []);
  }
});

test('with a hole, an unsettled or a missing log, the result is unknown', () => {
  const roles = listed(ROLES, { 0: [], 2: [holds(ADA)] });
  const worth = [
    ['coverage-hole', 'audit-hole'],
    ['not-settled', 'audit-not-settled'],
    ['coverage-unknown', 'audit-unknown'],
    ['older-than-source', 'audit-younger'],
    ['no-sign-in-source', 'no-audit-source'],
    ['erased', 'audit-erased'],
  ] as const;
  for (const [cause, said] of worth) {
    const absence = { cause, bound: null };
    const found = matches([roles], roleEvent(0.5, 'Add', BEN), { absence });
    assert.deepEqual(causes(found.shown), [`in ${said}`]);
    assert.deepEqual(causes(found.said), [`in ${said}`], 'and the other way round');
    assert.deepEqual(stateFindings([...found.shown, ...found.said]), []);
  }
  const { shown } = matches([roles], [], { isCut: true });
  assert.deepEqual(causes(shown), ['in too-many-events']);
});

test('an event without effect in the next listing is a finding', () => {
  const roles = listed(ROLES, { 0: [], 3: [], 4: [] });
  const { said } = matches([roles], roleEvent(1, 'Add'));
  assert.deepEqual(causes(said), ['in event-without-effect']);
  const [finding] = stateFindings(said);
  assert.equal(finding?.rule, 'reconcile/event-without-effect');
  assert.ok(finding?.entries.includes(399), 'with the listing that does not show it');
  const kept = listed(ROLES, { 0: [holds(ADA)], 3: [holds(ADA)] });
  assert.deepEqual(causes(matches([kept], roleEvent(1, 'Remove')).said), [
    'out event-without-effect',
  ]);
});

test('an event that was reversed, or whose object was removed, had its effect', () => {
  const roles = listed(ROLES, { 0: [], 4: [] });
  const added = roleEvent(1, 'Add');
  for (const back of [roleEvent(2, 'Remove'), observedChange(2, 'Delete user', [['User', ADA]])]) {
    const { said } = matches([roles], [...added, ...back]);
    assert.ok(!causes(said).includes('in event-without-effect'), causes(said).join());
    assert.ok(causes(said).includes('in taken-back'));
  }
});

test('without a later listing, the effect of an event is unknown', () => {
  const early = listed(ROLES, { 0: [], 1: [] });
  assert.deepEqual(causes(matches([early], roleEvent(0.5, 'Add')).said), ['in not-listed-since']);
  assert.deepEqual(causes(matches([], roleEvent(1, 'Add')).said), ['in never-listed']);
});

test('one event explains one appearance; a second one without event is reported', () => {
  const roles = listed(ROLES, { 0: [], 1: [holds(ADA)], 1.5: [], 2: [holds(ADA)] });
  const once = [...roleEvent(0.9, 'Add'), ...roleEvent(1.4, 'Remove')];
  assert.deepEqual(causes(matches([roles], once).shown), [
    ...['in matched', 'out matched', 'in state-without-event'],
  ]);
  const again = matches([roles], [...once, ...roleEvent(1.8, 'Add')]);
  assert.deepEqual(causes(again.shown), ['in matched', 'out matched', 'in matched']);
});

test('an event about another holder or value explains nothing', () => {
  const roles = listed(ROLES, { 0: [], 2: [holds(BEN)] });
  // Ben gave Ada the role. That he is the record's actor gives him no role.
  assert.deepEqual(causes(matches([roles], roleEvent(1, 'Add')).shown), ['in state-without-event']);
  const apps = listed(APPLICATIONS, { 0: [app(OLD)], 3: [app(OLD, NEW)] });
  const other = 'c0000000-0000-4000-8000-000000000003';
  const { shown } = matches([apps], keyEvent(1, [OLD], [OLD, other]));
  assert.deepEqual(causes(shown), ['in state-without-event']);
});

test('of credentials and scopes the difference counts', () => {
  const apps = listed(APPLICATIONS, { 0: [app(OLD)], 3: [app(NEW)] });
  const keys = matches([apps], keyEvent(1, [OLD], [NEW]));
  assert.deepEqual(causes(keys.shown).sort(), ['in matched', 'out matched']);
  assert.deepEqual(causes(keys.said).sort(), ['in matched', 'out matched']);
  const grants = listed(GRANTS, { 0: [grant('User.Read')], 3: [grant('User.Read Mail.Read')] });
  const consent = observedChange(
    1,
    'Consent to application',
    [['ServicePrincipal', APP]],
    [
      [
        'ConsentAction.Permissions',
        null,
        `[] => [[Id: g, ClientId: ${APP}, PrincipalId: , ResourceId: ${GRAPH}, ` +
          'ConsentType: AllPrincipals, Scope:  User.Read Mail.Read]]; ',
      ],
    ],
  );
  const { shown, said } = matches([grants], consent);
  assert.deepEqual([...causes(shown), ...causes(said)], Array(3).fill('in matched'));
});

test('several records of one consent are one change, whatever each of them names', () => {
  const grants = listed(GRANTS, { 0: [], 3: [grant('Mail.Read')] });
  const scope: Property = ['DelegatedPermissionGrant.Scope', null, ' Mail.Read'];
  const client: Property = ['ServicePrincipal.ObjectID', null, APP];
  const name = 'Add delegated permission grant';
  const both = [
    ...observedChange(1, name, [['ServicePrincipal', GRAPH]], [scope, client]),
    ...observedChange(1, name, [['ServicePrincipal', APP]], [scope, client]),
  ];
  for (const events of [both, both.slice(0, 1), both.slice(1)]) {
    const { shown, said } = matches([grants], events);
    assert.deepEqual([causes(shown), causes(said)], [['in matched'], ['in matched']]);
  }
  const { said } = matches([listed(GRANTS, { 0: [], 3: [] })], both);
  assert.deepEqual(causes(said), ['in event-without-effect']);
});

test('an application appears with its credentials, and its removal removes all', () => {
  const apps = listed(APPLICATIONS, { 0: [], 2: [app(NEW)], 5: [] });
  const events = [
    ...observedChange(1, 'Add application', [['Application', APP]]),
    ...observedChange(4, 'Delete application', [['Application', APP]]),
  ];
  assert.deepEqual(causes(matches([apps], events).shown), ['in matched', 'out matched']);
});

test('an event with missing details, or an erased one, leaves the result open', () => {
  const apps = listed(APPLICATIONS, { 0: [app(OLD)], 3: [app(OLD, NEW)] });
  const name = 'Update application \u2013 Certificates and secrets management ';
  const { shown, said } = matches([apps], observedChange(1, name, [['Application', APP]]));
  assert.deepEqual(causes(shown), ['in event-unclear']);
  assert.deepEqual(new Set(causes(said)), new Set(['in event-unclear', 'out event-unclear']));
  const roles = listed(ROLES, { 0: [], 2: [holds(ADA)] });
  const erased = tell(1, 'Add member to role', undefined);
  assert.deepEqual(causes(matches([roles], erased).shown), ['in event-unclear']);
});

test('a delta after a listing counts, and after an erasure everything starts anew', () => {
  const apps = listed(APPLICATIONS, { 0: [app(OLD)] });
  list(apps, 2, [{ id: APP, displayName: 'Wages' }], 'delta');
  assert.deepEqual(matches([apps], []).shown, [], 'what is left out says nothing');
  list(apps, 4, [{ id: APP, '@removed': { reason: 'deleted' } }], 'delta');
  assert.deepEqual(causes(matches([apps], []).shown), ['out state-without-event']);
  apps.erased();
  list(apps, 6, [app(NEW)], 'delta');
  list(apps, 8, [app(NEW)]);
  const { shown, thereBefore } = matches([apps], []);
  assert.deepEqual([causes(shown), thereBefore], [['out state-without-event'], 2]);
});

test('a record without a tenant belongs to the tenant with its object', () => {
  const roles = listed(ROLES, { 0: [], 2: [holds(ADA)] });
  const other = new PrivilegeHistory(NEW, ROLES);
  const unstated = roleEvent(1, 'Add').map((one) => ({ ...one, tenant: TENANT_NOT_STATED }));
  for (const histories of [[roles], [other, roles]]) {
    const { shown, said } = matches(histories, assignTenants(unstated, histories));
    assert.deepEqual([causes(shown), causes(said)], [['in matched'], ['in matched']]);
  }
  const elsewhere = roleEvent(1, 'Add', BEN).map((o) => ({ ...o, tenant: TENANT_NOT_STATED }));
  const { said } = matches([other, roles], assignTenants(elsewhere, [other, roles]));
  assert.deepEqual(causes(said), ['in never-listed']);
});

test('treats ids and texts of any kind as data', () => {
  const hostile = ['__proto__', '"],["role', `${'x'.repeat(100_000)}`, '\u0000\n', '(?:a+)+$'];
  const items = hostile.map((id) => holds(id, id));
  const odd = [
    { id: 7 },
    { principalId: ADA },
    { id: 'n', principalId: null, roleDefinitionId: 1 },
  ];
  const roles = listed(ROLES, { 0: [], 2: [...items, ...odd] });
  const events = hostile.flatMap((id) => [
    ...observedChange(1, 'Add member to role', [['User', id]], [['Role.TemplateId', null, id]]),
    ...observedChange(
      1,
      'Consent to application',
      [[id, id]],
      [['ConsentAction.Permissions', id, id]],
    ),
    ...tell(1, 'Add application', [id, { targetResources: id }]),
  ]);
  const { shown, said } = matches([roles], events);
  assert.equal(shown.length, hostile.length);
  const findings = stateFindings([...shown, ...said]);
  assert.ok(findings.length > 0);
  for (const { title, group } of findings) assert.ok(title.length + group.length < 3_000);
  assert.equal(new Set(findings.map(({ rule, group }) => rule + group)).size, findings.length);
});
