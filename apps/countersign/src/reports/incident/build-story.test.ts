import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yes } from '@countersign/core';
import { assessEviction } from '../../eviction/eviction-report.ts';
import { accountOf, findingOf, TENANT, type WorldEvent } from '../../eviction/testing/world.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { buildStory } from './build-story.ts';
import type { Story } from './story.ts';
import { phaseOfTechniques } from './story-phase.ts';

const T = Date.UTC(2026, 2, 2);
const AS_OF = { origin: 'ledger.example', size: 99, at: null };
const EVE = 'eve@northmoor.example';
const APP = 'b77cb44a-12ec-44e6-b26e-9bc936edd26b';
const CEO = 'ceo@northmoor.example';

/** Eve signs in from an address, consents to an application, which reads; and hides mail. */
const EVENTS: readonly WorldEvent[] = [
  {
    atMs: T,
    operation: 'UserLoggedIn',
    event: {
      classUid: 3002,
      actorName: EVE,
      actorType: 1,
      statusId: 1,
      ip: '203.0.113.9',
      sessionUid: '6a0f4a52-0000-4000-8000-000000000001',
    },
  },
  {
    atMs: T + 1000,
    operation: 'Consent to application.',
    event: {
      actorName: EVE,
      actorType: 1,
      targetName: 'Mail Hygiene',
      targetType: 'ServicePrincipal',
    },
    record: { ModifiedProperties: [{ Name: 'TargetId.ServicePrincipalNames', NewValue: APP }] },
  },
  {
    atMs: T + 2000,
    operation: 'MailItemsAccessed',
    event: { classUid: 6001, actorType: 4, appUid: APP, mailbox: CEO, itemCount: 40 },
  },
  {
    atMs: T + 3000,
    operation: 'New-InboxRule',
    event: { actorName: EVE, actorType: 1, object: '.' },
  },
];

async function storyOf(findings: readonly StoredFinding[], without: string[]): Promise<Story> {
  const eviction = await assessEviction({
    ...{ source: accountOf(EVENTS), asOf: AS_OF, period: { fromMs: T }, findings, seeds: [] },
    ...{ coverage: [], connected: new Set([TENANT]), unconnected: [], blind: [], without },
    nowMs: T + 3_600_000,
  });
  return buildStory({
    incident: { id: 'incident-1', shortId: '1', title: 'An account was taken over' },
    ...{ asOf: AS_OF, findings, eviction, without, coverage: yes(AS_OF, []) },
    readable: (text) => text,
  });
}

const SIGN_IN = findingOf(EVENTS, [0], { techniques: ['T1078.004'], confidence: 0.6 });

test('states who came from where, what they changed and read, each with entries', async () => {
  const { nodes, edges, readings, steps } = await storyOf([SIGN_IN], []);
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const acts = edges.map(({ from, to, kind, entries }) => {
    return [names.get(from), kind, names.get(to), entries];
  });
  assert.deepEqual(acts, [
    ['203.0.113.9', 'came from', EVE, [0]],
    [EVE, 'session', '6a0f4a52-0000-4000-8000-000000000001', [0]],
    [EVE, 'change', names.get(edges[2]?.to ?? ''), [1]],
    [names.get(edges[2]?.to ?? ''), 'read', CEO, [2]],
    [EVE, 'change', EVE, [3]],
  ]);
  assert.equal(edges[0]?.confidence, 0.6);
  assert.deepEqual(edges[0]?.findings, [SIGN_IN.uid]);
  assert.deepEqual(
    readings.map(({ place, items, entries }) => [place, items, entries]),
    [[CEO, 40, [2]]],
  );
  assert.deepEqual(
    steps.map(({ phase, kind, entries }) => [phase, kind, entries]),
    [
      ['got-in', 'finding', [0]],
      ['gained-power', 'change', [1]],
      ['hid', 'change', [3]],
    ],
  );
});

test('without its only finding, nothing is left, and the doubt said so before', async () => {
  const whole = await storyOf([SIGN_IN], []);
  const [doubt] = whole.doubts;
  assert.ok(doubt !== undefined && doubt.clears.length >= 3 && doubt.openWithout === 0);
  const { nodes, edges, readings, steps, without, footholds } = await storyOf(
    [SIGN_IN],
    [SIGN_IN.uid],
  );
  assert.deepEqual([nodes, edges, readings, steps], [[], [], [], []]);
  assert.deepEqual(
    without.map(({ finding }) => finding),
    [SIGN_IN.uid],
  );
  assert.equal(footholds.open, 0);
});

test('a finding with several techniques belongs to the latest step of an attack', () => {
  assert.equal(phaseOfTechniques(['T1078.004', 'T1110.003']), 'got-in');
  assert.equal(phaseOfTechniques(['T1078.004', 'T1098.001']), 'gained-power');
  assert.equal(phaseOfTechniques(['T1114.002', 'T1528']), 'read');
  assert.equal(phaseOfTechniques(['T1114.003', 'T1137', 'T1564.008']), 'hid');
  assert.equal(phaseOfTechniques(['T1528', 'T1550.001']), 'gained-power');
  assert.equal(phaseOfTechniques([]), 'other');
});
