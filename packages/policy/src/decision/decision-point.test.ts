import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type RecordDraft, tenantId } from '@countersign/core';
import { PolicySet } from '../policies/policy-set.ts';
import { PlainDirectory, type PlainEntity } from '../testing/plain-directory.ts';
import { countingRandom } from '../testing/random.ts';
import type { DecisionRequest } from './decision.ts';
import type { DecisionBody, PassOpening } from './decision-entry.ts';
import { DecisionPoint, type PassObserver } from './decision-point.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

const SCHEMA = `
  entity Group in [Group];
  entity Person in [Group] = { enabled: Bool, risk: String };
  entity Suite;
  action signIn appliesTo {
    principal: [Person], resource: [Suite],
    context: { factor: String, address?: ipaddr, time: Long }
  };
`;

const POLICIES = `
  @id("people") @sentence("People who are enabled sign in with two factors.")
  @enforcement_points("eam") @obligations("remember")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled && context.factor == "multi" };

  @id("risk") @sentence("No person at high risk.")
  @enforcement_points("eam") @obligations("alarm:high")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { principal.risk == "high" };
`;

const ADA: PlainEntity = { attributes: { enabled: true, risk: 'none' } };

function world(ada: PlainEntity = ADA, seenMs = NOW_MS - HOUR_MS) {
  const clock = new ManualClock(NOW_MS);
  const drafts: RecordDraft[] = [];
  const policies = PolicySet.parse({
    schema: { file: 'test.cedarschema', text: SCHEMA },
    policies: [{ file: 'test.cedar', text: POLICIES }],
  });
  const decisionLog = {
    append: async (given: readonly RecordDraft[]) => given.map((d) => drafts.push(d) - 1),
  };
  const directory = new PlainDirectory({ 'Person::ada': ada }, seenMs);
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  return { point, drafts, clock, policies, directory };
}

function request(context: Record<string, unknown> = { factor: 'multi' }): DecisionRequest {
  return {
    enforcementPoint: 'eam',
    tenant: TENANT,
    subject: { type: 'user', id: 'ada' },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: TENANT },
    context,
  };
}

test('a permit names its inputs, and is an entry before it is returned', async () => {
  const { point, drafts, policies } = world();
  const { decision, entry } = await point.decide(request());
  assert.equal(decision.effect, 'permit');
  assert.equal(decision.cause, 'policy');
  assert.deepEqual(decision.policies, ['people']);
  assert.deepEqual(decision.obligations, ['remember']);
  assert.equal(decision.policyVersion, policies.version);
  assert.deepEqual(decision.inputs, [
    { name: 'context.factor', source: 'enforcement-point:eam', ageMs: 0, state: 'fresh' },
    { name: 'principal.enabled', source: 'plain', ageMs: HOUR_MS, state: 'fresh' },
    { name: 'principal.risk', source: 'plain', ageMs: HOUR_MS, state: 'fresh' },
  ]);
  const draft = drafts[entry];
  assert.equal(draft?.kind, 'decision');
  assert.equal(draft?.id, decision.id);
  const body = JSON.parse(Buffer.from(draft?.body ?? []).toString('utf8')) as DecisionBody;
  assert.deepEqual(body.decision, decision);
  assert.equal(body.request.subject.id, 'ada');
});

test('a forbid overrides a permit', async () => {
  const { point } = world({ attributes: { enabled: true, risk: 'high' } });
  const { decision } = await point.decide(request());
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'policy']);
  assert.deepEqual(decision.policies, ['risk']);
  assert.deepEqual(decision.obligations, ['alarm:high']);
  assert.equal(decision.because[0]?.text, 'No person at high risk.');
});

test('a request without a permitting policy is denied with that reason', async () => {
  const { point } = world();
  const { decision } = await point.decide(request({ factor: 'single' }));
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'no-policy']);
});

for (const name of ['enabled', 'risk']) {
  test(`a person with unknown ${name} is denied`, async () => {
    const attributes = Object.fromEntries(
      Object.entries(ADA.attributes ?? {}).filter(([key]) => key !== name),
    );
    const { decision } = await world({ attributes }).point.decide(request());
    assert.deepEqual([decision.effect, decision.cause], ['deny', 'unknown']);
    assert.equal(decision.because[0]?.code, 'unknown');
    assert.match(decision.because[0]?.text ?? '', new RegExp(name));
    const input = decision.inputs.find((each) => each.name === `principal.${name}`);
    assert.equal(input?.state, 'missing');
  });
}

