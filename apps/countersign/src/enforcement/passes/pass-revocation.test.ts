import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type RecordDraft, tenantId } from '@countersign/core';
import {
  DecisionPoint,
  type DecisionRequest,
  type DirectoryFile,
  DirectoryStore,
  endingIn,
  loadDirectoryFile,
  PolicySet,
  RiskChanges,
  RiskHistory,
  readPolicyFolder,
  SUITE_TOKEN_MS_MAX,
  SuiteDirectory,
} from '@countersign/policy';
import { countingRandom } from '@countersign/policy/testing/random';
import { FairQueue } from '../callers/fair-queue.ts';
import { DecisionQueue } from '../decisions/decision-queue.ts';
import type { SecurityEvent } from '../ssf/security-event.ts';
import { OpenPassTable } from './open-pass-table.ts';
import { PassRevocation } from './pass-revocation.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const FILE: DirectoryFile = {
  tenant: TENANT,
  people: ['ada', 'ben', 'cyd'].map((id) => ({
    ...{ id, names: [], kind: 'member', enabled: true, risk: 'none' },
    ...{ groups: id === 'cyd' ? ['pilot'] : ['staff'], roles: [] },
  })),
  groups: [
    { id: 'staff', names: [], groups: [] },
    { id: 'pilot', names: [], groups: [] },
  ],
  roles: [],
  devices: [{ id: 'laptop', names: [], compliant: true, managed: true }],
  apps: [],
  waves: [
    { id: 'one', state: 'open', groups: ['staff'], people: [] },
    { id: 'two', state: 'open', groups: ['pilot'], people: [] },
  ],
};

type Person = DirectoryFile['people'][number];

/** Enforcement points of the suite, with a directory file that a test rewrites. */
class World {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 5, 9));
  readonly store = new DirectoryStore();
  readonly risks = new RiskHistory();
  readonly drafts: RecordDraft[] = [];
  readonly events: SecurityEvent[] = [];
  readonly passes: OpenPassTable;
  readonly point: DecisionPoint;
  readonly revocation: PassRevocation;
  ledgerFails: Error | undefined;

  constructor() {
    const directory = new SuiteDirectory(this.store, this.risks.now(this.clock));
    const { clock } = this;
    const random = countingRandom();
    const decisionLog = {
      append: async (drafts: readonly RecordDraft[]): Promise<readonly number[]> => {
        if (this.ledgerFails !== undefined) throw this.ledgerFails;
        return drafts.map((draft) => this.drafts.push(draft) - 1);
      },
    };
    this.passes = new OpenPassTable(() => directory);
    const policies = PolicySet.parse(readPolicyFolder('content/policies').source);
    const { passes } = this;
    this.point = new DecisionPoint({
      policies,
      directory,
      decisionLog,
      clock,
      random,
      passes,
    });
    const turns = new FairQueue({ yieldTurn: setImmediate, nowMs: () => 0, turnMs: 0 });
    const deciding = new DecisionQueue(this.point, turns);
    const emit = async (events: readonly SecurityEvent[]): Promise<void> => {
      this.events.push(...events);
    };
    const issuer = 'https://access.example.com';
    this.revocation = new PassRevocation({
      passes,
      deciding,
      decisionLog,
      clock,
      random,
      issuer,
      emit,
    });
    this.store.hear((tenant, change) => this.revocation.changed({ tenant, change }));
    this.write(FILE);
    this.events.length = 0;
  }

  write(read: DirectoryFile): void {
    this.clock.advance(1000);
    loadDirectoryFile(this.store, read, { file: 'people.yaml', readMs: this.clock.now() });
  }

  /** Changes one person in the file. */
  change(id: string, other: Partial<Person>): void {
    const people = FILE.people.map((each) => (each.id === id ? { ...each, ...other } : each));
    this.write({ ...FILE, people });
  }

  async open(who: string, device?: string, passMs: number = 3_600_000): Promise<string> {
    const request: DecisionRequest = {
      enforcementPoint: 'eam',
      tenant: TENANT,
      subject: { type: 'user', id: who },
      action: { name: 'signIn' },
      resource: { type: 'suite', id: TENANT },
      context: { factor: 'multi', ...(device === undefined ? {} : { device }) },
    };
    const { decision } = await this.point.decide(request, { passMs });
    assert.ok(decision.pass !== undefined, JSON.stringify(decision.because));
    return decision.pass.id;
  }

  /** Passes with an end entry, and the reason. */
  get ended(): readonly (readonly [pass: string, reason: string | null])[] {
    return this.drafts.flatMap((draft) => {
      const said = endingIn(draft);
      return said === undefined ? [] : [[said.pass, said.reason] as const];
    });
  }

  get sent(): readonly (readonly [type: string, subject: unknown])[] {
    return this.events.map(({ type, subject }) => [type.split('/').at(-1) ?? '', subject]);
  }
}

