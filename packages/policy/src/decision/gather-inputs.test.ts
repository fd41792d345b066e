import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DAY_MS,
  entity,
  gathered,
  HOUR_MS,
  lack,
  MINUTE_MS,
  NOW_MS,
  REQUEST,
  SECOND_MS,
  stated,
} from '../testing/input-world.ts';
import type { PolicyInputs } from './gather-inputs.ts';

test('a request has its types, and no input that no policy reads', () => {
  const { call, inputs, lacking } = gathered([]);
  assert.deepEqual(call, {
    principal: { type: 'Person', id: 'ada' },
    action: { type: 'Action', id: 'signIn' },
    resource: { type: 'Suite', id: 'suite' },
    context: {},
    entities: [
      { uid: { type: 'Person', id: 'ada' }, attrs: {}, parents: [] },
      { uid: { type: 'Suite', id: 'suite' }, attrs: {}, parents: [] },
    ],
  });
  assert.deepEqual([inputs, lacking.size], [[], 0]);
});

test('the action, and the subject itself, are not inputs', () => {
  const found = gathered(['action', 'principal', 'resource']);
  assert.deepEqual([found.inputs, found.lacking.size], [[], 0]);
});

test('an input from the enforcement point is fresh, and policies see it', () => {
  const found = gathered(['context.factor', 'context.address']);
  assert.deepEqual(found.call.context, {
    factor: 'multi',
    address: { __extn: { fn: 'ip', arg: '192.0.2.7' } },
  });
  assert.deepEqual(
    found.inputs,
    ['context.factor', 'context.address'].map((name) => {
      return { name, source: 'enforcement-point:gate', ageMs: 0, state: 'fresh' };
    }),
  );
});

test('a request cannot state an input that its enforcement point cannot', () => {
  const request = { context: { ...REQUEST.context, purpose: 'repair' } };
  const found = gathered(['context.purpose'], { request });
  assert.equal(
    lack(found, 'context.purpose'),
    'the enforcement point gate cannot supply context.purpose',
  );
  assert.deepEqual(found.inputs, [
    { name: 'context.purpose', source: null, ageMs: null, state: 'missing' },
  ]);
  assert.deepEqual(found.call.context, {});
});

test('ignores members that the schema does not have', () => {
  const names = ['context.color', 'principal.color', 'resource.color', 'principal.manager.age'];
  const found = gathered(names, { request: { context: { color: 'red' } } });
  assert.deepEqual([found.inputs, found.lacking.size], [[], 0]);
});

test('the time comes from our clock, whatever the request says', () => {
  const found = gathered(['context.time'], { request: { context: { time: 1 } } });
  assert.deepEqual(found.call.context, { time: NOW_MS });
  assert.equal(found.inputs[0]?.source, 'clock');
  assert.equal(found.inputs[0]?.ageMs, 0);
});

test('networks come from the directory, for the address of the request', () => {
  const own = { context: { networks: ['0.0.0.0/0'], address: '192.0.2.7' } };
  const found = gathered(['context.networks'], { request: own });
  assert.deepEqual(found.call.context, { networks: ['192.0.2.0/24'] });
  assert.deepEqual(found.inputs, [
    { name: 'context.networks', source: 'graph', ageMs: HOUR_MS, state: 'fresh' },
  ]);
  for (const address of ['198.51.100.1', 7, undefined]) {
    const context = { networks: ['0.0.0.0/0'], address };
    const none = gathered(['context.networks'], { request: { context } });
    assert.deepEqual([none.call.context, none.lacking.size], [{}, 0]);
    assert.equal(none.inputs[0]?.source, 'enforcement-point:gate');
  }
});

test('the context of the action is only what the action states', () => {
  const name = 'context.action';
  const action = { name: 'signIn', properties: { kind: 'read' } };
  const context = { action: { kind: 'write' } };
  assert.deepEqual(gathered([name], { request: { action, context } }).call.context, {
    action: { kind: 'read' },
  });
  assert.deepEqual(gathered([name], { request: { context } }).call.context, { action: {} });
  const deeper = gathered(['context.action.kind'], { request: { action } });
  assert.deepEqual(deeper.call.context, { action: { kind: 'read' } });
  assert.equal(deeper.inputs[0]?.name, 'context.action.kind');
});

test('no request states members that every object inherits', () => {
  const point = { supplies: ['context.toString'] };
  const found = gathered(['context.toString'], { point });
  assert.deepEqual([found.call.context, found.lacking.size], [{}, 0]);
  assert.equal(found.inputs[0]?.state, 'fresh');
});

test('a required input that is not stated is missing; an optional one is absent', () => {
  const found = gathered(['context.factor', 'context.address'], { request: { context: {} } });
  assert.equal(
    lack(found, 'context.factor'),
    'enforcement-point:gate does not state context.factor',
  );
  assert.deepEqual(
    found.inputs.map(({ name, state }) => [name, state]),
    [
      ['context.factor', 'missing'],
      ['context.address', 'fresh'],
    ],
  );
  assert.deepEqual(found.call.context, {});
});

test("an attribute is the directory's value, with its source and age", () => {
  const found = gathered(['principal.risk', 'resource.level', 'principal.phone']);
  assert.deepEqual(entity(found, 'ada').attrs, { risk: 'none' });
  assert.deepEqual(entity(found, 'suite').attrs, { level: 3 });
  assert.deepEqual(
    found.inputs.map(({ name, source, ageMs, state }) => [name, source, ageMs, state]),
    ['principal.risk', 'resource.level', 'principal.phone'].map((name) => {
      return [name, 'graph', HOUR_MS, 'fresh'];
    }),
  );
});

