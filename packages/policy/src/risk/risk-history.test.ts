import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, tenantId } from '@countersign/core';
import { DirectoryStore } from '../directory/directory-store.ts';
import { SuiteDirectory } from '../information/suite-directory.ts';
import { RISK_LASTS_MS, RISK_PEOPLE_MAX } from '../limits.ts';
import { RiskChanges } from './risk-changes.ts';
import { RiskHistory } from './risk-history.ts';
import type { RaisedRisk } from './risk-level.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

function world(written?: string) {
  const clock = new ManualClock(NOW_MS);
  const risks = new RiskHistory();
  const store = new DirectoryStore();
  const row = store.tenant(TENANT).put('Person', 'ada', ['ada@x.example']);
  const origin = { source: 'file:people.yaml', seenMs: NOW_MS };
  if (written !== undefined) store.tenant(TENANT).set('Person', row, 'risk', written, origin);
  const directory = new SuiteDirectory(store, risks.now(clock));
  const risk = (who = 'ada') => directory.find(TENANT, 'Person', who)?.attribute('risk');
  const resolve = (): void => risks.resolve((_, name) => store.find(TENANT, 'Person', name)?.id);
  const changes = new RiskChanges(risks, store);
  const looked = () =>
    changes.poll(clock.now()).map(({ change }) => {
      assert.ok(change.kind === 'attribute');
      return `${change.id}: ${change.before} to ${change.after}`;
    });
  const changed = () => {
    resolve();
    return looked();
  };
  return { clock, risks, store, risk, resolve, changes, looked, changed };
}

function raised(more: Partial<RaisedRisk> = {}): RaisedRisk {
  const rule = 'stream/spray-hit';
  const about = { principals: ['ada'], state: 'open', lastMs: NOW_MS - HOUR_MS } as const;
  return { tenant: TENANT, uid: 'f1', rule, severity: 4, ...about, ...more };
}

test('is unknown while no detector runs, and none afterwards', () => {
  const { risks, risk } = world();
  assert.equal(risk(), undefined);
  risks.setDetectionTime(NOW_MS - HOUR_MS);
  assert.deepEqual(risk(), { value: 'none', source: 'findings', seenMs: NOW_MS - HOUR_MS });
});

for (const [severity, level] of [
  [5, 'high'],
  [4, 'high'],
  [3, 'medium'],
  [2, 'low'],
  [1, 'none'],
] as const) {
  test(`a finding of severity ${severity} makes the risk ${level}`, () => {
    const { risks, risk } = world();
    risks.setDetectionTime(NOW_MS);
    risks.raise(raised({ severity }), NOW_MS);
    assert.equal(risk()?.value, level);
  });
}

test('below high, it lasts exactly a week from its report', () => {
  const { risks, risk, clock } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ severity: 3 }), NOW_MS + 1);
  assert.equal(risk()?.value, 'none');
  clock.advance(1);
  assert.equal(risk()?.value, 'medium');
  clock.advance(RISK_LASTS_MS - 1);
  assert.equal(risk()?.value, 'medium');
  clock.advance(1);
  assert.equal(risk()?.value, 'none');
});

test('a repeated finding lasts longer; a retracted one ends, and still counts for before', () => {
  const { risks, risk, clock } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ severity: 2 }), NOW_MS);
  clock.advance(RISK_LASTS_MS - 1);
  risks.raise(raised({ severity: 3 }), clock.now());
  clock.advance(HOUR_MS);
  assert.equal(risk()?.value, 'medium');
  risks.raise(raised({ state: 'withdrawn' }), clock.now());
  assert.equal(risk()?.value, 'none');
  assert.equal(risks.at(clock.now() - 1).risk(TENANT, ['ada'])?.value, 'medium');
  assert.equal(risks.at(NOW_MS).risk(TENANT, ['ada'])?.value, 'low');
});

test('high risk lasts until a person ends it, and names the finding', () => {
  const { risks, risk, clock } = world();
  risks.raise(raised(), NOW_MS);
  clock.advance(100 * RISK_LASTS_MS);
  assert.deepEqual(risk(), { value: 'high', source: 'finding:f1', seenMs: clock.now() });
  risks.settle({ uid: 'f1', state: 'resolved', untilMs: null, atMs: clock.now() });
  // No detector has looked for others.
  assert.equal(risk(), undefined);
});

test('a suppressed finding stays suppressed until the stated day', () => {
  const { risks, risk, clock } = world();
  const suppress = (untilMs: number | null): void =>
    risks.settle({ uid: 'f1', state: 'suppressed', untilMs, atMs: clock.now() });
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised(), NOW_MS);
  suppress(null);
  assert.equal(risk()?.value, 'none');
  risks.raise(raised({ severity: 5, lastMs: NOW_MS + 1 }), NOW_MS + 1);
  assert.equal(risk()?.value, 'none');
  suppress(NOW_MS + HOUR_MS);
  assert.equal(risk()?.value, 'none');
  clock.advance(HOUR_MS);
  assert.equal(risk()?.value, 'high');
  suppress(null);
  risks.settle({ uid: 'f1', state: 'open', untilMs: null, atMs: clock.now() });
  assert.equal(risk()?.value, 'high');
  risks.settle({ uid: 'unheard of', state: 'open', untilMs: null, atMs: clock.now() });
});

