import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '../../core/index.ts';
import { DirectoryStore } from './directory-store.ts';
import { GraphPages, parseGraphPage } from './graph-page.ts';
import { SuiteDirectory } from './suite-directory.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;
const ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

function world() {
  const store = new DirectoryStore();
  const pages = new GraphPages(store);
  const directory = new SuiteDirectory(store);
  const say = (resource: string, items: object[], head: object = {}, seenMs = NOW_MS): void => {
    const source = `graph/delta.${resource}`;
    const first = { v: 1, tenant: TENANT, source, mode: 'snapshot', page: 1, isLast: true };
    const page = parseGraphPage({ ...first, ...head, items }, seenMs);
    assert.ok(page !== undefined);
    pages.apply(page);
  };
  const person = (id: string) => directory.find(TENANT, 'Person', id);
  return { say, person, directory, store };
}

const ADA = { id: 'ada', userPrincipalName: 'ada@x.example', accountEnabled: true };
const user = (id: string, more: object = {}): object => ({
  '@odata.type': '#microsoft.graph.user',
  id,
  ...more,
});

test('people, groups, roles and devices come out of pages', () => {
  const { say, person, directory } = world();
  say('users', [{ ...ADA, userType: 'Member' }]);
  say('groups', [{ id: 'g1', displayName: 'Finance', 'members@delta': [user('ada')] }]);
  const role = { id: 'r1', displayName: 'Global Administrator', roleTemplateId: ADMINISTRATOR };
  say('directoryRoles', [{ ...role, 'members@delta': [user('ada')] }]);
  say('devices', [{ id: 'o1', deviceId: 'd1', isCompliant: true, isManaged: null }]);
  assert.equal(person('ada@x.example')?.attribute('enabled')?.value, true);
  assert.equal(person('ada')?.attribute('kind')?.value, 'member');
  assert.equal(person('ada')?.attribute('privileged')?.value, true);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? [])], ['g1']);
  const device = directory.find(TENANT, 'Device', 'd1');
  assert.equal(device?.attribute('compliant')?.value, true);
  assert.equal(device?.attribute('managed')?.value, false);
});

test('until all groups are read it is unknown who is in which', () => {
  const { say, person } = world();
  say('users', [ADA]);
  const group = { id: 'g1', 'members@delta': [user('ada')] };
  say('groups', [group], { isLast: false });
  assert.equal(person('ada')?.within('Group'), undefined);
  say('groups', [{ id: 'g2', 'members@delta': [user('ada')] }], { page: 2 });
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? [])], ['g1', 'g2']);
});

test('who leaves a group is out, and was in before', () => {
  const { say, person, store } = world();
  say('users', [ADA]);
  say('groups', [{ id: 'g1', 'members@delta': [user('ada')] }]);
  const left = user('ada', { '@removed': { reason: 'deleted' } });
  const later = NOW_MS + 2 * HOUR_MS;
  say('groups', [{ id: 'g1', 'members@delta': [left] }], { mode: 'delta' }, later);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  const before = store.at(NOW_MS + HOUR_MS).find(TENANT, 'Person', 'ada');
  assert.deepEqual([...(before?.within('Group')?.value ?? [])], ['g1']);
});

test('a person or a group that is removed lets nobody in', () => {
  const { say, person } = world();
  say('users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  say('groups', [{ id: 'g1', 'members@delta': [user('ada'), user('per')] }]);
  const gone = { '@removed': { reason: 'changed' } };
  say('users', [{ id: 'ada', ...gone }], { mode: 'delta' }, NOW_MS + HOUR_MS);
  assert.equal(person('ada')?.attribute('enabled')?.value, false);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  say('groups', [{ id: 'g1', ...gone }], { mode: 'delta' }, NOW_MS + HOUR_MS);
  assert.deepEqual([...(person('per')?.within('Group')?.value ?? ['?'])], []);
});

test('a snapshot that is told anew leaves out who is no more', () => {
  const { say, person } = world();
  say('users', [ADA, { ...ADA, id: 'per', userPrincipalName: 'per@x.example' }]);
  say('groups', [{ id: 'g1', 'members@delta': [user('ada'), user('per')] }]);
  say('users', [ADA], {}, NOW_MS + HOUR_MS);
  say('groups', [{ id: 'g1', 'members@delta': [user('per')] }], {}, NOW_MS + HOUR_MS);
  assert.equal(person('per')?.attribute('enabled')?.value, false);
  assert.equal(person('ada')?.attribute('enabled')?.value, true);
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? ['?'])], []);
  assert.deepEqual([...(person('per')?.within('Group')?.value ?? ['?'])], ['g1']);
});

test('what a delta query was not asked for stays unknown', () => {
  const { say, person } = world();
  say('users', [{ id: 'ada', userPrincipalName: 'ada@x.example' }]);
  assert.equal(person('ada')?.attribute('enabled'), undefined);
});

test('what is no page of a delta query is none', () => {
  for (const body of [
    null,
    1,
    'x',
    [],
    {},
    { tenant: 'x' },
    { tenant: TENANT, source: 'graph/x' },
  ]) {
    assert.equal(parseGraphPage(body, NOW_MS), undefined);
  }
});
