import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOfMs, parseDirectoryItem, parseDirectoryMark, tenantId } from '@countersign/core';
import { evaluatePolicies } from '../decision/evaluate-policies.ts';
import { SuiteDirectory } from '../information/suite-directory.ts';
import { DIRECTORY_AGE_MAX_MS } from '../limits.ts';
import { findUnsuppliedInputs } from '../policies/check-policies.ts';
import { readPolicyFolder } from '../policies/policy-folder.ts';
import { PolicySet } from '../policies/policy-set.ts';
import { DirectoryStore } from './directory-store.ts';
import { GraphDirectory } from './graph-directory.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;
const ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

function world() {
  const store = new DirectoryStore();
  const graph = new GraphDirectory(store);
  const directory = new SuiteDirectory(store);
  const writePage = (part: string, items: object[], head: object = {}, seenMs = NOW_MS): void => {
    const at = instantOfMs(seenMs) ?? '';
    const read = { v: 1, tenant: TENANT, source: `graph/${part}`, at, mode: 'snapshot', ...head };
    for (const item of items) {
      const parsed = parseDirectoryItem({ ...read, what: 'item', item });
      assert.ok(parsed !== undefined);
      graph.item(parsed);
    }
    if ('isCut' in head) return;
    const end = { page: 1, isLast: true, count: items.length, since: at, next: null, digest: null };
    const mark = parseDirectoryMark({ ...end, ...read, what: 'mark' });
    assert.ok(mark !== undefined);
    graph.mark(mark);
  };
  const person = (id: string) => directory.find(TENANT, 'Person', id);
  return { writePage, person, directory, store };
}

const ROLE = { id: ADMINISTRATOR, templateId: ADMINISTRATOR, displayName: 'Global Administrator' };
const READER = { id: 'f2ef992c', templateId: 'f2ef992c', displayName: 'Global Reader' };
const ADA = { id: 'ada', userPrincipalName: 'ada@x.example', accountEnabled: true };
const user = (id: string, more: object = {}): object => ({
  '@odata.type': '#microsoft.graph.user',
  id,
  ...more,
});

test('reads people, groups, roles and devices from pages', () => {
  const { writePage, person, directory } = world();
  writePage('delta.users', [{ ...ADA, userType: 'Member' }]);
  writePage('delta.groups', [{ id: 'g1', displayName: 'Finance', 'members@delta': [user('ada')] }]);
  writePage('list.roleDefinitions', [ROLE, READER]);
  writePage('list.roleAssignments', [{ principalId: 'ada', roleDefinitionId: ADMINISTRATOR }]);
  writePage('delta.devices', [{ id: 'o1', deviceId: 'd1', isCompliant: true, isManaged: null }]);
  assert.equal(person('ada@x.example')?.attribute('enabled')?.value, true);
  assert.equal(person('ada')?.attribute('kind')?.value, 'member');
  assert.equal(person('ada')?.attribute('privileged')?.value, true);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? [])], ['g1']);
  const device = directory.find(TENANT, 'Device', 'd1');
  assert.equal(device?.attribute('compliant')?.value, true);
  assert.equal(device?.attribute('managed')?.value, false);
});

test("a workload's owners are those of its service principal and application", () => {
  const { writePage, directory } = world();
  const owned = (name: string) => directory.find(TENANT, 'Workload', 'sp1')?.attribute(name);
  // In either order: the application by its own id, and the principal with both.
  writePage('list.applicationOwners', [
    { id: 'a1', appId: 'app1', owners: [user('ada'), user('per')] },
  ]);
  writePage('list.servicePrincipalOwners', [{ id: 'sp1', appId: 'app1', owners: [] }]);
  writePage('delta.servicePrincipals', [{ id: 'sp1', appId: 'app1' }]);
  assert.deepEqual(owned('owners')?.value, []);
  assert.deepEqual(owned('applicationOwners')?.value, ['ada', 'per']);
  assert.equal(owned('owners')?.source, 'graph/list.servicePrincipalOwners');
  const later = NOW_MS + HOUR_MS;
  const next = { id: 'sp1', appId: 'app1', owners: [user('ben')] };
  writePage('list.servicePrincipalOwners', [next], {}, later);
  assert.deepEqual(owned('owners')?.value, ['ben']);
  writePage('list.servicePrincipalOwners', [{ id: 'sp1', appId: 'app1' }], {}, later + HOUR_MS);
  assert.equal(owned('owners')?.value, null);
});

