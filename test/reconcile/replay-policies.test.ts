import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger';
import { DecisionPoint, PolicySet, readPolicyFolder } from '@countersign/policy';
import type { Detector } from '../../apps/countersign/src/detection/runner/detector.ts';
import { PolicyInformationPoint } from '../../apps/countersign/src/enforcement/decisions/policy-information-point.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import type { HostWriter } from '../../apps/countersign/src/operations/host/open-writer.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { runDetection } from '../../apps/countersign/src/operations/host/run-detection.ts';
import { catchUpProjection } from '../../apps/countersign/src/projection/catch-up.ts';
import { replay } from '../../apps/countersign/src/reconcile/checks/replay-policies.ts';
import type { Replay } from '../../apps/countersign/src/reconcile/checks/replay-tally.ts';
import type { FindingDraft } from '../../apps/countersign/src/store/rows/finding.ts';
import { Actor, ask, bring, idOf, NOW_MS, TENANT, use } from '../support/reconcile/sign-ins.ts';

const HOUR_MS = 3_600_000;
const root = mkdtempSync(join(tmpdir(), 'countersign-replay-'));
after(() => rmSync(root, { recursive: true, force: true }));

const FOLDER = join(import.meta.dirname, '../../content/policies');
const { source } = readPolicyFolder(FOLDER);
const PASSKEYS = `@id("passkeys") @sentence("Everybody proves a passkey.")
@enforcement_points("eam check")
forbid (principal is Person, action == Action::"signIn", resource is Suite)
unless { context.factor == "phishing-resistant" };`;
const passkeys = { file: 'passkeys.cedar', text: PASSKEYS };
const stricter = PolicySet.parse({ ...source, policies: [...source.policies, passkeys] });

let next = 0;

async function withWriter(work: (writer: HostWriter, clock: ManualClock) => Promise<void>) {
  const clock = new ManualClock(NOW_MS + 3 * HOUR_MS);
  const writer = await openLedgerWriter({
    dir: join(root, String(next++)),
    clock,
    random: systemRandom,
  });
  try {
    await work(writer, clock);
  } finally {
    await closeWriter(writer);
  }
}

async function replayed(writer: HostWriter, policies = stricter): Promise<Replay> {
  await catchUpProjection(writer);
  await writer.ledger.publish();
  const ledger = await LedgerReader.open(writer.dir);
  try {
    const all = { tenant: undefined, fromMs: undefined, toMs: undefined };
    return await ask(writer, (store) => replay({ store, ledger }, { policies, ...all }));
  } finally {
    ledger.close();
  }
}

async function decide(writer: HostWriter, who: string, more: object = {}) {
  const { decisionLog, clock, random } = writer;
  await writer.reader.refresh();
  const { information } = await PolicyInformationPoint.open(writer);
  const { policies } = information;
  assert.ok(policies !== undefined);
  const directory = information.suite(clock);
  const point = new DecisionPoint({ policies, directory, decisionLog, clock, random });
  const { decision } = await point.decide({
    ...{ enforcementPoint: 'eam', tenant: TENANT, subject: { type: 'user', id: who } },
    ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
    context: { factor: 'multi', address: '203.0.113.9', ...more },
  });
  return decision;
}

function finding(entries: readonly number[], sessions: readonly string[]): FindingDraft {
  return {
    ...{ rule: 'test/theft', version: 1, tenant: TENANT, group: 'ada', windowMs: NOW_MS },
    ...{ title: 'A token was stolen', message: 'm', next: 'n', severity: 4, techniques: [] },
    ...{ firstMs: NOW_MS, lastMs: NOW_MS, principals: ['ada'], apps: [], addresses: [] },
    ...{ entries, sessions, confidence: null },
  };
}

