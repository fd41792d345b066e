import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import type { StoredFinding } from '../store/sqlite/finding-table.ts';
import {
  assessEviction,
  type EvictionReport,
  type FootholdAnswer,
  type OutInput,
} from './eviction-report.ts';
import { FOOTHOLDS } from './footholds/foothold-list.ts';
import { namedSeed } from './lineage/parse-seed.ts';
import { accountOf, findingOf, TENANT, type WorldEvent } from './testing/world.ts';

const HOUR_MS = 3_600_000;
const AS_OF = { origin: 'ledger.example', size: 99, at: null };
const T = Date.UTC(2026, 2, 2);
const EVE = 'eve@northmoor.example';
const MALLORY = 'mallory@northmoor.example';
const APP = 'b77cb44a-12ec-44e6-b26e-9bc936edd26b';

function at(hours: number): number {
  return T + hours * HOUR_MS;
}

async function ask(
  events: readonly WorldEvent[],
  more: Partial<OutInput> = {},
): Promise<EvictionReport> {
  return assessEviction({
    source: accountOf(events),
    asOf: AS_OF,
    period: { fromMs: T },
    findings: [],
    seeds: [namedSeed(`user:${EVE}`, T)],
    coverage: [],
    connected: new Set([TENANT]),
    unconnected: [],
    blind: [],
    nowMs: at(1000),
    ...more,
  });
}

function of({ footholds }: EvictionReport, id: string): FootholdAnswer {
  const found = footholds.find(({ foothold }) => foothold.id === id);
  assert.ok(found, id);
  return found;
}

function openOf({ footholds }: EvictionReport): string[] {
  return footholds.filter(({ answer }) => answer.kind === 'no').map(({ foothold }) => foothold.id);
}

const ADDS_MALLORY: WorldEvent = {
  atMs: at(1),
  operation: 'Add user.',
  event: { actorName: EVE, actorType: 1, targetName: MALLORY, targetType: 'User' },
};

const MALLORY_CONSENTS: WorldEvent = {
  atMs: at(2),
  operation: 'Consent to application.',
  event: {
    actorName: MALLORY,
    actorType: 1,
    targetName: 'Mail Hygiene',
    targetType: 'ServicePrincipal',
  },
  record: { ModifiedProperties: [{ Name: 'TargetId.ServicePrincipalNames', NewValue: APP }] },
};

const APP_READS: WorldEvent = {
  atMs: at(3),
  operation: 'MailItemsAccessed',
  event: {
    classUid: 6001,
    actorType: 4,
    appUid: APP,
    mailbox: 'ceo@northmoor.example',
    itemCount: 40,
  },
};

test('there are 44 footholds, each with a number, an id and a deciding observation', () => {
  assert.deepEqual(
    FOOTHOLDS.map(({ number }) => number),
    Array.from({ length: 44 }, (_, i) => i + 1),
  );
  assert.equal(new Set(FOOTHOLDS.map(({ id }) => id)).size, 44);
  for (const { readBack, grounds, id } of FOOTHOLDS) {
    assert.ok(readBack !== '' && grounds.length > 0, id);
  }
});

test('with an empty ledger every foothold is unknown, with the reason', async () => {
  for (const { answer, foothold } of (await ask([], { seeds: [] })).footholds) {
    assert.ok(
      answer.kind === 'unknown' && answer.because.length > 0 && answer.wouldDecide.length > 0,
      foothold.id,
    );
  }
});

test('everything that intruders made and read is attributed to them', async () => {
  const report = await ask([ADDS_MALLORY, MALLORY_CONSENTS, APP_READS]);
  assert.deepEqual(openOf(report), ['consents', 'accounts', 'exposed-secrets']);
  assert.equal(report.lineage.length, 3);
  const evidence = of(report, 'exposed-secrets').answer;
  assert.ok(evidence.kind === 'no');
  assert.deepEqual(evidence.evidence, [{ origin: 'ledger.example', index: 2 }]);
  assert.match(evidence.because[0]?.text ?? '', /secret/);
  assert.deepEqual(evidence.asOf, AS_OF);
});

test('the order of records changes nothing', async () => {
  const events = [ADDS_MALLORY, MALLORY_CONSENTS, APP_READS];
  const texts = async (list: readonly WorldEvent[]): Promise<string[][]> =>
    (await ask(list)).footholds.map(({ openings }) => openings.map(({ text }) => text));
  const expected = await texts(events);
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(events, { minLength: 3 }), async (shuffled) => {
      assert.deepEqual(await texts(shuffled), expected);
    }),
    runs(6, 100),
  );
});

test('actions before the intrusion are not attributed to the intruders', async () => {
  const report = await ask([{ ...ADDS_MALLORY, atMs: at(-1) }, MALLORY_CONSENTS]);
  assert.deepEqual(openOf(report), []);
  assert.match(JSON.stringify(of(report, 'consents').answer), /others-not-approved/);
});

const REMOVED: WorldEvent = {
  atMs: at(5),
  operation: 'Delete user.',
  event: { actorName: 'admin@northmoor.example', targetName: MALLORY, targetType: 'User' },
};

test('a grant that an administrator reversed is neither open nor closed', async () => {
  const report = await ask([ADDS_MALLORY, REMOVED]);
  const { answer, openings } = of(report, 'accounts');
  assert.equal(answer.kind, 'unknown');
  assert.match(JSON.stringify(answer), /taken-back/);
  const reversal = openings[0]?.reversal;
  assert.ok(reversal?.kind === 'closed');
  assert.equal(reversal.entry, 1);
});