test("a policy reads a workload's owners, and denies a workload with unknown owners", () => {
  const { writePage, directory } = world();
  const { schema } = readPolicyFolder('content/policies').source;
  const text = `@id("owned") @sentence("A workload with an owner may run.")
  @enforcement_points("check")
permit (principal is Workload, action == Action::"runAs", resource is Suite)
when { principal.owners.contains("ada") || principal.applicationOwners.contains("ada") };`;
  const policies = PolicySet.parse({ schema, policies: [{ file: 'owned.cedar', text }] });
  assert.deepEqual(findUnsuppliedInputs(policies), []);
  writePage('list.servicePrincipalOwners', [
    { id: 'sp1', appId: 'app1', owners: [user('ada')] },
    { id: 'sp2', appId: 'app2', owners: [] },
    { id: 'sp3', appId: 'app3', owners: [] },
  ]);
  const listed = (appId: string) => ({ id: `object of ${appId}`, appId, owners: [] });
  writePage('list.applicationOwners', [listed('app1'), listed('app2')]);
  const verdict = (id: string) => {
    const asked = {
      ...{ enforcementPoint: 'check', tenant: TENANT, subject: { type: 'workload', id } },
      ...{ action: { name: 'runAs' }, resource: { type: 'suite', id: TENANT }, context: {} },
    };
    const ages = () => DIRECTORY_AGE_MAX_MS;
    const { effect, cause } = evaluatePolicies(asked, { policies, directory, ages, nowMs: NOW_MS });
    return [effect, cause];
  };
  assert.deepEqual(verdict('sp1')[0], 'permit');
  assert.deepEqual(verdict('app2'), ['deny', 'no-policy']);
  assert.deepEqual(verdict('sp3'), ['deny', 'unknown']);
});

test('the owners of a service principal that left the list are unknown', () => {
  const { writePage, directory } = world();
  const item = (id: string) => ({ id, appId: `app of ${id}`, owners: [user('ada')] });
  writePage('list.servicePrincipalOwners', [item('sp1'), item('sp2')]);
  writePage('list.servicePrincipalOwners', [item('sp2')], {}, NOW_MS + HOUR_MS);
  const owned = (id: string) => directory.find(TENANT, 'Workload', id)?.attribute('owners')?.value;
  assert.deepEqual([owned('sp1'), owned('sp2')], [null, ['ada']]);
  const sp1 = directory.find(TENANT, 'Workload', 'sp1');
  assert.equal(sp1?.attribute('enabled'), undefined, 'only its own list can remove it');
});

test('memberships are unknown until all groups are read', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA]);
  const group = { id: 'g1', 'members@delta': [user('ada')] };
  writePage('delta.groups', [group], { isLast: false });
  assert.equal(person('ada')?.within('Group'), undefined);
  writePage('delta.groups', [{ id: 'g2', 'members@delta': [user('ada')] }], { page: 2 });
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? [])], ['g1', 'g2']);
});

test('a person who leaves a group is no longer in it, but was before', () => {
  const { writePage, person, store } = world();
  writePage('delta.users', [ADA]);
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [user('ada')] }]);
  const left = user('ada', { '@removed': { reason: 'deleted' } });
  const later = NOW_MS + 2 * HOUR_MS;
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [left] }], { mode: 'delta' }, later);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  const before = store.at(NOW_MS + HOUR_MS).find(TENANT, 'Person', 'ada');
  assert.deepEqual([...(before?.within('Group')?.value ?? [])], ['g1']);
});

test('a removed person or group permits nothing', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [user('ada'), user('per')] }]);
  const gone = { '@removed': { reason: 'changed' } };
  writePage('delta.users', [{ id: 'ada', ...gone }], { mode: 'delta' }, NOW_MS + HOUR_MS);
  assert.equal(person('ada')?.attribute('enabled')?.value, false);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  writePage('delta.groups', [{ id: 'g1', ...gone }], { mode: 'delta' }, NOW_MS + HOUR_MS);
  assert.deepEqual([...(person('per')?.within('Group')?.value ?? ['?'])], []);
});

test('a new snapshot drops entities that no longer exist', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [user('ada'), user('per')] }]);
  writePage('delta.users', [ADA], {}, NOW_MS + HOUR_MS);
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [user('per')] }], {}, NOW_MS + HOUR_MS);
  assert.equal(person('per')?.attribute('enabled')?.value, false);
  assert.equal(person('ada')?.attribute('enabled')?.value, true);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  assert.deepEqual([...(person('per')?.within('Group')?.value ?? ['?'])], ['g1']);
});

test('attributes that a delta query did not request stay unknown', () => {
  const { writePage, person } = world();
  writePage('delta.users', [{ id: 'ada', userPrincipalName: 'ada@x.example' }]);
  assert.equal(person('ada')?.attribute('enabled'), undefined);
});

test('a page that a crash cut off has no effect until it comes again', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  const gone = { ...ADA, accountEnabled: false };
  writePage('delta.users', [gone], { mode: 'delta', isCut: true }, NOW_MS + HOUR_MS);
  assert.equal(person('ada')?.attribute('enabled')?.value, true);
  const again = { mode: 'delta' };
  writePage('delta.users', [gone], again, NOW_MS + 2 * HOUR_MS);
  assert.equal(person('ada')?.attribute('enabled')?.value, false);
});

