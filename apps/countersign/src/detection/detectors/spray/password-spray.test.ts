import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import { IS_LONG, SEED } from '../../../../../../tools/property.ts';
import { type Company, guid } from '../../../../../../tools/testing/sign-in-company.ts';
import { findingUid } from '../../findings/finding-identity.ts';
import {
  campaignSearch,
  campaignsOf,
  company,
  rowsOf,
  rulesOf,
  type SignInVisit,
} from '../testing/spray-world.ts';
import type { Attempt, Campaign } from './password-spray.ts';
import { sprayFindings } from './spray-findings.ts';

const DAY_MS = 86_400_000;
const SEEDS = IS_LONG ? 10 : 1;

for (const life of ['even', 'restless'] as const)
  test(`one try a week, ${life} people: both hits rank among the first 20`, async () => {
    let found = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const spray = { targets: 16, triesPerWeek: 1, overlap: 0.3, hits: 2 };
      const made = company(SEED + seed, { people: IS_LONG ? 800 : 300, days: 28, life, spray });
      const campaigns = await campaignsOf(made);
      const [campaign] = campaigns.toSorted((a, b) => b.guesses.length - a.guesses.length);
      assert.ok(campaign, 'there is a campaign');
      const leading = new Set(campaign.candidates.slice(0, 20).map(({ index }) => index));
      if ([...made.hits].every((index) => leading.has(index))) found++;
      const theirs = campaign.guesses.filter(({ index }) => made.guesses.has(index)).length;
      assert.ok(theirs / campaign.guesses.length > 0.5, 'most of its guesses are theirs');
      assert.ok(rulesOf(sprayFindings(campaigns)).includes('stream/password-spray'));
    }
    // A hit from the target's country with the target's client looks like the target.
    assert.ok(found >= SEEDS * 0.6, `both hits were ranked high in ${found} of ${SEEDS}`);
  });

type Visit = Omit<SignInVisit, 'timeMs'> & { readonly at: number };

/** Sign-ins of some people at the end of a spray, with their probabilities. */
async function ranked(visits: readonly Visit[]): Promise<(number | undefined)[]> {
  const spray = { targets: 16, triesPerWeek: 1, overlap: 0.3, hits: 2 };
  const made = company(SEED, { people: 200, days: 28, spray });
  const added = rowsOf(
    made,
    visits.map(({ at, ...visit }) => {
      return { ...visit, timeMs: made.startMs + 25 * DAY_MS + at * 3_600_000 };
    }),
  );
  const [campaign] = (await campaignsOf(made, [...made.rows, ...added])).toSorted(
    (a, b) => b.guesses.length - a.guesses.length,
  );
  const attempts = [...(campaign?.guesses ?? []), ...(campaign?.candidates ?? [])];
  return added.map(({ index }) => attempts.find((one) => one.index === index)?.probability);
}

/** Two people whom the spray does not target, with the same browser. */
const [SOMEBODY, SOMEBODY_ELSE] = [guid(7), guid(10)];

test('a sign-in from an unknown carrier ranks higher', async () => {
  const [strange = 0, usual = 0] = await ranked([
    { at: 10, actorUid: SOMEBODY, ip: '45.77.3.4' },
    { at: 10, actorUid: SOMEBODY_ELSE, ip: '172.20.3.4' },
  ]);
  assert.ok(usual > 0);
  assert.ok(strange > 2 * usual, `${strange} and ${usual}`);
});

test('a possible mistake counts for a later success only with its probability', async () => {
  const wrong = { statusId: 2, statusCode: '50126' };
  const [guess, after = 0, never = 0] = await ranked([
    {
      at: 9,
      actorUid: SOMEBODY,
      ip: '10.7.0.7',
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15',
      ...wrong,
    },
    { at: 10, actorUid: SOMEBODY, ip: '172.20.3.4' },
    { at: 10, actorUid: SOMEBODY_ELSE, ip: '172.20.3.5' },
  ]);
  assert.equal(guess, undefined, 'it is not told as theirs');
  assert.ok(never > 0);
  assert.ok(after > never, `${after} and ${never}`);
});

test('a month without attacks has no spray', async () => {
  for (const life of ['even', 'restless'] as const)
    for (let seed = 0; seed < SEEDS; seed++) {
      const quiet = company(SEED + seed, { people: 300, days: 28, life });
      assert.deepEqual(sprayFindings(await campaignsOf(quiet)), []);
    }
});

test('the order of records changes nothing', async () => {
  const spray = { targets: 12, triesPerWeek: 2, overlap: 0.3, hits: 1 };
  const made = company(SEED, { people: 60, days: 14, spray });
  const reversed = made.rows.toReversed();
  assert.deepEqual(
    sprayFindings(await campaignsOf(made, reversed)),
    sprayFindings(await campaignsOf(made)),
  );
});

test('a campaign across a block boundary is reported once, in its last block', async () => {
  const spray = { targets: 16, triesPerWeek: 2, overlap: 0.3, hits: 2 };
  const made = company(SEED, { people: 200, days: 28, spray });
  const whole = await campaignsOf(made);
  const [biggest] = whole.toSorted((a, b) => b.guesses.length - a.guesses.length);
  const middle = biggest?.guesses[Math.floor(biggest.guesses.length / 2)];
  assert.ok(biggest !== undefined && middle !== undefined);
  const cutMs = middle.atMs;
  const before = await campaignsOf(made, made.rows, { ...made, endMs: cutMs - 1 });
  const after = await campaignsOf(made, made.rows, { ...made, startMs: cutMs });
  const reported = [...before, ...after].filter(({ guesses }) =>
    guesses.some(({ index }) => index === middle.index),
  );
  assert.deepEqual(
    reported.map(({ sinceMs }) => sinceMs),
    [cutMs],
  );
  for (const { rule, windowMs } of sprayFindings(after)) {
    assert.ok(windowMs >= Math.floor(cutMs / DAY_MS) * DAY_MS, `${rule} is told where it is found`);
  }
});

