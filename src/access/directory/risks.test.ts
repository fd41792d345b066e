import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, tenantId } from '../../core/index.ts';
import { RISK_LASTS_MS } from '../limits.ts';
import { DirectoryStore } from './directory-store.ts';
import { type RaisedRisk, Risks } from './risks.ts';
import { SuiteDirectory } from './suite-directory.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

function world(written?: string) {
  const clock = new ManualClock(NOW_MS);
  const risks = new Risks();
  const store = new DirectoryStore();
  const row = store.tenant(TENANT).put('Person', 'ada', ['ada@x.example']);
  const origin = { source: 'file:people.yaml', seenMs: NOW_MS };
  if (written !== undefined) store.tenant(TENANT).set('Person', row, 'risk', written, origin);
  const directory = new SuiteDirectory(store, risks.now(clock));
  const risk = (who = 'ada') => directory.find(TENANT, 'Person', who)?.attribute('risk');
  const resolve = (): void => risks.resolve((_, name) => store.find(TENANT, 'Person', name)?.id);
  return { clock, risks, risk, resolve };
}

function raised(more: Partial<RaisedRisk> = {}): RaisedRisk {
  const rule = 'stream/spray-hit';
  const about = { principals: ['ada'], state: 'open' } as const;
  return { tenant: TENANT, uid: 'f1', rule, severity: 4, ...about, ...more };
}

test('while nobody judges it is unknown, and afterwards there is none', () => {
  const { risks, risk } = world();
  assert.equal(risk(), undefined);
  risks.watched(NOW_MS - HOUR_MS);
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
    risks.watched(NOW_MS);
    risks.raise(raised({ severity }), NOW_MS);
    assert.equal(risk()?.value, level);
  });
}

test('it lasts a week from when it was said, and not a moment before or after', () => {
  const { risks, risk, clock } = world();
  risks.watched(NOW_MS);
  risks.raise(raised(), NOW_MS + 1);
  assert.equal(risk()?.value, 'none');
  clock.advance(1);
  assert.equal(risk()?.value, 'high');
  clock.advance(RISK_LASTS_MS - 1);
  assert.equal(risk()?.value, 'high');
  clock.advance(1);
  assert.equal(risk()?.value, 'none');
});

test('said again it lasts longer; taken back it is over, and was so before', () => {
  const { risks, risk, clock } = world();
  risks.watched(NOW_MS);
  risks.raise(raised(), NOW_MS);
  clock.advance(RISK_LASTS_MS - 1);
  risks.raise(raised({ severity: 5 }), clock.now());
  clock.advance(HOUR_MS);
  assert.equal(risk()?.value, 'high');
  risks.raise(raised({ state: 'withdrawn' }), clock.now());
  assert.equal(risk()?.value, 'none');
  assert.equal(risks.at(clock.now() - 1).risk(TENANT, ['ada'])?.value, 'high');
});

test('what people settled stays settled, until the day that they name', () => {
  const { risks, risk, clock } = world();
  risks.watched(NOW_MS);
  risks.raise(raised(), NOW_MS);
  risks.settle({ uid: 'f1', state: 'settled', untilMs: null }, NOW_MS);
  assert.equal(risk()?.value, 'none');
  risks.raise(raised({ severity: 5 }), NOW_MS);
  assert.equal(risk()?.value, 'none');
  risks.settle({ uid: 'f1', state: 'settled', untilMs: NOW_MS + HOUR_MS }, NOW_MS);
  assert.equal(risk()?.value, 'none');
  clock.advance(HOUR_MS);
  assert.equal(risk()?.value, 'high');
  risks.settle({ uid: 'f1', state: 'settled', untilMs: null }, clock.now());
  risks.settle({ uid: 'f1', state: 'open', untilMs: null }, clock.now());
  assert.equal(risk()?.value, 'high');
  risks.settle({ uid: 'unheard of', state: 'open', untilMs: null }, clock.now());
});

test('a disagreement with policy and a finding about a crowd raise nobody', () => {
  const { risks, risk } = world();
  risks.watched(NOW_MS);
  risks.raise(raised({ rule: 'check/second-factor', severity: 5 }), NOW_MS);
  const crowd = ['ada', 'b', 'c', 'd', 'e', 'f'];
  risks.raise(raised({ uid: 'f2', principals: crowd }), NOW_MS);
  assert.equal(risk()?.value, 'none');
  risks.raise(raised({ uid: 'f3', principals: crowd.slice(0, 5) }), NOW_MS);
  assert.equal(risk()?.value, 'high');
});

test('a finding may call a person by another name than the one who asks', () => {
  const { risks, risk, resolve } = world();
  risks.watched(NOW_MS);
  risks.raise(raised({ principals: ['user:Ada@x.example'] }), NOW_MS);
  resolve();
  assert.equal(risk('ada')?.value, 'high');
  assert.equal(risk('ada@x.example')?.value, 'high');
});

test('a finding of another tenant, or about somebody else, raises nobody', () => {
  const { risks, risk } = world();
  risks.watched(NOW_MS);
  const other = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
  risks.raise(raised({ tenant: other }), NOW_MS);
  risks.raise(raised({ uid: 'f2', principals: ['per'] }), NOW_MS);
  assert.equal(risk()?.value, 'none');
});

test('of what was written down and what was found the worse counts', () => {
  for (const [written, severity, level] of [
    ['none', 4, 'high'],
    ['high', 1, 'high'],
    ['medium', 2, 'medium'],
    ['low', 3, 'medium'],
  ] as const) {
    const { risks, risk } = world(written);
    assert.equal(risk()?.value, written);
    risks.watched(NOW_MS);
    risks.raise(raised({ severity }), NOW_MS);
    assert.equal(risk()?.value, level);
  }
});

test('of the same risk the younger word counts', () => {
  const { risks, risk } = world('none');
  risks.watched(NOW_MS + HOUR_MS);
  assert.equal(risk()?.source, 'findings');
  risks.watched(NOW_MS - HOUR_MS);
  assert.equal(risk()?.source, 'file:people.yaml');
});