test('unchanged data is as recent as the last read', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA]);
  writePage('list.roleDefinitions', [ROLE]);
  writePage('list.roleAssignments', [{ principalId: 'ada', roleDefinitionId: ADMINISTRATOR }]);
  const later = NOW_MS + 40 * HOUR_MS;
  for (const part of ['delta.users', 'list.roleDefinitions', 'list.roleAssignments']) {
    writePage(part, [], { mode: 'delta' }, later);
  }
  assert.equal(person('ada')?.attribute('enabled')?.seenMs, later);
  assert.equal(person('ada')?.attribute('privileged')?.seenMs, later);
  assert.equal(person('ada')?.attribute('privileged')?.value, true);
});

test('roles span pages, and all of them count', () => {
  const { writePage, person } = world();
  const holds = (principalId: string) => [{ principalId, roleDefinitionId: ADMINISTRATOR }];
  writePage(
    'delta.users',
    ['ada', 'per', 'eve'].map((id) => ({ ...ADA, id, userPrincipalName: id })),
  );
  writePage('list.roleDefinitions', [ROLE]);
  writePage('list.roleAssignments', holds('ada'), { isLast: false });
  assert.equal(person('ada')?.attribute('privileged'), undefined);
  writePage('list.roleAssignments', holds('per'), { page: 2 });
  const privileged = () =>
    ['ada', 'per', 'eve'].map((id) => person(id)?.attribute('privileged')?.value);
  assert.deepEqual(privileged(), [true, true, false]);
  // A list that was interrupted restarts at its first page.
  writePage('list.roleAssignments', holds('eve'), { isLast: false }, NOW_MS + HOUR_MS);
  writePage('list.roleAssignments', holds('per'), {}, NOW_MS + 2 * HOUR_MS);
  assert.deepEqual(privileged(), [false, true, false]);
});

test('a role list that was never read does not mean that no one holds a role', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA]);
  writePage('list.roleAssignments', [], { mode: 'delta' });
  assert.equal(person('ada')?.attribute('privileged'), undefined);
});

test('ignores an assignment without a role, and a removed unknown principal', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA]);
  writePage('list.roleDefinitions', [ROLE]);
  writePage('list.roleAssignments', [{ principalId: 'ada' }, { roleDefinitionId: ADMINISTRATOR }]);
  assert.equal(person('ada')?.attribute('privileged')?.value, false);
  const gone = { id: 'ghost', '@removed': { reason: 'deleted' } };
  writePage('delta.users', [gone, { ...ADA, id: '' }], { mode: 'delta' }, NOW_MS + HOUR_MS);
  assert.equal(person('ghost'), undefined);
  assert.equal(person('ada')?.attribute('enabled')?.value, true);
});

test('a value from the vendor in an unexpected form is unknown', () => {
  const { writePage, person } = world();
  writePage('delta.users', [{ ...ADA, accountEnabled: 'true', userType: null }]);
  assert.equal(person('ada')?.attribute('enabled'), undefined);
  assert.equal(person('ada')?.attribute('kind'), undefined);
});

test('a person who gave up a role held it before', () => {
  const { writePage, person, store } = world();
  const holds = { principalId: 'ada', roleDefinitionId: ADMINISTRATOR };
  writePage('delta.users', [ADA]);
  writePage('list.roleDefinitions', [ROLE]);
  writePage('list.roleAssignments', [holds]);
  writePage('list.roleAssignments', [], {}, NOW_MS + 2 * HOUR_MS);
  assert.equal(person('ada')?.attribute('privileged')?.value, false);
  const before = new SuiteDirectory(store.at(NOW_MS + HOUR_MS)).find(TENANT, 'Person', 'ada');
  assert.equal(before?.attribute('privileged')?.value, true);
});

test('a role applies to a principal that appears later, and to the members of a group', () => {
  const { writePage, person } = world();
  writePage('list.roleDefinitions', [ROLE]);
  const holders = ['ada', 'g1'].map((principalId) => ({
    ...{ principalId, roleDefinitionId: ADMINISTRATOR },
  }));
  writePage('list.roleAssignments', holders);
  writePage('delta.users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  assert.equal(person('ada')?.attribute('privileged'), undefined, 'the members of g1 are unknown');
  writePage('delta.groups', [{ id: 'g1', 'members@delta': [user('per')] }, { id: 'g2' }]);
  assert.equal(person('ada')?.attribute('privileged')?.value, true);
  assert.equal(person('per')?.attribute('privileged')?.value, true);
});

test('a custom role of the company counts as privileged', () => {
  const { writePage, person } = world();
  writePage('delta.users', [ADA]);
  writePage('list.roleDefinitions', [{ id: 'own', templateId: 'own', isBuiltIn: false }]);
  writePage('list.roleAssignments', [{ principalId: 'ada', roleDefinitionId: 'own' }]);
  assert.equal(person('ada')?.attribute('privileged')?.value, true);
});

test('a device without a stated state is neither healthy nor unhealthy', () => {
  const { writePage, directory } = world();
  writePage('delta.devices', [{ id: 'o1', deviceId: 'd1' }]);
  assert.equal(directory.find(TENANT, 'Device', 'd1')?.attribute('compliant'), undefined);
});
