import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { DecisionPoint, type DecisionRequest, SuiteDirectory } from '@countersign/policy';
import { PolicyInformationPoint } from '../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import { endPass, lapsePasses } from '../../apps/countersign/src/enforcement/passes/pass-ledger.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { rebuild } from '../../apps/countersign/src/operations/host/rebuild-store.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { catchUpProjection } from '../../apps/countersign/src/projection/catch-up.ts';
import { authorizationsOf } from '../../apps/countersign/src/reconcile/actions/authorization-source.ts';
import { CheckDetector } from '../../apps/countersign/src/reconcile/checks/check-detector.ts';
import { checkSignIns } from '../../apps/countersign/src/reconcile/checks/check-stage.ts';
import {
  Actor,
  ask,
  bring,
  idOf,
  NOW_MS,
  type SignInOptions,
  sum,
  TENANT,
  use,
  verified,
} from '../support/reconcile/sign-ins.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const root = mkdtempSync(join(tmpdir(), 'countersign-checks-'));
after(() => rmSync(root, { recursive: true, force: true }));

let next = 0;

async function withWriter(work: (writer: HostWriter, clock: ManualClock) => Promise<void>) {
  const dir = join(root, String(next++));
  const clock = new ManualClock(NOW_MS + 3 * HOUR_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  try {
    await work(writer, clock);
  } finally {
    await closeWriter(writer);
  }
}

type FindingSummary = [rule: string, who: string, entries: number[]];

async function findings(writer: HostWriter): Promise<readonly FindingSummary[]> {
  await runDetection(writer, [new CheckDetector()]);
  return ask(writer, async (store) =>
    store.findings
      .list()
      .map(({ draft: { rule, group, entries } }): FindingSummary => [rule, group, [...entries]])
      .sort(([a, b], [c, d]) => (`${a} ${b}` < `${c} ${d}` ? -1 : 1)),
  );
}

const ONE_FACTOR: SignInOptions = { n: 2, who: 'ada', factors: 1 };
const MANY: readonly SignInOptions[] = [
  { n: 1, who: 'ada' },
  ONE_FACTOR,
  { n: 3, who: 'per' },
  { n: 4, who: 'sos' },
  { n: 5, who: 'stranger' },
  { n: 6, who: 'ada', error: 50126 },
  { n: 7, who: 'ada', flow: 'nonInteractiveUser' },
  {
    n: 8,
    who: 'backup',
    flow: 'servicePrincipal',
    more: { servicePrincipalCredentialKeyId: 'key-1' },
  },
  {
    n: 9,
    who: 'backup',
    flow: 'servicePrincipal',
    more: { servicePrincipalCredentialKeyId: 'key-2' },
  },
  {
    n: 10,
    who: 'nobody',
    flow: 'servicePrincipal',
    more: { servicePrincipalCredentialKeyId: 'x' },
  },
  { n: 11, who: 'ada', more: { conditionalAccessStatus: 'notApplied' } },
  {
    n: 12,
    who: 'vendor',
    flow: 'servicePrincipal',
    more: { homeTenantId: 'f8cdef31-a31e-4b4a-93e4-5f571e91255a' },
  },
];

test('without a policy every sign-in is unverified, with that cause', async () => {
  await withWriter(async (writer) => {
    await bring(writer, MANY);
    const { decided, checked, unverified } = await verified(writer);
    assert.deepEqual([decided, checked, unverified], [0, 0, { 'no policy': MANY.length }]);
  });
});

test('checks sign-ins of every kind with the policies of their time', async () => {
  await withWriter(async (writer) => {
    await bring(writer, MANY);
    await use(writer);
    const said = await verified(writer);
    assert.equal(sum(said), MANY.length);
    assert.equal(said.decided, 0);
    assert.equal(said.checked, 10);
    assert.deepEqual(said.unverified, {
      'missing: principal.enabled': 1,
      "the vendor's own service": 1,
    });
    assert.equal(said.disagreements, 6);
    assert.deepEqual(
      (await findings(writer)).map(([rule, who]) => [rule, who]),
      [
        ['check/break-glass', 'sos'],
        ['check/open-wave', 'per'],
        ['check/second-factor', 'ada'],
        ['check/vendor-policy-applied', 'ada'],
        ['check/workload-credential', 'backup'],
        ['check/workload-registered', 'nobody'],
      ],
    );
  });
});

test('a sign-in that the policy denies is unauthorized', async () => {
  await withWriter(async (writer) => {
    await bring(writer, [{ n: 1, who: 'ada' }, ONE_FACTOR, { n: 5, who: 'stranger' }]);
    await use(writer);
    await writer.reader.refresh();
    const { reader: ledger } = writer;
    const statuses = await ask(writer, async (store) => {
      const authorizations = await authorizationsOf({ store, ledger });
      assert.deepEqual([...(await authorizations.registered()).values()], [['backup']]);
      const all: string[] = [];
      for await (const some of authorizations.statuses({})) {
        all.push(...some.map(({ status }) => status));
      }
      return all;
    });
    assert.deepEqual(statuses, ['checked', 'failed', 'unknown']);
  });
});

test('results follow from the records, not from their order', async () => {
  const said: unknown[] = [];
  for (const order of [MANY, [...MANY].reverse()]) {
    await withWriter(async (writer) => {
      await bring(writer, order.slice(0, 5));
      await use(writer);
      await bring(writer, order.slice(5));
      const { coverage: _, ...counts } = await verified(writer);
      const found = (await findings(writer)).map(([rule, who, entries]) => [
        rule,
        who,
        entries.length,
      ]);
      said.push([counts, found]);
    });
  }
  assert.deepEqual(said[1], said[0]);
});

test('a rebuild makes the same checks, in parts of any size', async () => {
  const dir = join(root, 'rebuilt');
  const clock = new ManualClock(NOW_MS + 3 * HOUR_MS);
  const writer = await openLedgerWriter({ dir, clock, random: systemRandom });
  const overHours = MANY.map((options, at) => ({ ...options, minute: at * 13 }));
  await bring(writer, overHours);
  await use(writer);
  const checksOf = async (of: HostWriter): Promise<unknown> => {
    const all = await ask(of, async (store) => [...store.access.checks()]);
    return [await verified(of), all.length, all];
  };
  const before = await checksOf(writer);
  await closeWriter(writer);
  const again = await rebuild({ dir, clock, random: systemRandom });
  await checkSignIns(again, 1);
  assert.deepEqual(await checksOf(again), before);
  await closeWriter(again);
});

const EXTERNAL = {
  authenticationMethod: 'External authentication method',
  succeeded: true,
  authenticationStepResultDetail: 'MFA completed by an external provider',
};

async function pointOf(writer: HostWriter): Promise<DecisionPoint> {
  const { decisionLog, clock, random } = writer;
  await writer.reader.refresh();
  const { information } = await PolicyInformationPoint.open(writer);
  assert.ok(information.policies !== undefined);
  const directory = new SuiteDirectory(information.directory);
  const { policies } = information;
  return new DecisionPoint({ policies, directory, decisionLog, clock, random });
}

function atEndpoint(who: string, context: object = {}): DecisionRequest {
  return {
    enforcementPoint: 'eam',
    tenant: TENANT,
    subject: { type: 'user', id: who },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: TENANT },
    context: { factor: 'phishing-resistant', address: '203.0.113.9', ...context },
  };
}

