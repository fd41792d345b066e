import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import type { KeptFinding } from '../../books/index.ts';
import type { FindingDraft } from '../../core/index.ts';
import { draftOf } from '../testing/draft.ts';
import { findingUid } from './identity.ts';
import { type Incident, incidentNamed, incidentsOf } from './incidents.ts';

const DAY_MS = 86_400_000;
const BARE = { principals: [], sessions: [], apps: [], addresses: [] } as const;

function finding(index: number, parts: Partial<FindingDraft> = {}): KeptFinding {
  const draft = draftOf({ ...BARE, group: `g${index}`, ...parts });
  const said = { judge: 'sigma', state: 'open', because: null, revision: 0 } as const;
  return { index, uid: findingUid(draft), ...said, draft, revisions: [index], mark: undefined };
}

const eve = (index: number, more: Partial<FindingDraft> = {}): KeptFinding =>
  finding(index, { principals: ['user:eve'], ...more });

function incidents(
  findings: readonly KeptFinding[],
  sharers: ReadonlyMap<string, number> = new Map(),
): Incident[] {
  const history = [...findings].sort((a, b) => a.index - b.index);
  return incidentsOf({ history, current: findings, sharers });
}

function grouped(findings: readonly KeptFinding[]): number[][] {
  return incidents(findings).map((incident) => incident.findings.map(({ index }) => index));
}

test('findings that share a person, a session, an app or an address belong together', () => {
  const app = '9f8f8f2a-3a70-4a38-8f5c-6f6f2b0000e4';
  const ties: Partial<FindingDraft>[] = [
    { principals: ['user:eve'] },
    { sessions: ['0d5ab8c6'] },
    { apps: [app] },
    { addresses: ['203.0.113.7'] },
  ];
  for (const tie of ties) {
    assert.deepEqual(grouped([finding(1, tie), finding(2), finding(3, tie)]), [[1, 3], [2]]);
  }
});

test('what everybody has ties nobody: a shared address, an app of the suite, victims', () => {
  const address = { addresses: ['203.0.113.7'] };
  const two = [finding(1, address), finding(2, address)];
  assert.equal(incidents(two, new Map([['203.0.113.7', 900]])).length, 2);
  assert.equal(incidents(two, new Map([['203.0.113.7', 1]])).length, 1);
  const outlook = { apps: ['00000002-0000-0ff1-ce00-000000000000'] };
  assert.equal(incidents([finding(1, outlook), finding(2, outlook)]).length, 2);
  const many = { principals: Array.from({ length: 40 }, (_, at) => `user:p${at}`) };
  assert.equal(incidents([finding(1, many), finding(2, { principals: ['user:p7'] })]).length, 2);
});

test('an incident ends: months later the same person is in another', () => {
  const first = eve(1);
  const { firstMs, lastMs } = first.draft;
  const later = eve(2, { firstMs: firstMs + 90 * DAY_MS, lastMs: lastMs + 90 * DAY_MS });
  assert.deepEqual(grouped([first, later]), [[1], [2]]);
});

test('a finding that ties two incidents is seen to do so, and both ids still name it', () => {
  const two = [eve(1), finding(2, { sessions: ['s'] })];
  const [a, b] = incidents(two);
  const bridge = eve(3, { sessions: ['s'] });
  const [whole, ...none] = incidents([...two, bridge]);
  assert.deepEqual(none, []);
  assert.equal(whole?.id, a?.id);
  assert.deepEqual(whole?.merged, [{ id: b?.id, by: bridge.uid, entry: 3 }]);
  for (const id of [a?.id ?? '', b?.id ?? '', bridge.uid]) {
    assert.equal(incidentNamed(whole === undefined ? [] : [whole], id)?.id, a?.id);
  }
});

test('ids are stable: whatever joins, an id that was given names the same findings', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const drawn = fc.array(
    fc.record({
      principals: fc.uniqueArray(name, { maxLength: 2 }),
      sessions: fc.uniqueArray(name, { maxLength: 1 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(drawn, fc.nat(), (parts, seed) => {
      const all = parts.map((part, at) => finding(at, part));
      const before = incidents(all.slice(0, -1));
      const after = incidents(all);
      for (const { id, findings } of before) {
        const now = incidentNamed(after, id);
        for (const { uid } of findings) assert.ok(now?.findings.some((each) => each.uid === uid));
      }
      // The order in which they are given means nothing.
      const turned = [...all].sort(
        (a, b) => ((a.index * 7 + seed) % 5) - ((b.index * 7 + seed) % 5),
      );
      assert.deepEqual(incidents(turned), after);
      assert.equal(after.flatMap(({ findings }) => findings).length, all.length);
    }),
    runs(200, 5000),
  );
});

test('a revision ties as well, and what is taken back keeps its incident its name', () => {
  const [a, b] = [eve(1), finding(2, { sessions: ['s'] })];
  const [first, second] = incidents([a, b]);
  const revised = { ...a, index: 3, draft: { ...a.draft, sessions: ['s'] }, revisions: [1, 3] };
  const history = [a, b, revised];
  const [whole, ...none] = incidentsOf({ history, current: [revised, b] });
  assert.deepEqual(none, []);
  assert.deepEqual(whole?.merged, [{ id: second?.id, by: a.uid, entry: 3 }]);
  const withdrawn = { ...revised, index: 4, state: 'withdrawn' } as const;
  const [left] = incidentsOf({ history: [...history, withdrawn], current: [b] });
  assert.deepEqual([left?.id, left?.findings.length], [first?.id, 1]);
  assert.deepEqual(incidentsOf({ history: [a], current: [] }), []);
});