test('people processed in parts give the same result as all at once', async () => {
  const spray = { targets: 16, triesPerWeek: 2, overlap: 0.3, hits: 2 };
  const { rows, startMs, endMs } = company(SEED, { people: 60, days: 28, spray });
  const period = { fromMs: startMs, toMs: endMs + 1, learnFromMs: startMs };
  const whole = await campaignSearch(rows, period);
  assert.ok(whole.campaigns.some(({ candidates }) => candidates.length > 0));
  assert.deepEqual(await campaignSearch(rows, period, { part: 150, ranked: 40 }), whole);
});

test('each of several tenants has the campaigns that it has alone', async () => {
  const spray = { targets: 16, triesPerWeek: 2, overlap: 0.3, hits: 2 };
  const tenants = [2, 1, 3].map((n) => guid(n) as TenantId);
  const made = tenants.map((tenant, at) => {
    const { rows, ...period } = company(SEED + at, { people: 60, days: 28, spray });
    const own = rows.map((row) => {
      const index = row.index * tenants.length + at;
      return { ...row, tenant, index, entries: [index] };
    });
    return { rows: own, period };
  });
  const [{ period }] = made as [(typeof made)[number]];
  const times = { fromMs: period.startMs, toMs: period.endMs + 1, learnFromMs: period.startMs };
  const alone = [];
  for (const { rows } of made) alone.push(...(await campaignSearch(rows, times)).campaigns);
  assert.equal(new Set(alone.map(({ tenant }) => tenant)).size, tenants.length);
  const together = await campaignSearch(
    made.flatMap(({ rows }) => rows),
    times,
  );
  const byTenant = (of: readonly Campaign[]): readonly Campaign[] =>
    of.toSorted((a, b) => (a.tenant < b.tenant ? -1 : Number(a.tenant > b.tenant)));
  assert.deepEqual(byTenant(together.campaigns), byTenant(alone));
});

test('data before the learning period changes nothing, in any file', async () => {
  const spray = { targets: 16, triesPerWeek: 2, overlap: 0.3, hits: 2 };
  const { rows, startMs, endMs } = company(SEED, { people: 60, days: 42, spray });
  const learnFromMs = startMs + 28 * DAY_MS;
  const period = { learnFromMs, fromMs: startMs + 31 * DAY_MS, toMs: endMs + 1 };
  const later = rows.filter(({ event }) => event.timeMs >= learnFromMs);
  assert.ok(later.length < rows.length);
  assert.deepEqual(await campaignSearch(rows, period), await campaignSearch(later, period));
});

test('a success between two campaigns is reported with the likelier one', () => {
  const attempt = (person: number, day: number, probability: number): Attempt => ({
    ...{ index: day * 100 + person, atMs: day * DAY_MS, person: `p${person}` },
    ...{ actor: `p${person}`, name: null, ip: '192.0.2.1', session: null, kind: 'guess' },
    probability,
  });
  const campaign = (day: number, probability: number): Campaign => ({
    ...{ tenant: 't', sinceMs: 0, guesses: [1, 2, 3].map((n) => attempt(n, day, 0.9)) },
    candidates: [{ ...attempt(4, 12, probability), kind: 'success' }],
  });
  for (const odds of [
    [0.7, 0.9],
    [0.9, 0.7],
  ] as const) {
    const drafts = sprayFindings([campaign(3, odds[0]), campaign(18, odds[1])]);
    const hits = drafts.filter(({ rule }) => rule === 'stream/spray-hit');
    assert.deepEqual(
      hits.map(({ confidence }) => confidence),
      [0.9],
    );
    assert.equal(new Set(drafts.map(findingUid)).size, drafts.length, 'each is told once');
  }
});

test('guesses at one account are brute force, not a spray; typing errors are neither', async () => {
  const made = company(SEED, { people: 40, days: 14 });
  const last = made.rows.at(-1);
  assert.ok(last);
  const against = (count: number, from: string): Company['rows'] => [
    ...made.rows,
    ...Array.from({ length: count }, (_, i) => {
      const index = made.rows.length + i;
      const timeMs = made.startMs + 9 * 86_400_000 + i * 60_000;
      const common = { ip: from, timeMs, statusId: 2, statusCode: '50126', country: 'US' };
      const event = { ...last.event, ...common, userAgent: 'python-requests/2.32' };
      return { ...last, index, entries: [index], action: `=${index}`, event };
    }),
  ];
  const bruteForce = sprayFindings(await campaignsOf(made, against(40, '45.9.9.9')));
  assert.deepEqual(rulesOf(bruteForce), ['stream/brute-force']);
  const own = last.event;
  const forgetful = against(6, own.ip ?? '').map((row) =>
    row.index < made.rows.length
      ? row
      : { ...row, event: { ...row.event, userAgent: own.userAgent, country: own.country } },
  );
  assert.deepEqual(sprayFindings(await campaignsOf(made, forgetful)), []);
});

test('wrong names and expired tokens alone give no finding', async () => {
  const spray = { targets: 12, triesPerWeek: 3, overlap: 0, hits: 0 };
  const made = company(SEED, { people: 60, days: 14, spray });
  const renamed = made.rows.map((row) =>
    made.guesses.has(row.index)
      ? { ...row, event: { ...row.event, statusCode: row.index % 2 === 0 ? '50034' : '70008' } }
      : row,
  );
  assert.deepEqual(sprayFindings(await campaignsOf(made, renamed)), []);
});
