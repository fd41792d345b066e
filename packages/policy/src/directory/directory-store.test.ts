import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tenantId } from '@countersign/core';
import type { Origin } from './directory.ts';
import { DirectoryStore } from './directory-store.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const OTHER = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

const graph = (seenMs = NOW_MS): Origin => ({ source: 'graph', seenMs });
const file = (seenMs = NOW_MS): Origin => ({ source: 'file', seenMs });

function world() {
  const store = new DirectoryStore();
  const tenant = store.tenant(TENANT);
  const within = (
    id: string,
    container: string,
    type = 'Person',
  ): readonly string[] | undefined => {
    const known = store.find(TENANT, type, id)?.within(container)?.value;
    return known === undefined ? undefined : [...known].sort();
  };
  return { store, tenant, within };
}

describe('a directory listener', () => {
  function heard(store: DirectoryStore): unknown[] {
    const all: unknown[] = [];
    store.hear((tenant, change) => {
      assert.equal(tenant, TENANT);
      all.push(change);
    });
    return all;
  }

  test('receives the old and new value of an attribute, once per change', () => {
    const { store, tenant } = world();
    const row = tenant.put('Person', 'ada');
    const all = heard(store);
    tenant.set('Person', row, 'enabled', true, graph());
    tenant.set('Person', row, 'enabled', true, graph(NOW_MS + HOUR_MS));
    tenant.set('Person', row, 'enabled', false, graph(NOW_MS + 2 * HOUR_MS));
    // An observation older than the present one changes nothing.
    tenant.set('Person', row, 'enabled', true, graph());
    const of = { kind: 'attribute', type: 'Person', id: 'ada', attribute: 'enabled' };
    assert.deepEqual(all, [
      { ...of, before: undefined, after: true },
      { ...of, before: true, after: false },
    ]);
  });

  test('learns whose memberships changed, and is not called for existing members', () => {
    const { store, tenant } = world();
    const row = tenant.put('Person', 'ada');
    tenant.tell('Group', graph());
    const all = heard(store);
    const of = { kind: 'membership', type: 'Person', id: 'ada' };
    tenant.join('Person', row, 'Group', 'g1', graph());
    assert.deepEqual(all.splice(0), [of]);
    tenant.join('Person', row, 'Group', 'g1', graph());
    assert.deepEqual(all, []);
    tenant.leave('Person', row, 'Group', 'g1', graph());
    assert.deepEqual(all.splice(0), [of]);
    tenant.leave('Person', row, 'Group', 'nowhere', graph());
    assert.deepEqual(all, []);
  });

  test('learns of a removal, with the former values and memberships', () => {
    const { store, tenant } = world();
    const row = tenant.put('Person', 'ada');
    tenant.set('Person', row, 'enabled', true, graph());
    const all = heard(store);
    tenant.retire('Person', row, graph());
    const of = { type: 'Person', id: 'ada' };
    assert.deepEqual(all, [
      { kind: 'attribute', ...of, attribute: 'enabled', before: true, after: false },
      { kind: 'membership', ...of },
    ]);
  });

  test('learns when a type is completely known, and again after a new listing', () => {
    const { store, tenant } = world();
    const all = heard(store);
    tenant.tell('Group', graph());
    tenant.tell('Group', graph(NOW_MS + HOUR_MS));
    assert.deepEqual(all, [{ kind: 'anew' }]);
    tenant.restart('Group');
    tenant.tell('Group', graph(NOW_MS + 2 * HOUR_MS));
    assert.equal(all.length, 2);
  });

  test('also receives changes of tenants that are added later', () => {
    const { store } = world();
    const all: unknown[] = [];
    store.hear((tenant) => all.push(tenant));
    store.tenant(OTHER).tell('Group', graph());
    assert.deepEqual(all, [OTHER]);
    assert.deepEqual(store.tenants, [TENANT, OTHER]);
  });
});

