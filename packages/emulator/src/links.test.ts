import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { IS_LONG } from '../../../tools/property.ts';
import type { FeedRecord, Occurrence } from './core/feed-record.ts';
import { lifeOf } from './life/tenant-life.ts';
import { Population } from './population/population.ts';
import { FIRST_PARTY } from './records/first-party-apps.ts';
import { runScenario } from './scenarios/run-scenario.ts';
import { loadScenario, scenarioNames } from './scenarios/steps/scenario.ts';
import { kindOf, SignInLinks } from './testing/links.ts';

const FROM_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
/** The longest token lifetime here. Until then, tokens from before the feeds may be in use. */
const TOKEN_MS = 28 * 3_600_000;
const { people, days } = IS_LONG ? { people: 200, days: 60 } : { people: 40, days: 9 };

/** The kinds that README.md lists as having no token. */
const tokenless = new Set(
  Array.from(
    readFileSync(join(import.meta.dirname, '../README.md'), 'utf8').matchAll(/^ {2}- `([^`]+)`:/gm),
    ([, kind = '']) => kind,
  ),
);

/** The vendor's own services use no token of this tenant. */
function isVendors({ body }: FeedRecord): boolean {
  return body['ClientAppId'] === FIRST_PARTY.substrate;
}

test('without attacks, every action has an earlier sign-in', () => {
  const population = new Population({ seed: 'quiet', size: people });
  const book = new SignInLinks();
  const seen = new Set<string>();
  let linked = 0;
  const life = lifeOf(population, 'quiet').happenings(FROM_MS, FROM_MS + days * DAY_MS);
  for (const { records } of life) {
    for (const record of records) {
      const link = book.follow(record);
      const kind = kindOf(record);
      if (link.kind === 'sign-in') linked++;
      else if (link.kind === 'names-none') {
        if (!isVendors(record)) seen.add(kind);
      } else if (link.kind === 'no-sign-in') {
        // The token was issued before the feeds began, and states that itself.
        const label = `${kind} at ${new Date(record.atMs).toISOString()}`;
        assert.ok(link.issuedMs < FROM_MS && record.atMs < FROM_MS + TOKEN_MS, label);
      } else assert.equal(link.kind, 'is-sign-in', `${kind}: ${JSON.stringify(link)}`);
    }
  }
  assert.ok(linked > people * days * 40, `only ${linked} actions were followed`);
  for (const kind of seen) assert.ok(tokenless.has(kind), `${kind} names no token`);
});

/** Only an external provider can do this, and no person here was sent to one. */
function isVouchedOutside({ feed, body }: FeedRecord): boolean {
  const details = feed === 'graph/signIns' ? body['authenticationDetails'] : undefined;
  return JSON.stringify(details ?? []).includes('External authentication method');
}

test('no sign-in claims an external method that it could not pass', () => {
  const populations = ['corp', 'second'].map((seed) => new Population({ seed, size: 60 }));
  const [corp] = populations as [Population];
  const records = [...lifeOf(corp, 'quiet').happenings(FROM_MS, FROM_MS + DAY_MS)];
  for (const name of scenarioNames()) {
    const scenario = loadScenario(name);
    const roles = populations.slice(0, scenario.tenants.length);
    records.push(...runScenario(scenario, { populations: roles, seed: 3, fromMs: FROM_MS }).all);
  }
  const rows = records.flatMap((happening) => happening.records);
  assert.ok(rows.some(({ body }) => body['authenticationProtocol'] === 'ropc'));
  assert.ok(!rows.some(isVouchedOutside));
});

test('in all scenarios, only forged tokens have no sign-in', () => {
  const populations = ['corp', 'second'].map((seed) => new Population({ seed, size: 120 }));
  const seen = new Set<string>();
  for (const name of scenarioNames()) {
    const scenario = loadScenario(name);
    const roles = populations.slice(0, scenario.tenants.length);
    const { all } = runScenario(scenario, { populations: roles, seed: 3, fromMs: FROM_MS });
    const book = new SignInLinks();
    const unlinked: Occurrence[] = [];
    for (const happening of all) {
      for (const record of happening.records) {
        const link = book.follow(record);
        if (link.kind === 'names-none') seen.add(kindOf(record));
        if (link.kind === 'no-sign-in') unlinked.push(happening);
        assert.notEqual(link.kind, 'wrong', `${name}: ${kindOf(record)} ${JSON.stringify(link)}`);
      }
    }
    assert.equal(unlinked.length > 50, name === 'forged-tokens', name);
    assert.ok(unlinked.every(({ truth }) => truth.isAttacker));
  }
  for (const kind of seen) assert.ok(tokenless.has(kind), `${kind} names no token`);
});