const user = (sub: string) => ({ format: 'iss_sub', iss: 'https://access.example.com', sub });

test('increased risk ends and reports the passes of that person', async () => {
  const world = new World();
  const pass = await world.open('ada');
  await world.open('ben');
  world.change('ada', { risk: 'high' });
  await world.revocation.settle();
  assert.deepEqual(world.ended, [[pass, 'A person at high risk has no access.']]);
  const tenant = { format: 'opaque', id: TENANT };
  assert.deepEqual(world.sent, [
    ['risk-level-change', { format: 'complex', tenant, user: user('ada') }],
    [
      'session-revoked',
      { format: 'complex', user: user('ada'), session: { format: 'opaque', id: pass }, tenant },
    ],
  ]);
  const [risk] = world.events;
  assert.equal(risk?.payload['current_level'], 'HIGH');
  assert.equal(risk?.payload['previous_level'], 'LOW');
  assert.equal(world.passes.size, 1);
});

test('closing a wave ends the passes of its people only', async () => {
  const world = new World();
  const pass = await world.open('cyd');
  await world.open('ada');
  const [one, two] = FILE.waves ?? [];
  assert.ok(one !== undefined && two !== undefined);
  world.write({ ...FILE, waves: [one, { ...two, state: 'closed' }] });
  await world.revocation.settle();
  assert.deepEqual(
    world.ended.map(([id]) => id),
    [pass],
  );
  assert.deepEqual(
    world.sent.map(([type]) => type),
    ['session-revoked'],
  );
});

test('a device that loses compliance, or its source, ends the passes on it', async () => {
  const lost = { ...FILE, devices: [{ id: 'laptop', names: [], compliant: false, managed: true }] };
  for (const read of [lost, { ...FILE, devices: [] }]) {
    const world = new World();
    const pass = await world.open('ada', 'laptop');
    await world.open('ben');
    world.write(read);
    await world.revocation.settle();
    assert.deepEqual(
      world.ended.map(([id]) => id),
      [pass],
    );
    const [[type, subject] = []] = world.sent;
    assert.equal(type, 'device-compliance-change');
    const device = { format: 'opaque', id: 'laptop' };
    assert.deepEqual((subject as { device: unknown }).device, device);
    assert.equal(world.events[0]?.payload['current_status'], 'not-compliant');
  }
});

test('disabling or removing a person ends their passes', async () => {
  const world = new World();
  const [ada, ben] = [await world.open('ada'), await world.open('ben')];
  world.change('ada', { enabled: false });
  await world.revocation.settle();
  assert.deepEqual(
    world.sent.map(([type]) => type),
    ['account-disabled', 'session-revoked'],
  );
  world.write({ ...FILE, people: FILE.people.filter(({ id }) => id === 'cyd') });
  await world.revocation.settle();
  assert.deepEqual(
    world.ended.map(([id]) => id),
    [ada, ben],
  );
  const gone = world.point.evaluate({
    ...{ enforcementPoint: 'eam', tenant: TENANT, subject: { type: 'user', id: 'ben' } },
    ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
    context: { factor: 'multi' },
  });
  assert.deepEqual([gone.effect, gone.cause], ['deny', 'unknown']);
});