describe('a list of ids', () => {
  const ids = (range: { after?: string; count: number }, type = 'App', tenant = TENANT) => {
    const { store } = world();
    for (const id of ['a', 'b', 'c', 'd']) store.tenant(TENANT).put('App', id);
    return store.list(tenant, type, { after: range.after, count: range.count });
  };

  test('continues after an id, up to the requested count', () => {
    assert.deepEqual(ids({ count: 9 }), ['a', 'b', 'c', 'd']);
    assert.deepEqual(ids({ count: 2 }), ['a', 'b']);
    assert.deepEqual(ids({ count: 0 }), []);
    assert.deepEqual(ids({ after: 'a', count: 2 }), ['b', 'c']);
    assert.deepEqual(ids({ after: 'c', count: 9 }), ['d']);
    assert.deepEqual(ids({ after: 'd', count: 9 }), []);
  });

  test('is empty after an unknown id, for another type, and for another tenant', () => {
    assert.deepEqual(ids({ after: 'x', count: 9 }), []);
    assert.deepEqual(ids({ count: 9 }, 'Device'), []);
    assert.deepEqual(ids({ count: 9 }, 'App', OTHER), []);
  });
});

describe('a complete listing', () => {
  test('is as recent as its last listing or confirmation', () => {
    const { store, tenant } = world();
    assert.equal(store.completeListing(TENANT, 'Group'), undefined);
    tenant.tell('Group', graph());
    assert.deepEqual(store.completeListing(TENANT, 'Group'), { value: null, ...graph() });
    tenant.tell('Group', graph(NOW_MS + HOUR_MS));
    tenant.tell('Group', graph(NOW_MS - HOUR_MS));
    assert.equal(store.completeListing(TENANT, 'Group')?.seenMs, NOW_MS + HOUR_MS);
    tenant.confirm(graph(NOW_MS + 3 * HOUR_MS));
    tenant.confirm(graph(NOW_MS + 2 * HOUR_MS));
    tenant.confirm(file(NOW_MS + 9 * HOUR_MS));
    assert.equal(store.completeListing(TENANT, 'Group')?.seenMs, NOW_MS + 3 * HOUR_MS);
    assert.equal(store.completeListing(OTHER, 'Group'), undefined);
  });

  test('is unknown during a new listing, and so are its memberships', () => {
    const { store, tenant, within } = world();
    const row = tenant.put('Person', 'ada');
    tenant.join('Person', row, 'Group', 'g1', graph());
    assert.equal(within('ada', 'Group'), undefined);
    tenant.tell('Group', graph());
    assert.deepEqual(within('ada', 'Group'), ['g1']);
    tenant.restart('Group');
    assert.equal(store.completeListing(TENANT, 'Group'), undefined);
    assert.equal(within('ada', 'Group'), undefined);
    tenant.tell('Group', graph());
    assert.deepEqual(within('ada', 'Group'), []);
  });
});

describe('a removed entity', () => {
  test('is not enabled, is in no group, and has no members', () => {
    const { store, tenant, within } = world();
    const [ada, g1] = [tenant.put('Person', 'ada'), tenant.put('Group', 'g1')];
    tenant.put('Person', 'ben');
    tenant.join('Person', ada, 'Group', 'g1', graph());
    tenant.join('Person', ada, 'Group', 'g2', graph());
    tenant.join('Group', g1, 'Group', 'g3', graph());
    tenant.tell('Group', graph());
    assert.deepEqual(within('ada', 'Group'), ['g1', 'g2', 'g3']);
    tenant.retire('Group', g1, graph());
    assert.deepEqual(within('ada', 'Group'), ['g2']);
    assert.deepEqual(within('g1', 'Group', 'Group'), []);
    tenant.retire('Person', ada, graph());
    assert.deepEqual(within('ada', 'Group'), []);
    const enabled = (id: string) => store.find(TENANT, 'Person', id)?.attribute('enabled')?.value;
    assert.deepEqual([enabled('ada'), enabled('ben')], [false, undefined]);
  });

  test('is no longer healthy or managed, if that was known', () => {
    const { store, tenant } = world();
    const [d1, d2] = [tenant.put('Device', 'd1'), tenant.put('Device', 'd2')];
    tenant.set('Device', d1, 'compliant', true, graph());
    for (const row of [d1, d2]) tenant.retire('Device', row, graph());
    const value = (id: string, name: string) =>
      store.find(TENANT, 'Device', id)?.attribute(name)?.value;
    assert.equal(value('d1', 'compliant'), null);
    assert.deepEqual([value('d1', 'managed'), value('d2', 'compliant')], [undefined, undefined]);
  });
});

