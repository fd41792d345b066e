import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ADA,
  DAY_MS,
  entity,
  gathered,
  HOUR_MS,
  idOf,
  lack,
  stated,
} from '../testing/input-world.ts';
import type { PolicyInputs } from './gather-inputs.ts';

test('follows a reference to an entity of its own', () => {
  const found = gathered(['principal.manager.risk', 'principal.device.compliant']);
  assert.deepEqual(entity(found, 'ada').attrs, {
    manager: { __entity: { type: 'Person', id: 'bob' } },
    device: { __entity: { type: 'Device', id: 'laptop' } },
  });
  assert.deepEqual(entity(found, 'bob').attrs, { risk: 'high' });
  assert.deepEqual(entity(found, 'laptop').attrs, { compliant: true });
  assert.deepEqual(
    found.inputs.map(({ name }) => name),
    ['principal.manager.risk', 'principal.device.compliant'],
  );
});

test('a reference to no entity reads nothing; a lost reference is unknown', () => {
  const without = { ...ADA.attributes, manager: stated(null) };
  const nobody = gathered(['principal.manager.risk', 'principal.manager in Team'], {
    entities: { 'Person::ada': { attributes: without } },
  });
  assert.deepEqual([nobody.inputs, nobody.lacking.size], [[], 0]);
  const old = { ...ADA.attributes, manager: stated('bob', 2 * DAY_MS) };
  const lost = gathered(['principal.manager.risk', 'principal.manager in Team'], {
    entities: { 'Person::ada': { attributes: old } },
  });
  for (const name of ['principal.manager.risk', 'principal.manager in Team']) {
    assert.match(lack(lost, name), /^principal\.manager was last seen 48 hours ago/);
  }
  assert.equal(lost.call.entities.length, 2);
});

test('a member of a record has the source and age of the record', () => {
  const found = gathered(['principal.home.country']);
  assert.deepEqual(entity(found, 'ada').attrs, { home: { country: 'NO' } });
  assert.deepEqual(
    found.inputs.map(({ name, state }) => [name, state]),
    [['principal.home.country', 'fresh']],
  );
});

test('reads memberships by type', () => {
  const found = gathered(['principal in Team']);
  assert.deepEqual(entity(found, 'ada').parents, [{ type: 'Team', id: 'sales' }]);
  assert.deepEqual(found.inputs, [
    { name: 'principal in Team', source: 'graph', ageMs: 3 * HOUR_MS, state: 'fresh' },
  ]);
  const none = gathered(['principal in Suite', 'resource in Group']);
  assert.deepEqual([none.inputs, none.lacking.size], [[], 0]);
});

test('a membership of any type is as old as the oldest answer', () => {
  const found = gathered(['principal in *']);
  assert.deepEqual(entity(found, 'ada').parents, [
    { type: 'Team', id: 'sales' },
    { type: 'Region', id: 'north' },
  ]);
  assert.equal(found.inputs[0]?.ageMs, 3 * HOUR_MS);
  const aged = gathered(['principal in *'], {
    ages: (input) => (input.endsWith('Team') ? 1 : DAY_MS),
  });
  assert.match(lack(aged, 'principal in *'), /^principal in Team was last seen 3 hours ago/);
  assert.equal(aged.inputs[0]?.state, 'stale');
});

test('without a source for memberships they are unknown', () => {
  const found = gathered(['principal.manager in Team', 'principal.manager in Region']);
  for (const type of ['Team', 'Region']) {
    const name = `principal.manager in ${type}`;
    assert.equal(lack(found, name), `no source states to which ${type} Person "bob" belongs`);
  }
  const eve = gathered(['principal in Team'], { request: { subject: { type: 'u', id: 'eve' } } });
  assert.equal(
    lack(eve, 'principal in Team'),
    'no source states to which Team Person "eve" belongs',
  );
});

