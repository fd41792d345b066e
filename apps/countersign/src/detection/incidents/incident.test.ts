import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { findingUid } from '../findings/finding-identity.ts';
import { draftOf } from '../testing/draft.ts';
import { type Incident, incidentsNamed, incidentsOf } from './incident.ts';
import type { Surroundings } from './ties.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BARE = { principals: [], sessions: [], apps: [], addresses: [], entries: [] } as const;
const LOW = { severity: 2 } as const;

const NOTHING_COMMON: Surroundings = {
  personOf: (key) => key,
  common: new Set(),
  administrators: new Set(),
};

function finding(index: number, parts: Partial<FindingDraft> = {}): StoredFinding {
  const draft = draftOf({ ...BARE, group: `g${index}`, ...parts });
  const said = { detector: 'sigma', state: 'open', because: null, revision: 0 } as const;
  return { index, uid: findingUid(draft), ...said, draft, revisions: [index], mark: undefined };
}

const eve = (index: number, more: Partial<FindingDraft> = {}): StoredFinding =>
  finding(index, { principals: ['user:eve'], ...more });

const atMs = (ms: number): Pick<FindingDraft, 'firstMs' | 'lastMs'> => {
  const { firstMs } = draftOf();
  return { firstMs: firstMs + ms, lastMs: firstMs + ms };
};

function incidents(
  findings: readonly StoredFinding[],
  surroundings: Partial<Surroundings> = {},
): Incident[] {
  return incidentsOf(findings, { ...NOTHING_COMMON, ...surroundings });
}

function grouped(
  findings: readonly StoredFinding[],
  surroundings: Partial<Surroundings> = {},
): number[][] {
  const found = incidents(findings, surroundings);
  const up = (a: number, b: number): number => a - b;
  const groups = found.map((incident) => incident.findings.map(({ index }) => index).sort(up));
  return groups.sort(([a = 0], [b = 0]) => a - b);
}

test('findings that share a person, session, app, address or entry belong together', () => {
  const ties: [string, Partial<FindingDraft>][] = [
    ['person', { principals: ['user:eve'] }],
    ['session', { sessions: ['0d5ab8c6'] }],
    ['application', { apps: ['9f8f8f2a-3a70-4a38-8f5c-6f6f2b0000e4'] }],
    ['address', { addresses: ['203.0.113.7'] }],
    ['entry', { entries: [17] }],
  ];
  for (const [kind, tie] of ties) {
    const all = [finding(1, tie), finding(2), finding(3, tie)];
    assert.deepEqual(grouped(all), [[1, 3], [2]]);
    const [one] = incidents(all).flatMap((incident) => incident.ties);
    assert.equal(one?.by.kind, kind, 'and it is told by what');
  }
});

test('commonly shared addresses and apps, those of the suite, and victims tie nothing', () => {
  const address = { addresses: ['203.0.113.7'] };
  const two = [finding(1, address), finding(2, address)];
  assert.equal(incidents(two, { common: new Set(['203.0.113.7']) }).length, 2);
  assert.equal(incidents(two).length, 1);
  const app = { apps: ['9F8F8F2A-3a70-4a38-8f5c-6f6f2b0000e4'] };
  const common = new Set(['9f8f8f2a-3a70-4a38-8f5c-6f6f2b0000e4']);
  assert.equal(incidents([finding(1, app), finding(2, app)], { common }).length, 2);
  const outlook = { apps: ['00000002-0000-0ff1-ce00-000000000000'] };
  assert.equal(incidents([finding(1, outlook), finding(2, outlook)]).length, 2);
  const many = { principals: Array.from({ length: 40 }, (_, at) => `user:p${at}`) };
  assert.equal(incidents([finding(1, many), finding(2, { principals: ['user:p7'] })]).length, 2);
});

test('an administrator who cleans up after two attacks does not tie them', () => {
  const administrators = new Set(['user:root']);
  const adam = (index: number): StoredFinding => finding(index, { principals: ['user:adam'] });
  const reset = { principals: ['user:root', 'user:adam', 'user:eve'], ...atMs(HOUR_MS) };
  for (const severity of [2, 4] as const) {
    const all = [adam(1), eve(2), finding(3, { ...reset, severity })];
    assert.equal(incidents(all, { administrators }).length, 2, `severity ${severity}`);
    assert.ok(grouped(all, { administrators }).some((group) => group.length === 2));
  }
});

test("one administrator's changes within an hour are one incident, if in no other", () => {
  const administrators = new Set(['user:root']);
  const did = (index: number, ms: number): StoredFinding =>
    finding(index, { principals: ['user:root'], ...atMs(ms) });
  const all = [did(1, 0), did(2, HOUR_MS), did(3, 9 * HOUR_MS)];
  assert.deepEqual(grouped(all, { administrators }), [[1, 2], [3]]);
});

test('findings of low severity join an incident, and never tie two', () => {
  const a = finding(1, { sessions: ['a'] });
  const b = finding(2, { sessions: ['b'] });
  const low = finding(3, { ...LOW, sessions: ['a', 'b'] });
  assert.equal(incidents([a, b, low]).length, 2);
  const work = finding(4, { ...LOW, principals: ['user:eve'], addresses: ['198.51.100.10'] });
  const common = new Set(['198.51.100.10']);
  assert.equal(incidents([eve(1), work], { common }).length, 2, 'people work on beside it');
});