test('what the intruders take back themselves stays open', async () => {
  const byEve = { ...REMOVED, event: { ...REMOVED.event, actorName: EVE } };
  assert.deepEqual(openOf(await ask([ADDS_MALLORY, byEve])), ['accounts']);
});

test('a failed change opened nothing', async () => {
  const failed = { ...ADDS_MALLORY, event: { ...ADDS_MALLORY.event, statusId: 2 } };
  assert.deepEqual(openOf(await ask([failed])), []);
});

test('an address with many users taints no party, one with few does', async () => {
  // Its records are missing: it names an address and no principal.
  const named = (ip: string): StoredFinding =>
    findingOf([], [], { firstMs: T, lastMs: T, addresses: [ip] });
  const from = (ip: string): WorldEvent => ({
    ...ADDS_MALLORY,
    event: { ...ADDS_MALLORY.event, ip },
  });
  const crowd = ['a', 'b', 'c', 'd'].map(
    (name): WorldEvent => ({
      atMs: at(0),
      operation: 'UserLoggedIn',
      event: { classUid: 3002, actorName: `${name}@northmoor.example`, ip: '203.0.113.9' },
    }),
  );
  const ask2 = (ip: string): Promise<EvictionReport> =>
    ask([from(ip), ...crowd], { seeds: [], findings: [named(ip)] });
  assert.deepEqual(openOf(await ask2('198.51.100.7')), ['accounts']);
  assert.deepEqual(openOf(await ask2('203.0.113.9')), []);
});

test('the credentials of an application from another tenant are unknown', async () => {
  const home = 'a7c4e9d2-5b18-4f3a-8e60-d2f1b3c59a74';
  const signIn: WorldEvent = {
    atMs: at(1),
    operation: 'Sign-in activity',
    event: { classUid: 3002, actorType: 4, actorName: 'legacy', appUid: APP, appName: 'Legacy' },
    record: { properties: { appOwnerTenantId: home } },
  };
  const seeds = [namedSeed(`app:${APP}`, T)];
  const text = JSON.stringify(of(await ask([signIn], { seeds }), 'foreign-applications').answer);
  assert.match(text, /"kind":"unknown".*home-not-connected.*is not connected/);
  const connected = new Set([TENANT, home]);
  const here = of(await ask([signIn], { seeds, connected }), 'foreign-applications').answer;
  assert.match(JSON.stringify(here), /"kind":"unknown".*home-not-read/);
});

test('an owned but unconnected tenant is a reason in every answer', async () => {
  const { footholds } = await ask([], { unconnected: ['Northmoor Test'] });
  for (const { answer } of footholds) assert.match(JSON.stringify(answer), /tenant-not-connected/);
});

test('only incomplete coverage adds a reason', async () => {
  const fact = (state: CoverageRow['state']): CoverageRow => ({
    ...{ index: 0, tenant: TENANT, source: 'graph/directoryAudits', workload: null, subject: null },
    ...{ fromMs: T, toMs: null, state, bound: null, because: 'the reason' },
  });
  const codes = async (state: CoverageRow['state']): Promise<string> =>
    JSON.stringify(of(await ask([], { coverage: [fact(state)] }), 'domains').answer);
  assert.match(await codes('lost'), /coverage-lost/);
  assert.doesNotMatch(await codes('collected'), /coverage-/);
});

const TOKEN: WorldEvent = {
  atMs: at(1),
  operation: 'UserLoggedIn',
  event: { classUid: 3002, actorName: EVE, actorType: 1, sessionUid: 's1' },
};

test('a session stays open until another person revokes it', async () => {
  const revoked: WorldEvent = {
    atMs: at(2),
    operation: 'Update StsRefreshTokenValidFrom Timestamp.',
    event: { actorName: 'admin@northmoor.example', targetName: EVE, targetType: 'User' },
  };
  assert.ok(openOf(await ask([TOKEN])).includes('sessions'));
  assert.ok(!openOf(await ask([TOKEN, revoked])).includes('sessions'));
  const later = { ...TOKEN, atMs: at(3) };
  assert.ok(openOf(await ask([TOKEN, revoked, later])).includes('sessions'));
});

test('a token may live for 28 hours after its last use', async () => {
  assert.ok(openOf(await ask([TOKEN], { nowMs: at(28) })).includes('access-tokens'));
  const after = of(await ask([TOKEN], { nowMs: at(29) }), 'access-tokens').answer;
  assert.match(JSON.stringify(after), /tokens-expired/);
});

test('without a finding, the answer is the one that its doubt announced', async () => {
  const events = [ADDS_MALLORY, MALLORY_CONSENTS, APP_READS];
  const finding = findingOf(events, [0], {});
  const whole = await ask(events, { seeds: [], findings: [finding] });
  assert.ok(openOf(whole).length > 0);
  const [doubt] = whole.doubts;
  const without = await ask(events, { seeds: [], findings: [finding], without: [finding.uid] });
  assert.deepEqual(openOf(without), []);
  assert.ok(doubt !== undefined && [...doubt.openCounts.values()].every((count) => count === 0));
  assert.deepEqual(without.lineage, []);
  assert.deepEqual(without.doubts, [], 'a finding that counts as false raises no doubt');
});