test('distinguishes an unknown principal from a principal with an unknown attribute', () => {
  const entities = { 'Person::ada': { attributes: { risk: stated(null) } } };
  const unknown = gathered(['principal.risk'], { request: { subject: { type: 'u', id: 'eve' } } });
  assert.equal(lack(unknown, 'principal.risk'), 'Person "eve" is not known here');
  const silent = gathered(['principal.home'], { entities });
  assert.equal(lack(silent, 'principal.home'), 'no source states home of Person "ada"');
  const none = gathered(['principal.risk'], { entities });
  assert.equal(lack(none, 'principal.risk'), 'graph does not state principal.risk');
  for (const { inputs } of [unknown, silent, none]) {
    assert.deepEqual(
      inputs.map(({ source, ageMs, state }) => [source, ageMs, state]),
      [[null, null, 'missing']],
    );
  }
});

test('a value of another type is refused, and the reason names type and source', () => {
  const entities = { 'Person::ada': { attributes: { risk: stated(7) } } };
  const found = gathered(['principal.risk'], { entities });
  assert.equal(lack(found, 'principal.risk'), 'principal.risk, as graph states it, is not text');
  assert.deepEqual(entity(found, 'ada').attrs, {});
});

test('an input counts up to its last millisecond, and no longer', () => {
  const aged = (ago: number): PolicyInputs =>
    gathered(['principal.risk'], {
      entities: { 'Person::ada': { attributes: { risk: stated('none', ago) } } },
      ages: (input) => (input === 'principal.risk' ? HOUR_MS : 0),
    });
  assert.equal(aged(HOUR_MS).inputs[0]?.state, 'fresh');
  const stale = aged(HOUR_MS + 1);
  assert.deepEqual(stale.inputs, [
    { name: 'principal.risk', source: 'graph', ageMs: HOUR_MS + 1, state: 'stale' },
  ]);
  assert.deepEqual(entity(stale, 'ada').attrs, {});
  // Seen by a clock that is ahead of ours.
  assert.equal(aged(-DAY_MS).inputs[0]?.ageMs, 0);
});

for (const [agoMs, maxMs, text] of [
  [61 * SECOND_MS, SECOND_MS, '61 seconds ago (graph), and is valid for 1 second'],
  [119 * SECOND_MS, 60_400, '119 seconds ago (graph), and is valid for 60 seconds'],
  [120 * SECOND_MS, 0, '2 minutes ago (graph), and is valid for 0 seconds'],
  [119 * MINUTE_MS, MINUTE_MS, '119 minutes ago (graph), and is valid for 60 seconds'],
  [120 * MINUTE_MS, 3 * MINUTE_MS, '2 hours ago (graph), and is valid for 3 minutes'],
  [71 * HOUR_MS, 26 * HOUR_MS, '71 hours ago (graph), and is valid for 26 hours'],
  [72 * HOUR_MS, 0, '3 days ago (graph), and is valid for 0 seconds'],
  [20 * DAY_MS, 8 * DAY_MS, '20 days ago (graph), and is valid for 8 days'],
  [Number.POSITIVE_INFINITY, DAY_MS, 'any time ago (graph), and is valid for 24 hours'],
] as const) {
  test(`states an age in words: ${text}`, () => {
    const entities = { 'Person::ada': { attributes: { risk: stated('none', agoMs) } } };
    const found = gathered(['principal.risk'], { entities, ages: () => maxMs });
    assert.equal(lack(found, 'principal.risk'), `principal.risk was last seen ${text}`);
  });
}

test('uses an attribute only from an enforcement point that may state it', () => {
  const point = { supplies: ['principal.risk', 'resource.level', 'principal.manager'] };
  const subject = { type: 'user', id: 'ada', properties: { risk: 'low', phone: '+47' } };
  const resource = { type: 'suite', id: 'suite', properties: { level: 9 } };
  const reads = ['principal.risk', 'resource.level', 'principal.phone'];
  const gatheredInputs = gathered(reads, { point, request: { subject, resource } });
  assert.deepEqual(entity(gatheredInputs, 'ada').attrs, { risk: 'low' });
  assert.deepEqual(entity(gatheredInputs, 'suite').attrs, { level: 9 });
  assert.deepEqual(
    gatheredInputs.inputs.map(({ source, ageMs }) => [source, ageMs]),
    [
      ['enforcement-point:gate', 0],
      ['enforcement-point:gate', 0],
      ['graph', HOUR_MS],
    ],
  );
  // An enforcement point that may not state it is ignored.
  const own = gathered(reads, { request: { subject, resource } });
  assert.deepEqual(entity(own, 'ada').attrs, { risk: 'none' });
  // If one may state it and does not, no other source is used.
  const silent = gathered(['principal.risk'], { point });
  assert.equal(
    lack(silent, 'principal.risk'),
    'enforcement-point:gate does not state principal.risk',
  );
  // An attribute of another person is not an attribute of this one.
  const request = { subject: { ...subject, properties: { risk: 'low', manager: 'bob' } } };
  const deeper = gathered(['principal.manager.risk'], { point, request });
  assert.deepEqual(entity(deeper, 'bob').attrs, { risk: 'high' });
});

test('an inherited object member is not an attribute', () => {
  const point = { supplies: ['principal.risk'] };
  const properties = Object.create({ risk: 'low' }) as Record<string, unknown>;
  const request = { subject: { type: 'user', id: 'ada', properties } };
  const found = gathered(['principal.risk'], { point, request });
  assert.equal(
    lack(found, 'principal.risk'),
    'enforcement-point:gate does not state principal.risk',
  );
});
