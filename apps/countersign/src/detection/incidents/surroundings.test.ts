import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import {
  person,
  type SceneEvent,
  START_MS,
  signIn,
  TENANT,
  withStore,
} from '../detectors/testing/scene.ts';
import { findingUid } from '../findings/finding-identity.ts';
import { draftOf } from '../testing/draft.ts';
import { surroundingsOf } from './surroundings.ts';

const DAY_MS = 86_400_000;
const [HOME, ELSEWHERE, HOST] = ['192.0.2.44', '192.0.2.45', '198.51.100.7'] as const;
const BARE = { principals: [], sessions: [], apps: [], addresses: [], entries: [] } as const;

function finding(index: number, day: number, parts: Partial<FindingDraft>): StoredFinding {
  const atMs = START_MS + day * DAY_MS;
  const times = { firstMs: atMs, lastMs: atMs };
  const draft = draftOf({ ...BARE, ...times, tenant: TENANT, group: `g${index}`, ...parts });
  const said = { detector: 'stream', state: 'open', because: null, revision: 0 } as const;
  return { index, uid: findingUid(draft), ...said, draft, revisions: [index], mark: undefined };
}

const who = (n: number): string => `user:${person(n).actorUid}`;

const letIn = (n: number, ip: string, minute: number, day = 0): SceneEvent =>
  signIn({ ...person(n), day, minute, ip });
const refused = (n: number, ip: string, minute: number): SceneEvent => ({
  ...letIn(n, ip, minute),
  statusId: 2,
});

async function commonOf(
  events: readonly SceneEvent[],
  findings: readonly StoredFinding[],
): Promise<string[]> {
  const { common } = await withStore(events, (store) => surroundingsOf(store, findings));
  return [...common].sort();
}

test('a campaign does not claim the address of a person who mistypes at home', async () => {
  const campaign = finding(1, 0, {
    rule: 'stream/password-spray',
    addresses: [HOME, ELSEWHERE, HOST],
  });
  const events = [
    ...[letIn(1, HOME, 480), refused(1, HOME, 560), letIn(1, HOME, 561)],
    // One address per guess: first refused, then successful.
    ...[refused(2, ELSEWHERE, 570), letIn(2, ELSEWHERE, 580)],
    ...[letIn(3, HOST, 550), refused(4, HOST, 560), refused(5, HOST, 565)],
  ];
  assert.deepEqual(await commonOf(events, [campaign]), [HOME]);
  const taken = finding(2, 0, { principals: [who(1)], addresses: [HOME] });
  assert.deepEqual(await commonOf(events, [campaign, taken]), [], 'another finding names it');
});

test('people are at home where they worked before a campaign hit them', async () => {
  const events = [letIn(1, HOME, 480, 1), letIn(1, HOME, 480, 4), letIn(1, HOST, 500, 4)];
  const atHome = finding(1, 4, { severity: 1, principals: [who(1)], addresses: [HOME] });
  const hit = finding(2, 4, {
    ...{ rule: 'stream/spray-hit', principals: [who(1)], addresses: [HOST] },
  });
  const campaign = finding(3, 0, {
    ...{ rule: 'stream/password-spray', principals: [who(1)], addresses: [HOST] },
    lastMs: START_MS + 5 * DAY_MS,
  });
  assert.deepEqual(await commonOf(events, [atHome, hit, campaign]), [HOME]);
});