test('normal work during a long attack is not part of the incident', () => {
  const { firstMs } = draftOf();
  const chain = eve(1, { firstMs, lastMs: firstMs + 20 * HOUR_MS });
  const work = (hours: number): StoredFinding =>
    eve(2, { ...LOW, addresses: ['192.0.2.44'], ...atMs(hours * HOUR_MS) });
  const groupsAt = (hours: number): number => incidents([chain, work(hours)]).length;
  assert.deepEqual([-3, -1, 1, 10, 19, 21, 23].map(groupsAt), [2, 1, 1, 2, 1, 1, 2]);
});

test('acts of the service on a mailbox are not part of the attack on its owner', () => {
  const read = finding(2, {
    ...{ ...LOW, principals: ['system:nt authority\\system', 'user:eve', 'user:root'] },
    ...atMs(HOUR_MS),
  });
  assert.equal(incidents([eve(1), read]).length, 2);
  const administrators = new Set(['user:root']);
  assert.equal(incidents([eve(1), read], { administrators }).length, 2, 'nor does it clean up');
});

test('an incident ends after a quiet time, sooner for a person than for a session', () => {
  const later = (days: number, parts: Partial<FindingDraft>): number =>
    incidents([finding(1, parts), finding(2, { ...parts, ...atMs(days * DAY_MS) })]).length;
  const [person, session] = [{ principals: ['user:eve'] }, { sessions: ['s'] }];
  assert.deepEqual([later(5, person), later(9, person)], [1, 2]);
  assert.deepEqual([later(9, session), later(20, session)], [1, 2]);
});

test('an incident joins a spray with the activity of its hit, not with other successes', () => {
  const guessed = Array.from({ length: 30 }, (_, at) => `user:p${at}`);
  const spray = finding(1, {
    ...{ rule: 'stream/password-spray', principals: guessed, entries: [7, 8, 9] },
  });
  const hit = finding(2, { rule: 'stream/spray-hit', principals: ['user:p3'], entries: [7] });
  const after = finding(3, { principals: ['user:p3'] });
  const other = finding(4, { principals: ['user:p5'], entries: [8] });
  assert.deepEqual(grouped([spray, hit, after, other]), [[1, 2, 3], [4]]);
});

test('the ties are exactly those that connect the findings, each with its shared entity', () => {
  const all = [
    finding(1, { principals: ['user:eve'], sessions: ['s'] }),
    finding(2, { sessions: ['s'], addresses: ['192.0.2.1'] }),
    finding(3, { addresses: ['192.0.2.1'] }),
  ];
  const [incident] = incidents(all);
  const uids = all.map(({ uid }) => uid);
  assert.deepEqual(incident?.ties, [
    { findings: [uids[0], uids[1]].sort(byPlace(incident)), by: { kind: 'session', id: 's' } },
    {
      findings: [uids[1], uids[2]].sort(byPlace(incident)),
      by: { kind: 'address', id: '192.0.2.1' },
    },
  ]);
});

function byPlace(incident: Incident | undefined) {
  const uids = incident?.findings.map(({ uid }) => uid) ?? [];
  return (a: string | undefined, b: string | undefined) =>
    uids.indexOf(a ?? '') - uids.indexOf(b ?? '');
}

test('the order of findings does not change the groups', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const drawn = fc.array(
    fc.record({
      principals: fc.uniqueArray(name, { maxLength: 3 }),
      sessions: fc.uniqueArray(name, { maxLength: 1 }),
      addresses: fc.uniqueArray(name, { maxLength: 1 }),
      severity: fc.constantFrom(1, 3, 4) as fc.Arbitrary<1 | 3 | 4>,
      hours: fc.integer({ min: 0, max: 600 }),
    }),
    { minLength: 1, maxLength: 14 },
  );
  const surroundings = { common: new Set(['e']), administrators: new Set(['d']) };
  fc.assert(
    fc.property(drawn, fc.infiniteStream(fc.nat()), (parts, order) => {
      const all = parts.map(({ hours, ...part }, at) =>
        finding(at, { ...part, ...atMs(hours * HOUR_MS) }),
      );
      const found = incidents(all, surroundings);
      const keys = new Map(all.map((each) => [each, order.next().value ?? 0]));
      const turned = [...all].sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
      assert.deepEqual(incidents(turned, surroundings), found);
      assert.equal(found.flatMap(({ findings }) => findings).length, all.length);
      for (const { findings, ties } of found) {
        assert.equal(ties.length, findings.length - 1);
        const uids = new Set(findings.map(({ uid }) => uid));
        for (const tie of ties) assert.ok(tie.findings.every((uid) => uids.has(uid)));
      }
    }),
    runs(200, 5000),
  );
});

test('a former id continues to name the incident of its finding', () => {
  const [a, b] = [eve(1, atMs(DAY_MS)), finding(2, { sessions: ['s'], ...atMs(2 * DAY_MS) })];
  const given = incidents([a, b]).map(({ id }) => id);
  const before = eve(3, { sessions: ['s'], ...atMs(0) });
  const [whole, ...none] = incidents([a, b, before]);
  assert.deepEqual(none, []);
  for (const id of given) {
    assert.deepEqual(incidentsNamed(whole === undefined ? [] : [whole], id), [whole]);
  }
  const gone: StoredFinding = { ...before, state: 'withdrawn' };
  const left = incidents([a, b, gone]);
  assert.equal(left.length, 2, 'what was taken back ties nothing');
  assert.equal(incidentsNamed(left, whole?.id ?? '').length, 1, 'and still names what it began');
  assert.deepEqual(incidents([gone]), []);
});