test('unknown input ends nothing', async () => {
  const world = new World();
  await world.open('ada', undefined, 100 * 3_600_000);
  // The file was not checked for long, so its content is stale.
  world.clock.advance(27 * 3_600_000);
  world.revocation.sweep();
  await world.revocation.settle();
  assert.deepEqual([world.ended, world.passes.size], [[], 1]);
});

test('a finding raises the risk, and its end lowers it again', async () => {
  const world = new World();
  const pass = await world.open('ada');
  const changes = new RiskChanges(world.risks, world.store);
  const say = (state: 'open' | 'withdrawn'): void => {
    const finding = {
      tenant: TENANT,
      uid: 'f-1',
      rule: 'stream/spray-hit',
      severity: 5,
      lastMs: 0,
    };
    world.risks.raise({ ...finding, principals: ['user:ADA'], state }, world.clock.now());
    world.risks.resolve((tenant, name) => world.store.find(tenant, 'Person', name)?.id);
    for (const changed of changes.poll(world.clock.now())) world.revocation.changed(changed);
  };
  say('open');
  await world.revocation.settle();
  assert.deepEqual(
    world.ended.map(([id]) => id),
    [pass],
  );
  const request = {
    ...{ enforcementPoint: 'eam', tenant: TENANT, subject: { type: 'user', id: 'ada' } },
    ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
    context: { factor: 'multi' },
  };
  const { effect, inputs } = world.point.evaluate(request);
  assert.equal(effect, 'deny');
  const risk = inputs.find(({ name }) => name === 'principal.risk');
  assert.deepEqual([risk?.source, risk?.ageMs], ['finding:f-1', 0]);
  say('withdrawn');
  assert.equal(world.point.evaluate(request).effect, 'permit');
  await world.revocation.settle();
  assert.deepEqual(
    world.events.map(({ payload }) => payload['current_level']),
    ['HIGH', undefined, 'LOW'],
  );
});

test('retries an end that cannot be recorded, and reports it only afterwards', async () => {
  const world = new World();
  const pass = await world.open('ada');
  world.change('ada', { risk: 'high' });
  world.ledgerFails = new Error('the disk is full');
  await assert.rejects(world.revocation.settle(), /disk is full/);
  assert.equal(world.passes.size, 1);
  assert.ok(!world.sent.some(([type]) => type === 'session-revoked'));
  world.ledgerFails = undefined;
  await world.revocation.settle();
  assert.deepEqual(
    world.ended.map(([id]) => id),
    [pass],
  );
});

test('a change during the write of a permit still finds its pass', async () => {
  const world = new World();
  const opening = world.open('ada');
  world.change('ada', { risk: 'high' });
  const pass = await opening;
  await world.revocation.settle();
  assert.deepEqual(
    world.ended.map(([id]) => id),
    [pass],
  );
});

test('a pass into the suite states how long a token can live', async () => {
  const world = new World();
  await world.open('ada');
  const opened = world.drafts.find(({ kind }) => kind === 'pass');
  const said = JSON.parse(Buffer.from(opened?.body ?? []).toString('utf8'));
  assert.equal(said.suiteTokenMs, SUITE_TOKEN_MS_MAX);
});

test('refuses to open more passes than it can watch', async () => {
  const world = new World();
  const few = new OpenPassTable(() => world.store, 1);
  const { clock } = world;
  const point = new DecisionPoint({
    ...{ policies: world.point.policies, directory: world.point.directory, clock },
    ...{ random: countingRandom(), passes: few },
    decisionLog: { append: async (drafts) => drafts.map((_, at) => at) },
  });
  const request: DecisionRequest = {
    ...{ enforcementPoint: 'eam', tenant: TENANT, subject: { type: 'user', id: 'ada' } },
    ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
    context: { factor: 'multi' },
  };
  await point.decide(request, { passMs: 1000 });
  const again = point.decide(request, { passMs: 1000 });
  await assert.rejects(again, { code: 'NOT_ACCOUNTED' });
  assert.equal(few.size, 1);
});