test('a stale input is unknown, and never permits', async () => {
  const { decision } = await world(ADA, NOW_MS - 27 * HOUR_MS).point.decide(request());
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'unknown']);
  assert.equal(decision.inputs.find(({ name }) => name === 'principal.risk')?.state, 'stale');
});

test('a certain forbid decides, even if other inputs are unknown', async () => {
  const { decision } = await world({ attributes: { risk: 'high' } }).point.decide(request());
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'policy']);
});

test('a value of another type is unknown', async () => {
  const { decision } = await world().point.decide(request({ factor: 2 }));
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'unknown']);
});

test('a permit opens a pass in the same write', async () => {
  const { point, drafts } = world();
  const { decision } = await point.decide(request(), { passMs: HOUR_MS });
  assert.equal(decision.pass?.expiresMs, NOW_MS + HOUR_MS);
  assert.deepEqual(
    drafts.map(({ kind }) => kind),
    ['decision', 'pass'],
  );
});

test('a decision that cannot be logged is not returned', async () => {
  const { policies, directory, clock } = world();
  const decisionLog = { append: () => Promise.reject(new Error('the disk is full')) };
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  await assert.rejects(point.decide(request()), { code: 'NOT_ACCOUNTED' });
});

test('denies an unknown enforcement point, action or type', async () => {
  const { point } = world();
  const others: Partial<DecisionRequest>[] = [
    { enforcementPoint: 'window' },
    { action: { name: 'fly' } },
    { subject: { type: 'ghost', id: 'ada' } },
    { resource: { type: 'user', id: 'ada' } },
  ];
  for (const other of others) {
    const { decision } = await point.decide({ ...request(), ...other });
    assert.deepEqual([decision.effect, decision.cause], ['deny', 'no-policy']);
  }
});

test('states the smallest change that would flip a decision', async () => {
  const { point } = world();
  const deny = await point.decide(request({ factor: 'single' }), { flip: 'smallest' });
  assert.deepEqual(deny.decision.flip, {
    changes: [{ input: 'context.factor', to: 'multi' }],
  });
  const permit = await point.decide(request(), { flip: 'smallest' });
  assert.equal(permit.decision.flip?.changes.length, 1);
  const twice = world({ attributes: { enabled: false, risk: 'none' } });
  const both = await twice.point.decide(request({ factor: 'single' }), { flip: 'smallest' });
  assert.deepEqual(
    both.decision.flip?.changes.map(({ input }) => input),
    ['context.factor', 'principal.enabled'],
  );
});

test('permits nothing if the ledger stored fewer entries than it was given', async () => {
  const { policies, directory, clock } = world();
  const decisionLog = { append: async () => [] };
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  await assert.rejects(point.decide(request()), {
    code: 'NOT_ACCOUNTED',
    message: /\(the ledger accepted fewer entries\), so access is denied$/,
  });
});

test('decides many requests in one write, each with its entry', async () => {
  const { point, drafts } = world();
  const asked = [request(), request({ factor: 'single' }), request()];
  const decided = await point.decideAll(asked, { passMs: HOUR_MS });
  assert.deepEqual(
    decided.map(({ decision, entry }) => [decision.effect, entry]),
    [
      ['permit', 0],
      ['deny', 2],
      ['permit', 3],
    ],
  );
  for (const { decision, entry } of decided) assert.equal(drafts[entry]?.id, decision.id);
  assert.deepEqual(
    drafts.map(({ kind }) => kind),
    ['decision', 'pass', 'decision', 'decision', 'pass'],
  );
  assert.equal(decided[1]?.decision.pass, undefined);
  assert.equal(new Set(drafts.map(({ id }) => id)).size, 5);
  assert.deepEqual(await point.decideAll([]), []);
});

test("a pass names its decision and has the enforcement point's constraints", async () => {
  const { point, drafts } = world();
  const stated = { factor: 'multi', address: '192.0.2.7', device: { id: 'laptop' }, app: 'wiki' };
  const { decision } = await point.decide(request(stated), { passMs: HOUR_MS });
  const opened = JSON.parse(Buffer.from(drafts[1]?.body ?? []).toString('utf8')) as PassOpening;
  const { pass, ...rest } = opened;
  assert.equal(pass, decision.pass?.id);
  assert.deepEqual(rest, {
    ...{ v: 1, phase: 'opened', tenant: TENANT, decision: decision.id, enforcementPoint: 'eam' },
    ...{ principal: { type: 'user', id: 'ada' }, resource: { type: 'suite', id: TENANT } },
    ...{ action: 'signIn', atMs: NOW_MS, expiresMs: NOW_MS + HOUR_MS },
    constraints: { address: '192.0.2.7', device: 'laptop', app: 'wiki' },
    suiteTokenMs: 28 * HOUR_MS,
  });
  await point.decide(request({ factor: 'multi', device: 'phone', app: 7 }), { passMs: HOUR_MS });
  const second = JSON.parse(Buffer.from(drafts[3]?.body ?? []).toString('utf8')) as PassOpening;
  assert.deepEqual(second.constraints, { address: null, device: 'phone', app: null });
});