const AT_ENDPOINT_MINUTE = 3 * 60 + 1;

test('joins a sign-in to its decision by a shared request id', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    const point = await pointOf(writer);
    const { decision } = await point.decide(
      atEndpoint('ada', { requestId: idOf(5001).toUpperCase() }),
    );
    assert.equal(decision.effect, 'permit');
    await bring(writer, [
      { n: 1, who: 'ada', minute: AT_ENDPOINT_MINUTE, steps: [EXTERNAL] },
      { n: 2, who: 'ada', minute: AT_ENDPOINT_MINUTE, steps: [EXTERNAL] },
    ]);
    const said = await verified(writer);
    assert.deepEqual([said.decided, said.checked], [1, 1]);
  });
});

test('without a request id, joins by person, time, address and method', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    const point = await pointOf(writer);
    await point.decide(atEndpoint('ada@x.example'));
    const at = { minute: AT_ENDPOINT_MINUTE, steps: [EXTERNAL] };
    await bring(writer, [
      { n: 1, who: 'ada', ...at },
      { n: 2, who: 'per', ...at },
      { n: 3, who: 'ada', ...at, more: { ipAddress: '198.51.100.4' } },
      { n: 4, who: 'ada', ...at, minute: AT_ENDPOINT_MINUTE + 10 },
      { n: 5, who: 'ada', ...at, steps: [] },
      { n: 6, who: 'ada', ...at, flow: 'nonInteractiveUser' },
    ]);
    const said = await verified(writer);
    assert.deepEqual([said.decided, said.checked], [1, 5]);
    assert.deepEqual(said.flows['interactiveUser']?.decided, 1);
  });
});