describe('memberships from several sources', () => {
  test('add up, and each source retracts only its own', () => {
    const { tenant, within } = world();
    const row = tenant.put('Person', 'ada');
    tenant.join('Person', row, 'Group', 'g1', graph());
    tenant.tell('Group', graph());
    tenant.state('Person', row, 'Group', ['g2', 'g3'], file());
    assert.deepEqual(within('ada', 'Group'), ['g1', 'g2', 'g3']);
    tenant.state('Person', row, 'Group', ['g3'], file(NOW_MS + HOUR_MS));
    assert.deepEqual(within('ada', 'Group'), ['g1', 'g3']);
    tenant.state('Person', row, 'Group', [], file(NOW_MS + 2 * HOUR_MS));
    assert.deepEqual(within('ada', 'Group'), ['g1']);
  });

  test('end if their source retracts them, even if another lists all members', () => {
    const { store, tenant, within } = world();
    const row = tenant.put('Person', 'ada');
    tenant.tell('Group', graph());
    tenant.state('Person', row, 'Group', ['g1'], file());
    tenant.set('Person', row, 'risk', 'low', file());
    tenant.set('Person', row, 'enabled', true, graph());
    assert.deepEqual(within('ada', 'Group'), ['g1']);
    tenant.unsay(file(NOW_MS + HOUR_MS), (type, of, attribute) => {
      assert.deepEqual([type, of], ['Person', row]);
      return attribute === 'risk';
    });
    assert.deepEqual(within('ada', 'Group'), []);
    const value = (name: string) => store.find(TENANT, 'Person', 'ada')?.attribute(name)?.value;
    assert.deepEqual([value('risk'), value('enabled')], ['low', true]);
    tenant.unsay(file(NOW_MS + HOUR_MS), () => false);
    assert.deepEqual([value('risk'), value('enabled')], [null, true]);
  });

  test('name a container by its id or its name', () => {
    const { tenant, within } = world();
    const row = tenant.put('Person', 'ada');
    tenant.put('Group', 'g1', ['Finance']);
    tenant.state('Person', row, 'Group', ['finance'], file());
    assert.deepEqual(within('ada', 'Group'), ['g1']);
    tenant.joinExactly('Person', row, 'Group', ['g2', 'Finance'], file());
    assert.deepEqual(within('ada', 'Group'), ['g1', 'g2']);
    tenant.joinExactly('Person', row, 'Group', ['g2'], file());
    assert.deepEqual(within('ada', 'Group'), ['g2']);
  });

  test('change from the second statement on, not before the first', () => {
    const { store, tenant } = world();
    const row = tenant.put('Person', 'ada');
    tenant.state('Person', row, 'Group', ['g1'], file());
    tenant.state('Person', row, 'Group', ['g2'], file(NOW_MS + 2 * HOUR_MS));
    const at = (ms: number) => [
      ...(store.at(ms).find(TENANT, 'Person', 'ada')?.within('Group')?.value ?? []),
    ];
    assert.deepEqual(at(NOW_MS - HOUR_MS), ['g1']);
    assert.deepEqual(at(NOW_MS + HOUR_MS), ['g1']);
    assert.deepEqual(at(NOW_MS + 2 * HOUR_MS), ['g2']);
  });
});

test('end at groups that contain each other', () => {
  const { tenant, within } = world();
  const [ada, g1, g2] = [
    tenant.put('Person', 'ada'),
    tenant.put('Group', 'g1'),
    tenant.put('Group', 'g2'),
  ];
  tenant.join('Person', ada, 'Group', 'g1', graph());
  tenant.join('Group', g1, 'Group', 'g2', graph());
  tenant.join('Group', g2, 'Group', 'g1', graph());
  tenant.tell('Group', graph());
  assert.deepEqual(within('ada', 'Group'), ['g1', 'g2']);
});

test('are as old as the older of the two statements, for a wave through a group', () => {
  const { store, tenant } = world();
  const [ada, g1] = [tenant.put('Person', 'ada'), tenant.put('Group', 'g1')];
  tenant.join('Person', ada, 'Group', 'g1', graph());
  tenant.join('Group', g1, 'Wave', 'w1', file());
  tenant.tell('Wave', file(NOW_MS + HOUR_MS));
  const wave = () => store.find(TENANT, 'Person', 'ada')?.within('Wave');
  assert.equal(wave(), undefined, 'memberships are unknown yet');
  tenant.tell('Group', graph());
  assert.deepEqual([wave()?.source, wave()?.seenMs], ['graph', NOW_MS]);
  tenant.confirm(graph(NOW_MS + 2 * HOUR_MS));
  assert.deepEqual([wave()?.source, wave()?.seenMs], ['file', NOW_MS + HOUR_MS]);
  assert.deepEqual([...(wave()?.value ?? [])], ['w1']);
});
