import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '../../core/index.ts';
import type { Directory, EntityFacts, Sourced } from '../directory/facts.ts';
import type { EntityJson } from '../policies/cedar.ts';
import type { Door } from '../policies/door.ts';
import type { Read, Root } from '../policies/reads.ts';
import { parseSchema } from '../policies/schema.ts';
import type { DecisionRequest } from './decision.ts';
import { type Gathered, gather, type InputWorld } from './inputs.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SCHEMA = `
  entity Region;
  entity Group in [Region];
  entity Team in [Group];
  entity Device in [Group] = { compliant: Bool, holder?: Person };
  entity Person in [Team] = {
    risk: String, manager?: Person, home: { country: String }, device?: Device, phone?: String
  };
  entity Suite = { level: Long };
  action signIn appliesTo {
    principal: [Person], resource: [Suite],
    context: {
      factor: String, time: Long, address?: ipaddr, networks?: Set<String>, device?: Device,
      action?: { kind?: String }, toString?: String, purpose?: String
    }
  };
`;

type Stated = {
  readonly id?: string;
  readonly attributes?: Readonly<Record<string, Sourced>>;
  readonly within?: Readonly<Record<string, Sourced<readonly string[]>>>;
};

/** What each says, where it is from, and when it was seen. */
function stated<T>(value: T, ago = HOUR_MS, source = 'graph'): Sourced<T> {
  return { value, source, seenMs: NOW_MS - ago };
}

function directoryOf(entities: Readonly<Record<string, Stated>>): Directory {
  return {
    find: (tenant, type, id): EntityFacts | undefined => {
      assert.equal(tenant, TENANT);
      const found = entities[`${type}::${id}`];
      if (found === undefined) return undefined;
      return {
        id: found.id ?? id,
        attribute: (name) => found.attributes?.[name],
        within: (type) => {
          const ids = found.within?.[type];
          return ids && { ...ids, value: new Set(ids.value) };
        },
      };
    },
    told: () => undefined,
    networks: (tenant, address) => {
      assert.equal(tenant, TENANT);
      return address === '192.0.2.7' ? stated(['192.0.2.0/24']) : undefined;
    },
  };
}

const ADA: Stated = {
  attributes: {
    risk: stated('none'),
    manager: stated('bob'),
    home: stated({ country: 'NO' }),
    device: stated('laptop'),
    phone: stated(null),
  },
  within: { Team: stated(['sales'], 3 * HOUR_MS), Group: stated([]), Region: stated(['north']) },
};

const PEOPLE: Readonly<Record<string, Stated>> = {
  'Person::ada': ADA,
  'Person::bob': { attributes: { risk: stated('high') }, within: {} },
  'Device::laptop': { attributes: { compliant: stated(true) }, within: { Group: stated(['it']) } },
  'Suite::suite': { attributes: { level: stated(3) } },
};

const DOOR: Door = {
  name: 'gate',
  sentence: 'A gate.',
  when: 'before',
  supplies: ['context.factor', 'context.address', 'context.device', 'context.action'],
  types: new Map(),
};

const REQUEST: DecisionRequest = {
  door: 'gate',
  tenant: TENANT,
  subject: { type: 'user', id: 'ada' },
  action: { name: 'signIn' },
  resource: { type: 'suite', id: 'suite' },
  context: { factor: 'multi', address: '192.0.2.7' },
};

const schema = ((): InputWorld['schema'] => {
  const parsed = parseSchema(SCHEMA);
  assert(parsed.kind === 'schema', JSON.stringify(parsed));
  return parsed.schema;
})();

type Changes = {
  readonly request?: Partial<DecisionRequest>;
  readonly door?: Partial<Door>;
  readonly entities?: Readonly<Record<string, Stated>>;
  readonly ages?: InputWorld['ages'];
  readonly whatIf?: InputWorld['whatIf'];
};

function gathered(reads: readonly string[], changes: Changes = {}): Gathered {
  const world: InputWorld = {
    schema,
    door: { ...DOOR, ...changes.door },
    directory: directoryOf({ ...PEOPLE, ...changes.entities }),
    ages: changes.ages ?? ((): number => DAY_MS),
    nowMs: NOW_MS,
    whatIf: changes.whatIf,
  };
  const meant = { principal: 'Person', action: 'signIn', resource: 'Suite' };
  return gather({ ...REQUEST, ...changes.request }, meant, reads.map(readOf), world);
}

/** `principal.manager in Team`, as policies write it. */
function readOf(text: string): Read {
  const [chain = '', within] = text.split(' in ');
  const [root, ...path] = chain.split('.');
  const read = { root: root as Root, path };
  return within === undefined ? read : { ...read, within };
}

/** The text of why an input is lacking. */
function lack({ lacking }: Gathered, name: string): string {
  return lacking.get(name) ?? '';
}

function idOf(uid: EntityJson['uid']): string {
  return '__entity' in uid ? uid.__entity.id : uid.id;
}

function entity({ call }: Gathered, id: string): Gathered['call']['entities'][number] {
  const found = call.entities.find(({ uid }) => idOf(uid) === id);
  assert(found !== undefined, `${id} is among the entities`);
  return found;
}

test('a request is asked with its kinds, and nothing that no policy reads', () => {
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

test('the action, and a party itself, are no inputs', () => {
  const found = gathered(['action', 'principal', 'resource']);
  assert.deepEqual([found.inputs, found.lacking.size], [[], 0]);
});

test('what the door states is fresh, and is what policies see', () => {
  const found = gathered(['context.factor', 'context.address']);
  assert.deepEqual(found.call.context, {
    factor: 'multi',
    address: { __extn: { fn: 'ip', arg: '192.0.2.7' } },
  });
  assert.deepEqual(
    found.inputs,
    ['context.factor', 'context.address'].map((name) => {
      return { name, source: 'door:gate', ageMs: 0, state: 'fresh' };
    }),
  );
});

test('what a door cannot state is missing, whatever the request says', () => {
  const request = { context: { ...REQUEST.context, purpose: 'repair' } };
  const found = gathered(['context.purpose'], { request });
  assert.equal(lack(found, 'context.purpose'), 'the door gate cannot state context.purpose');
  assert.deepEqual(found.inputs, [
    { name: 'context.purpose', source: null, ageMs: null, state: 'missing' },
  ]);
  assert.deepEqual(found.call.context, {});
});

test('what the schema does not know is not asked for', () => {
  const names = ['context.colour', 'principal.colour', 'resource.colour', 'principal.manager.age'];
  const found = gathered(names, { request: { context: { colour: 'red' } } });
  assert.deepEqual([found.inputs, found.lacking.size], [[], 0]);
});

test('the time is that of our clock, whatever the request says', () => {
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
    assert.equal(none.inputs[0]?.source, 'door:gate');
  }
});

test('the context of the action is what the action states, and nothing else', () => {
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

test('what every object has is stated by nobody', () => {
  const door = { supplies: ['context.toString'] };
  const found = gathered(['context.toString'], { door });
  assert.deepEqual([found.call.context, found.lacking.size], [{}, 0]);
  assert.equal(found.inputs[0]?.state, 'fresh');
});

test('a required input that the door leaves out is missing; an optional one is absent', () => {
  const found = gathered(['context.factor', 'context.address'], { request: { context: {} } });
  assert.equal(lack(found, 'context.factor'), 'door:gate does not state context.factor');
  assert.deepEqual(
    found.inputs.map(({ name, state }) => [name, state]),
    [
      ['context.factor', 'missing'],
      ['context.address', 'fresh'],
    ],
  );
  assert.deepEqual(found.call.context, {});
});

test('an attribute is what the directory says, with its source and age', () => {
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

test('who is not known, and of whom something is not known, are told apart', () => {
  const entities = { 'Person::ada': { attributes: { risk: stated(null) } } };
  const unknown = gathered(['principal.risk'], { request: { subject: { type: 'u', id: 'eve' } } });
  assert.equal(lack(unknown, 'principal.risk'), 'Person "eve" is not known here');
  const silent = gathered(['principal.home'], { entities });
  assert.equal(lack(silent, 'principal.home'), 'nothing says what home of Person "ada" is');
  const none = gathered(['principal.risk'], { entities });
  assert.equal(lack(none, 'principal.risk'), 'graph does not state principal.risk');
  for (const { inputs } of [unknown, silent, none]) {
    assert.deepEqual(
      inputs.map(({ source, ageMs, state }) => [source, ageMs, state]),
      [[null, null, 'missing']],
    );
  }
});

test('a value of another type is no value, and the reason names type and source', () => {
  const entities = { 'Person::ada': { attributes: { risk: stated(7) } } };
  const found = gathered(['principal.risk'], { entities });
  assert.equal(lack(found, 'principal.risk'), 'principal.risk, as graph states it, is not text');
  assert.deepEqual(entity(found, 'ada').attrs, {});
});

test('an input counts to the last millisecond of its age, and not a moment longer', () => {
  const aged = (ago: number): Gathered =>
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
  [61 * SECOND_MS, SECOND_MS, '61 seconds ago (graph), and counts for 1 second'],
  [119 * SECOND_MS, 60_400, '119 seconds ago (graph), and counts for 60 seconds'],
  [120 * SECOND_MS, 0, '2 minutes ago (graph), and counts for 0 seconds'],
  [119 * MINUTE_MS, MINUTE_MS, '119 minutes ago (graph), and counts for 60 seconds'],
  [120 * MINUTE_MS, 3 * MINUTE_MS, '2 hours ago (graph), and counts for 3 minutes'],
  [71 * HOUR_MS, 26 * HOUR_MS, '71 hours ago (graph), and counts for 26 hours'],
  [72 * HOUR_MS, 0, '3 days ago (graph), and counts for 0 seconds'],
  [20 * DAY_MS, 8 * DAY_MS, '20 days ago (graph), and counts for 8 days'],
  [Number.POSITIVE_INFINITY, DAY_MS, 'any time ago (graph), and counts for 24 hours'],
] as const) {
  test(`an age is told in words: ${text}`, () => {
    const entities = { 'Person::ada': { attributes: { risk: stated('none', agoMs) } } };
    const found = gathered(['principal.risk'], { entities, ages: () => maxMs });
    assert.equal(lack(found, 'principal.risk'), `principal.risk was last seen ${text}`);
  });
}

test('a door that may state an attribute of a party is believed, and nobody else is', () => {
  const door = { supplies: ['principal.risk', 'resource.level', 'principal.manager'] };
  const subject = { type: 'user', id: 'ada', properties: { risk: 'low', phone: '+47' } };
  const resource = { type: 'suite', id: 'suite', properties: { level: 9 } };
  const reads = ['principal.risk', 'resource.level', 'principal.phone'];
  const told = gathered(reads, { door, request: { subject, resource } });
  assert.deepEqual(entity(told, 'ada').attrs, { risk: 'low' });
  assert.deepEqual(entity(told, 'suite').attrs, { level: 9 });
  assert.deepEqual(
    told.inputs.map(({ source, ageMs }) => [source, ageMs]),
    [
      ['door:gate', 0],
      ['door:gate', 0],
      ['graph', HOUR_MS],
    ],
  );
  // A door that may not state it is not listened to.
  const own = gathered(reads, { request: { subject, resource } });
  assert.deepEqual(entity(own, 'ada').attrs, { risk: 'none' });
  // One that may, and does not: nobody else is asked in its place.
  const silent = gathered(['principal.risk'], { door });
  assert.equal(lack(silent, 'principal.risk'), 'door:gate does not state principal.risk');
  // What stands on another person is not among the properties of this one.
  const request = { subject: { ...subject, properties: { risk: 'low', manager: 'bob' } } };
  const deeper = gathered(['principal.manager.risk'], { door, request });
  assert.deepEqual(entity(deeper, 'bob').attrs, { risk: 'high' });
});

test('what every object has is no property of a party', () => {
  const door = { supplies: ['principal.risk'] };
  const properties = Object.create({ risk: 'low' }) as Record<string, unknown>;
  const request = { subject: { type: 'user', id: 'ada', properties } };
  const found = gathered(['principal.risk'], { door, request });
  assert.equal(lack(found, 'principal.risk'), 'door:gate does not state principal.risk');
});

test('a reference is followed, and what it leads to is an entity of its own', () => {
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

test('behind a reference to nobody there is nothing to ask; behind a lost one nobody knows', () => {
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

test('a member of a record came with the record', () => {
  const found = gathered(['principal.home.country']);
  assert.deepEqual(entity(found, 'ada').attrs, { home: { country: 'NO' } });
  assert.deepEqual(
    found.inputs.map(({ name, state }) => [name, state]),
    [['principal.home.country', 'fresh']],
  );
});

test('what somebody is in is asked by type', () => {
  const found = gathered(['principal in Team']);
  assert.deepEqual(entity(found, 'ada').parents, [{ type: 'Team', id: 'sales' }]);
  assert.deepEqual(found.inputs, [
    { name: 'principal in Team', source: 'graph', ageMs: 3 * HOUR_MS, state: 'fresh' },
  ]);
  const none = gathered(['principal in Suite', 'resource in Group']);
  assert.deepEqual([none.inputs, none.lacking.size], [[], 0]);
});

test('what somebody is in, of any type, counts from the oldest answer', () => {
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

test('where nothing says what somebody is in, nobody knows', () => {
  const found = gathered(['principal.manager in Team', 'principal.manager in Region']);
  for (const type of ['Team', 'Region']) {
    const name = `principal.manager in ${type}`;
    assert.equal(lack(found, name), `nothing says in which ${type} Person "bob" is`);
  }
  const eve = gathered(['principal in Team'], { request: { subject: { type: 'u', id: 'eve' } } });
  assert.equal(lack(eve, 'principal in Team'), 'nothing says in which Team Person "eve" is');
});

test('a device of the context is an entity, and can be in something', () => {
  const request = { context: { device: 'laptop' } };
  const reads = ['context.device.compliant', 'context.device in Group', 'context.device'];
  const found = gathered(reads, { request });
  assert.deepEqual(found.call.context, { device: { __entity: { type: 'Device', id: 'laptop' } } });
  assert.deepEqual(entity(found, 'laptop').attrs, { compliant: true });
  assert.deepEqual(entity(found, 'laptop').parents, [{ type: 'Group', id: 'it' }]);
  assert.equal(found.inputs.length, 3);
  const unknown = gathered(reads, { request: { context: { device: 'phone' } } });
  assert.equal(lack(unknown, 'context.device.compliant'), 'Device "phone" is not known here');
  assert.match(lack(unknown, 'context.device in Group'), /in which Group Device "phone" is$/);
  const none = gathered(reads, { request: { context: {} } });
  assert.deepEqual(
    none.inputs.map(({ name, state }) => [name, state]),
    [['context.device', 'fresh']],
  );
  const blind = gathered(reads, { door: { supplies: [] }, request });
  for (const name of reads) {
    assert.equal(lack(blind, name), 'the door gate cannot state context.device');
  }
});

test('one thing under two names is one entity', () => {
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

test('what if: an input is what is supposed of it, and as fresh as now', () => {
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

test('what if: somebody is moved into something, or out of it', () => {
  const moved = (kind: 'in' | 'out', id: string): Gathered =>
    gathered(['principal in Team'], { whatIf: new Map([['principal in Team', { kind, id }]]) });
  const ids = (found: Gathered): readonly string[] => entity(found, 'ada').parents.map(idOf);
  assert.deepEqual(ids(moved('in', 'board')), ['sales', 'board']);
  assert.deepEqual(ids(moved('out', 'sales')), []);
  assert.deepEqual(ids(moved('out', 'board')), ['sales']);
});
