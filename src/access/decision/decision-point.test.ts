import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type RecordDraft, tenantId } from '../../core/index.ts';
import { PolicySet } from '../policies/policy-set.ts';
import { PlainDirectory, type PlainEntity } from '../testing/plain-directory.ts';
import { countingRandom } from '../testing/random.ts';
import type { DecisionRequest } from './decision.ts';
import { DecisionPoint } from './decision-point.ts';
import type { DecisionBody } from './entry.ts';

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
  @doors("eam") @obligations("remember")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled && context.factor == "multi" };

  @id("risk") @sentence("Nobody at high risk.") @doors("eam") @obligations("alarm:high")
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
  const accountant = {
    append: async (given: readonly RecordDraft[]) => given.map((d) => drafts.push(d) - 1),
  };
  const directory = new PlainDirectory({ 'Person::ada': ada }, seenMs);
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, accountant, clock, random });
  return { point, drafts, clock, policies, directory };
}

function request(context: Record<string, unknown> = { factor: 'multi' }): DecisionRequest {
  return {
    door: 'eam',
    tenant: TENANT,
    subject: { type: 'user', id: 'ada' },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: TENANT },
    context,
  };
}

test('a permit names what it rests on, and is an entry before it is given', async () => {
  const { point, drafts, policies } = world();
  const { decision, entry } = await point.decide(request());
  assert.equal(decision.effect, 'permit');
  assert.equal(decision.cause, 'policy');
  assert.deepEqual(decision.policies, ['people']);
  assert.deepEqual(decision.obligations, ['remember']);
  assert.equal(decision.policyVersion, policies.version);
  assert.deepEqual(decision.inputs, [
    { name: 'context.factor', source: 'door:eam', ageMs: 0, state: 'fresh' },
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

test('a forbid decides over a permit', async () => {
  const { point } = world({ attributes: { enabled: true, risk: 'high' } });
  const { decision } = await point.decide(request());
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'policy']);
  assert.deepEqual(decision.policies, ['risk']);
  assert.deepEqual(decision.obligations, ['alarm:high']);
  assert.equal(decision.because[0]?.text, 'Nobody at high risk.');
});

test('what no policy permits is denied, and says so', async () => {
  const { point } = world();
  const { decision } = await point.decide(request({ factor: 'single' }));
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'no-policy']);
});

for (const name of ['enabled', 'risk']) {
  test(`a person of whom nobody knows ${name} is not let in`, async () => {
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

test('a forbid that is certain decides, whatever else is unknown', async () => {
  const { decision } = await world({ attributes: { risk: 'high' } }).point.decide(request());
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'policy']);
});

test('a value of another type is no value', async () => {
  const { decision } = await world().point.decide(request({ factor: 2 }));
  assert.deepEqual([decision.effect, decision.cause], ['deny', 'unknown']);
});

test('a permit opens a pass, in the same write', async () => {
  const { point, drafts } = world();
  const { decision } = await point.decide(request(), { passMs: HOUR_MS });
  assert.equal(decision.pass?.expiresMs, NOW_MS + HOUR_MS);
  assert.deepEqual(
    drafts.map(({ kind }) => kind),
    ['decision', 'pass'],
  );
});

test('what cannot be accounted for is not given', async () => {
  const { policies, directory, clock } = world();
  const accountant = { append: () => Promise.reject(new Error('the disk is full')) };
  const random = countingRandom();
  const point = new DecisionPoint({ policies, directory, accountant, clock, random });
  await assert.rejects(point.decide(request()), { code: 'NOT_ACCOUNTED' });
});

test('an unknown door, action or type is denied', async () => {
  const { point } = world();
  const others: Partial<DecisionRequest>[] = [
    { door: 'window' },
    { action: { name: 'fly' } },
    { subject: { type: 'ghost', id: 'ada' } },
    { resource: { type: 'user', id: 'ada' } },
  ];
  for (const other of others) {
    const { decision } = await point.decide({ ...request(), ...other });
    assert.deepEqual([decision.effect, decision.cause], ['deny', 'no-policy']);
  }
});

test('the smallest change that would turn a decision round is told', async () => {
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