test('known attacks would have been stopped, not stopped, or it is unknown', async () => {
  await withWriter(async (writer) => {
    await bring(writer, [
      { n: 1, who: 'ada', more: { sessionId: 's1' } },
      { n: 2, who: 'ada', flow: 'nonInteractiveUser', more: { sessionId: 's1' } },
      { n: 3, who: 'stranger', more: { sessionId: 's2' } },
      { n: 4, who: 'sos', factors: 1, more: { sessionId: 's3' } },
      { n: 5, who: 'ada', error: 50126, more: { sessionId: 's1' } },
    ]);
    await use(writer);
    const drafts = ['s1', 's2', 's3', 's4'].map((session, at) => ({
      ...finding([], [session]),
      group: String(at),
    }));
    const policyFinding = { ...finding([], ['s1']), rule: 'check/second-factor' };
    const detector: Detector = {
      ...{ name: 'test', hears: 'events', profiles: [] },
      async *detect() {
        yield { drafts: [...drafts, policyFinding], covers: [] };
      },
    };
    await runDetection(writer, [detector]);
    const attackNames = ({ attacks }: Replay) =>
      attacks
        .map(({ signIns, stopped, answer }) => `${stopped} of ${signIns} stopped: ${answer}`)
        .sort((a, b) => (a < b ? -1 : 1));
    const strict = await replayed(writer);
    assert.equal(strict.lose, 3);
    assert.deepEqual(strict.cannotTell, { 'missing: principal.enabled': 1 });
    assert.deepEqual(attackNames(strict), [
      '1 of 1 stopped: yes',
      '1 of 1 stopped: yes',
      '2 of 2 stopped: yes',
    ]);
    const same = await replayed(writer, PolicySet.parse(source));
    assert.equal(same.lose, 0);
    assert.deepEqual(attackNames(same), [
      '0 of 1 stopped: no',
      '0 of 1 stopped: unknown',
      '0 of 2 stopped: no',
    ]);
  });
});

test('a person denied by a former policy would gain access', async () => {
  await withWriter(async (writer) => {
    await bring(writer, [
      { n: 1, who: 'ada' },
      { n: 2, who: 'per' },
      { n: 3, who: 'per', flow: 'nonInteractiveUser' },
    ]);
    await use(writer);
    const [people, ...others] = source.policies.toSorted((a) =>
      a.file.endsWith('people.cedar') ? -1 : 1,
    );
    assert.ok(people !== undefined);
    const text = people.text.replace(/@id\("open-wave"\)[\s\S]*?;\n/, '');
    const open = PolicySet.parse({ ...source, policies: [{ ...people, text }, ...others] });
    const { same, lose, gain, gaining } = await replayed(writer, open);
    assert.deepEqual([same, lose, gain], [1, 0, 2]);
    assert.deepEqual(
      gaining.map(({ principal, flow, policies }) => [principal, flow, policies]),
      [
        ['per@x.example', 'interactiveUser', ['open-wave']],
        ['per@x.example', 'nonInteractiveUser', ['open-wave']],
      ],
    );
  });
});

test('a sign-in with a decision is replayed once, as the request of that decision', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    const decision = await decide(writer, 'ada', { requestId: idOf(5001) });
    assert.equal(decision.effect, 'permit');
    const external = {
      authenticationMethod: 'External authentication method',
      succeeded: true,
      authenticationStepResultDetail: 'MFA completed by an external provider',
    };
    await bring(writer, [{ n: 1, who: 'ada', minute: 3 * 60 + 1, steps: [external] }]);
    await use(writer);
    const { replayed: count, lose, losing } = await replayed(writer);
    assert.deepEqual([count, lose], [1, 1]);
    assert.equal(losing[0]?.enforcementPoint, 'eam');
    assert.equal(losing[0]?.entries.length, 1);
  });
});

test('a decision about an unknown person cannot be replayed', async () => {
  await withWriter(async (writer) => {
    await use(writer);
    await decide(writer, 'stranger');
    await decide(writer, 'per');
    const why = { actor: Actor, reason: 'asked', case: 'c', whenNothing: 'refuse' } as const;
    await erase(writer, { selection: { names: ['per'] }, ...why });
    const { replayed: count, same, cannotTell } = await replayed(writer);
    // Erased data no longer exists.
    assert.deepEqual([count, same], [1, 0]);
    assert.deepEqual(cannotTell, { 'missing: principal.enabled': 1 });
  });
});