test('a device of the context is an entity, and can be in groups', () => {
  const request = { context: { device: 'laptop' } };
  const reads = ['context.device.compliant', 'context.device in Group', 'context.device'];
  const found = gathered(reads, { request });
  assert.deepEqual(found.call.context, { device: { __entity: { type: 'Device', id: 'laptop' } } });
  assert.deepEqual(entity(found, 'laptop').attrs, { compliant: true });
  assert.deepEqual(entity(found, 'laptop').parents, [{ type: 'Group', id: 'it' }]);
  assert.equal(found.inputs.length, 3);
  const unknown = gathered(reads, { request: { context: { device: 'phone' } } });
  assert.equal(lack(unknown, 'context.device.compliant'), 'Device "phone" is not known here');
  assert.match(lack(unknown, 'context.device in Group'), /to which Group Device "phone" belongs$/);
  const none = gathered(reads, { request: { context: {} } });
  assert.deepEqual(
    none.inputs.map(({ name, state }) => [name, state]),
    [['context.device', 'fresh']],
  );
  const blind = gathered(reads, { point: { supplies: [] }, request });
  for (const name of reads) {
    assert.equal(lack(blind, name), 'the enforcement point gate cannot supply context.device');
  }
});

test('one entity under two names is one entity', () => {
  const entities = { 'Person::ada@contoso.example': { ...ADA, id: 'ada' } };
  const subject = { type: 'user', id: 'ada@contoso.example' };
  const manager = { ...ADA.attributes, manager: stated('ada') };
  const found = gathered(['principal.manager.risk'], {
    entities: {
      ...entities,
      'Person::ada@contoso.example': { ...ADA, id: 'ada', attributes: manager },
    },
    request: { subject },
  });
  assert.equal(found.call.principal.id, 'ada');
  assert.deepEqual(
    found.call.entities.map(({ uid }) => idOf(uid)),
    ['ada', 'suite'],
  );
});

test('what if: an input has the supposed value, with the current time', () => {
  const whatIf = new Map<string, unknown>([
    ['context.factor', 'single'],
    ['principal.risk', 'high'],
    ['principal.manager', null],
  ]);
  const old = { ...ADA.attributes, risk: stated('none', 9 * DAY_MS) };
  const entities = { 'Person::ada': { attributes: old } };
  const reads = ['context.factor', 'principal.risk', 'principal.manager'];
  const found = gathered(reads, { whatIf, entities });
  assert.deepEqual(found.call.context, { factor: 'single' });
  assert.deepEqual(entity(found, 'ada').attrs, { risk: 'high' });
  assert.deepEqual(
    found.inputs.map(({ source, ageMs, state }) => [source, ageMs, state]),
    reads.map(() => ['what if', 0, 'fresh']),
  );
});

test('what if: an entity is moved into a group, or out of it', () => {
  const moved = (kind: 'in' | 'out', id: string): PolicyInputs =>
    gathered(['principal in Team'], { whatIf: new Map([['principal in Team', { kind, id }]]) });
  const ids = (found: PolicyInputs): readonly string[] => entity(found, 'ada').parents.map(idOf);
  assert.deepEqual(ids(moved('in', 'board')), ['sales', 'board']);
  assert.deepEqual(ids(moved('out', 'sales')), []);
  assert.deepEqual(ids(moved('out', 'board')), ['sales']);
});

test('an input with two conflicting sources is unknown, with sources and values', () => {
  const conflict = [
    { source: 'file:people.yaml', value: true },
    { source: 'graph/delta.users', value: false },
  ];
  for (const name of ['risk', 'manager', 'phone'] as const) {
    const attributes = { ...ADA.attributes, [name]: { ...stated(null), conflict } };
    const found = gathered([`principal.${name}`], { entities: { 'Person::ada': { attributes } } });
    assert.equal(
      lack(found, `principal.${name}`),
      `principal.${name} is stated in two ways: file:people.yaml states true, ` +
        'graph/delta.users states false',
    );
  }
});