test('states the suite token lifetime only for requests to the suite', async () => {
  const { policies, directory, clock, drafts } = world();
  const decisionLog = {
    append: async (given: readonly RecordDraft[]) => given.map((d) => drafts.push(d) - 1),
  };
  const options = { policies, directory, decisionLog, clock, random: countingRandom() };
  const point = new DecisionPoint({ ...options, suiteTokenMs: HOUR_MS });
  const tokens = async (type: string): Promise<unknown> => {
    await point.decide({ ...request(), resource: { type, id: 'x' } }, { passMs: 1 });
    const body = Buffer.from(drafts.at(-1)?.body ?? []).toString('utf8');
    return (JSON.parse(body) as PassOpening).suiteTokenMs;
  };
  assert.equal(await tokens('suite'), HOUR_MS);
  assert.equal(await tokens('Suite'), HOUR_MS);
  assert.equal(await tokens('app'), undefined);
});

test('the pass observer gets each pass before it is durable, and each lost one', async () => {
  const { policies, directory, clock } = world();
  const heard: string[] = [];
  const passes: PassObserver = {
    opening: ({ pass }, { subject }) => heard.push(`${subject.id} opening ${pass}`),
    dropped: (pass) => heard.push(`dropped ${pass}`),
  };
  let fails = false;
  const decisionLog = {
    append: async (given: readonly RecordDraft[]) => {
      heard.push('append');
      if (fails) throw new Error('the disk is full');
      return given.map((_, at) => at);
    },
  };
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random, passes });
  const { decision } = await point.decide(request(), { passMs: HOUR_MS });
  assert.deepEqual(heard, [`ada opening ${decision.pass?.id}`, 'append']);
  await point.decide(request());
  await point.decide(request({ factor: 'single' }), { passMs: HOUR_MS });
  assert.deepEqual(
    heard.slice(2),
    ['append', 'append'],
    'without a pass there is nothing to observe',
  );
  fails = true;
  await assert.rejects(point.decide(request(), { passMs: HOUR_MS }), /\(the disk is full\)/);
  const lost = heard[4]?.replace('ada opening ', '');
  assert.deepEqual(heard.slice(4), [`ada opening ${lost}`, 'append', `dropped ${lost}`]);
});

test('replaces policies and directory independently, from the next request on', async () => {
  const { point, policies, directory } = world();
  assert.equal(point.policies, policies);
  assert.equal(point.directory, directory);
  const empty = new PlainDirectory({}, NOW_MS);
  point.use({ directory: empty });
  assert.equal(point.policies, policies);
  assert.equal(point.directory, empty);
  assert.equal((await point.decide(request())).decision.cause, 'unknown');
  const none = PolicySet.parse({
    schema: { file: 'test.cedarschema', text: SCHEMA },
    policies: [],
  });
  point.use({ policies: none });
  assert.equal(point.policies, none);
  assert.equal(point.directory, empty);
  assert.equal((await point.decide(request())).decision.cause, 'no-policy');
});

test('evaluates a request without writing an entry', () => {
  const { point, drafts } = world();
  assert.equal(point.evaluate(request()).effect, 'permit');
  assert.equal(point.flip(request({ factor: 'single' }))?.changes.length, 1);
  assert.equal(drafts.length, 0);
});

test('uses the given maximum ages', () => {
  const { policies, directory, clock } = world();
  const decisionLog = { append: async () => [] };
  const options = { policies, directory, decisionLog, clock, random: countingRandom() };
  const strict = new DecisionPoint({ ...options, ages: () => HOUR_MS - 1 });
  assert.equal(strict.evaluate(request()).cause, 'unknown');
  assert.equal(
    new DecisionPoint({ ...options, ages: () => HOUR_MS }).evaluate(request()).cause,
    'policy',
  );
});