test('two equally good decisions are no match', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    const point = await pointOf(writer);
    await point.decideAll([atEndpoint('ada'), atEndpoint('ada')]);
    await bring(writer, [{ n: 1, who: 'ada', minute: AT_ENDPOINT_MINUTE, steps: [EXTERNAL] }]);
    const said = await verified(writer);
    assert.deepEqual(said.unverified, { 'ambiguous: two decisions match': 1 });
  });
});

test('a sign-in after a deny is critical', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    const point = await pointOf(writer);
    const { decision } = await point.decide(atEndpoint('per', { requestId: idOf(5001) }));
    assert.equal(decision.effect, 'deny');
    await bring(writer, [{ n: 1, who: 'per', minute: AT_ENDPOINT_MINUTE }]);
    assert.deepEqual(
      (await findings(writer)).map(([rule]) => rule),
      ['check/denied-and-in', 'check/open-wave'],
    );
  });
});

test('finds a sign-in after its pass has ended', async () => {
  await withWriter(async (writer, clock) => {
    await use(writer);
    const point = await pointOf(writer);
    const { decision } = await point.decide(atEndpoint('ada'), { passMs: 8 * HOUR_MS });
    clock.advance(10 * MINUTE_MS);
    const pass = decision.pass?.id ?? '';
    await bring(writer, [{ n: 1, who: 'ada', minute: 3 * 60 + 5, flow: 'nonInteractiveUser' }]);
    await endPass(writer, { pass, by: 'per', reason: 'stolen' });
    await bring(writer, [{ n: 2, who: 'ada', minute: 3 * 60 + 20, flow: 'nonInteractiveUser' }]);
    assert.deepEqual(
      (await findings(writer)).map(([rule, who]) => [rule, who]),
      [['check/ended-pass', 'ada']],
    );
  });
});

test('records the expiry of a pass once', async () => {
  await withWriter(async (writer, clock) => {
    await use(writer);
    const point = await pointOf(writer);
    await point.decide(atEndpoint('ada'), { passMs: HOUR_MS });
    await catchUpProjection(writer);
    assert.equal(await lapsePasses(writer), 0);
    clock.advance(2 * HOUR_MS);
    assert.equal(await lapsePasses(writer), 1);
    assert.equal(writer.store.cursor, writer.ledger.size);
    assert.equal(await lapsePasses(writer), 0);
  });
});

test('erased data is in no check anymore', async () => {
  await withWriter(async (writer) => {
    await bring(writer, MANY);
    await use(writer);
    const why = { actor: Actor, reason: 'asked', case: 'c', whenNothing: 'refuse' } as const;
    await erase(writer, { selection: { names: ['per', 'per@x.example'] }, ...why });
    await checkSignIns(writer);
    const rows = await ask(writer, async (store) => [...store.access.disagreements()]);
    assert.ok(rows.length > 0);
    assert.ok(!rows.some(({ principal }) => principal === 'per'));
  });
});