test('a resolved finding counts again when it recurs, not when it is repeated', () => {
  const { risks, risk, clock } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised(), NOW_MS);
  risks.settle({ uid: 'f1', state: 'resolved', untilMs: null, atMs: NOW_MS });
  risks.raise(raised({ severity: 5, lastMs: NOW_MS }), NOW_MS);
  assert.equal(risk()?.value, 'none');
  clock.advance(HOUR_MS);
  risks.raise(raised({ lastMs: NOW_MS + 1 }), clock.now());
  assert.equal(risk()?.value, 'high');
});

test('ignores findings about an enforcement point, a sign-in or a crowd', () => {
  const { risks, risk } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ rule: 'check/second-factor', severity: 5 }), NOW_MS);
  risks.raise(raised({ uid: 'f2', rule: 'enforcement/break-glass', severity: 5 }), NOW_MS);
  const crowd = ['ada', ...Array.from({ length: RISK_PEOPLE_MAX }, (_, at) => `p${at}`)];
  risks.raise(raised({ uid: 'f3', principals: crowd }), NOW_MS);
  assert.equal(risk()?.value, 'none');
  risks.raise(raised({ uid: 'f4', principals: crowd.slice(0, RISK_PEOPLE_MAX) }), NOW_MS);
  assert.equal(risk()?.value, 'high');
});

for (const rule of ['check/denied-and-in', 'check/ended-pass']) {
  test(`${rule} is about the person`, () => {
    const { risks, risk } = world();
    risks.raise(raised({ rule }), NOW_MS);
    assert.equal(risk()?.value, 'high');
  });
}

test('a person that a later revision no longer names was at risk until then', () => {
  const { risks, risk, clock } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ principals: ['ada', 'ben'] }), NOW_MS);
  clock.advance(HOUR_MS);
  risks.raise(raised({ principals: ['ben'] }), clock.now());
  assert.equal(risk()?.value, 'none');
  assert.equal(risk('ada@x.example')?.value, 'none');
  assert.equal(risks.at(NOW_MS).risk(TENANT, ['ada'])?.value, 'high');
});

test('a finding may use another name of the person than the query', () => {
  const { risks, risk, resolve } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ principals: ['user:Ada@x.example'] }), NOW_MS);
  resolve();
  assert.equal(risk('ada')?.value, 'high');
  assert.equal(risk('ada@x.example')?.value, 'high');
  // By the id in one and by the name in another: the worse counts, and the other remains if one
  // ends.
  risks.raise(raised({ uid: 'f2', principals: ['ada'] }), NOW_MS);
  risks.raise(raised({ uid: 'f2', principals: ['ada'], state: 'withdrawn' }), NOW_MS);
  resolve();
  assert.equal(risk('ada')?.value, 'high');
});

test('the worst of several findings counts, in any order, and is named', () => {
  const { risks, risk } = world();
  risks.setDetectionTime(NOW_MS);
  for (const [uid, severity] of [
    ['low', 2],
    ['medium', 3],
    ['also', 3],
    ['lower', 2],
  ] as const) {
    risks.raise(raised({ uid, severity }), NOW_MS);
  }
  assert.deepEqual(risk(), { value: 'medium', source: 'finding:medium', seenMs: NOW_MS });
});

test('a name that no longer identifies a person raises no one', () => {
  const { risks, risk } = world();
  risks.setDetectionTime(NOW_MS);
  risks.raise(raised({ principals: ['old@x.example'] }), NOW_MS);
  const found = () => [...risks.people(NOW_MS)].map(({ id, found: level }) => [id, level]);
  risks.resolve(() => 'ada');
  assert.deepEqual([found(), risk()?.value], [[['ada', 'high']], 'high']);
  risks.resolve(() => 'eve');
  assert.deepEqual([found(), risk()?.value], [[['eve', 'high']], 'none']);
  risks.resolve(() => undefined);
  assert.deepEqual(found(), []);
});

test('knows when the next risk begins or fades by itself', () => {
  const { risks } = world();
  const never = Number.POSITIVE_INFINITY;
  assert.equal(risks.turnAfter(0), never);
  risks.raise(raised(), NOW_MS);
  assert.equal(risks.turnAfter(NOW_MS), never);
  risks.raise(raised({ uid: 'f2', severity: 3 }), NOW_MS);
  risks.raise(raised({ uid: 'f3', severity: 2 }), NOW_MS + HOUR_MS);
  const turns: number[] = [];
  for (let at = 0; at < never; at = risks.turnAfter(at)) turns.push(at);
  assert.deepEqual(turns.slice(1), [
    ...[NOW_MS, NOW_MS + HOUR_MS],
    ...[NOW_MS + RISK_LASTS_MS, NOW_MS + HOUR_MS + RISK_LASTS_MS],
  ]);
});

test('a finding of another tenant, or about another person, raises no one', () => {
  const { risks, risk } = world();
  risks.setDetectionTime(NOW_MS);
  const other = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
  risks.raise(raised({ tenant: other }), NOW_MS);
  risks.raise(raised({ uid: 'f2', principals: ['per'] }), NOW_MS);
  assert.equal(risk()?.value, 'none');
});

test("the worse of the company's statement and the findings counts", () => {
  for (const [written, severity, level] of [
    ['none', 4, 'high'],
    ['high', 1, 'high'],
    ['medium', 2, 'medium'],
    ['low', 3, 'medium'],
  ] as const) {
    const { risks, risk } = world(written);
    assert.equal(risk()?.value, written);
    risks.setDetectionTime(NOW_MS);
    risks.raise(raised({ severity }), NOW_MS);
    assert.equal(risk()?.value, level);
  }
});

test('at the same risk the younger statement counts', () => {
  const { risks, risk } = world('none');
  risks.setDetectionTime(NOW_MS + HOUR_MS);
  assert.equal(risk()?.source, 'findings');
  risks.setDetectionTime(NOW_MS - HOUR_MS);
  assert.equal(risk()?.source, 'file:people.yaml');
});

test('reports each change of a person once, including changes by time alone', () => {
  const { risks, clock, changed } = world('low');
  const named = ['user:Ada@x.example', 'unknown person'];
  risks.raise(raised({ severity: 2, principals: named }), NOW_MS);
  assert.deepEqual(changed(), []);
  risks.raise(raised({ severity: 3, principals: named }), NOW_MS);
  assert.deepEqual([changed(), changed()], [['ada: low to medium'], []]);
  clock.advance(RISK_LASTS_MS);
  assert.deepEqual([changed(), changed()], [['ada: medium to low'], []]);
  risks.raise(raised({ uid: 'f2' }), clock.now());
  assert.deepEqual(changed(), ['ada: low to high']);
  risks.raise(raised({ uid: 'f3', principals: named }), clock.now());
  risks.raise(raised({ uid: 'f2', state: 'withdrawn' }), clock.now());
  assert.deepEqual(changed(), []);
  const untilMs = clock.now() + HOUR_MS;
  risks.settle({ uid: 'f3', state: 'suppressed', untilMs, atMs: clock.now() });
  assert.deepEqual(changed(), ['ada: high to low']);
  clock.advance(HOUR_MS);
  assert.deepEqual(changed(), ['ada: low to high']);
});

test('reports a change by time alone at its moment, without new findings', () => {
  const { risks, clock, resolve, looked } = world();
  risks.raise(raised({ severity: 3 }), NOW_MS);
  risks.raise(raised({ uid: 'f2', severity: 2 }), NOW_MS + HOUR_MS);
  resolve();
  assert.deepEqual(looked(), ['ada: none to medium']);
  clock.advance(RISK_LASTS_MS - 1);
  assert.deepEqual(looked(), []);
  clock.advance(1);
  assert.deepEqual(looked(), ['ada: medium to low']);
  clock.advance(HOUR_MS);
  assert.deepEqual([looked(), looked()], [['ada: low to none'], []]);
  // A clock that is set back shows the state of that time.
  clock.step(-1);
  assert.deepEqual(looked(), ['ada: none to low']);
});

test('each of several people has their own change, in the tenant of the finding', () => {
  const { risks, clock, store, resolve, changes } = world();
  const other = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
  store.tenant(TENANT).put('Person', 'ben');
  store.tenant(other).put('Person', 'ada');
  risks.raise(raised({ principals: ['ada', 'ben'] }), NOW_MS);
  risks.raise(raised({ uid: 'f2', severity: 3, tenant: other }), NOW_MS);
  risks.resolve((tenant, name) => store.find(tenant, 'Person', name)?.id);
  const changeRows = changes.poll(clock.now()).map(({ tenant, change }) => {
    assert.ok(change.kind === 'attribute');
    return [tenant, change.id, change.after];
  });
  assert.deepEqual(changeRows, [
    [TENANT, 'ada', 'high'],
    [TENANT, 'ben', 'high'],
    [other, 'ada', 'medium'],
  ]);
  resolve();
  assert.deepEqual(changes.poll(clock.now()), []);
});

test('a high risk in the file stays, whatever findings say', () => {
  const { risks, changed } = world('high');
  risks.raise(raised(), NOW_MS);
  assert.deepEqual(changed(), []);
});
