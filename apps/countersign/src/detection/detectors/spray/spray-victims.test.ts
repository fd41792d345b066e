import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IS_LONG, SEED } from '../../../../../../tools/property.ts';
import {
  AGENTS,
  type Company,
  guid,
  type SharedTrait,
} from '../../../../../../tools/testing/sign-in-company.ts';
import { HIT_LIKELY, HIT_PROBABLE } from '../limits.ts';
import {
  campaignsOf,
  company,
  rowsOf,
  rulesOf,
  type SignInVisit,
  WRONG,
} from '../testing/spray-world.ts';
import type { Attempt, Campaign } from './password-spray.ts';
import { sprayFindings } from './spray-findings.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const SEEDS = IS_LONG ? 10 : 1;

/** A Thursday morning, when people sign in. */
const ATTACK_MS = 24 * DAY_MS + 10 * 60 * MINUTE_MS;

const SHARED: readonly (readonly SharedTrait[])[] = [
  ...[['address'], ['carrier'], ['client']],
  ...[
    ['address', 'client'],
    ['carrier', 'client'],
  ],
] as readonly (readonly SharedTrait[])[];

for (const shares of SHARED)
  test(`a fast spray with the ${shares.join(' and ')} of its victims hides no hit`, async () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const spray = { targets: 60, triesPerWeek: 3, overlap: 0.3, hits: 2, fresh: 0, shares };
      const made = company(SEED + seed, {
        ...{ people: 300, days: 28 },
        spray: { ...spray, burstMinutes: 30 },
      });
      const [campaign] = (await campaignsOf(made)).toSorted(
        (a, b) => b.guesses.length - a.guesses.length,
      );
      const places = [...made.hits].map((hit) =>
        campaign?.candidates.findIndex(({ index }) => index === hit),
      );
      const isRanked = places.every((place = -1) => place >= 0 && place < 20);
      assert.ok(isRanked, `seed ${SEED + seed}: hits at places ${places}`);
    }
  });

type Source = Partial<SignInVisit>;
const OFFICE: Source = { ip: '192.0.2.1', country: 'DE' };
/** A line of the carrier of people's phones, which one of them had on another day. */
const CARRIER_LINE: Source = { ip: '172.20.9.9', country: 'DE' };
const RENTED: Source = { ip: '45.77.3.4', country: 'US' };
const SCRIPT: Source = { userAgent: 'python-requests/2.32' };
const BROWSER: Source = { userAgent: AGENTS[1] as string };

const VICTIM = guid(1);
const OTHERS: readonly string[] = Array.from({ length: 40 }, (_, n) => guid(5 + n * 4));

/** Quiet weeks of two hundred people, followed by an attack. */
function attacked(
  visitsOf: (atMs: number) => readonly SignInVisit[],
  seed = SEED,
): AttackedCompany {
  const made = company(seed, { people: 200, days: 28 });
  const added = rowsOf(made, visitsOf(made.startMs + ATTACK_MS));
  return { made, added, rows: [...made.rows, ...added] };
}

type AttackedCompany = {
  readonly made: Company;
  readonly added: Company['rows'];
  readonly rows: Company['rows'];
};

/** Guesses at several people, one after the other. */
function guesses(atMs: number, from: Source, tries = 1, whom = OTHERS): SignInVisit[] {
  return whom.flatMap((actorUid, person) =>
    Array.from({ length: tries }, (_, attempt) => {
      const timeMs = atMs + person * 30_000 + attempt * 2_000;
      return { ...from, ...WRONG, actorUid, timeMs };
    }),
  );
}

async function probabilityOf({ made, rows }: AttackedCompany, of: number): Promise<number> {
  const campaigns = await campaignsOf(made, rows);
  const all = campaigns.flatMap(({ candidates }) => candidates);
  const own = all.filter(({ index }) => index === rows[of]?.index);
  return Math.max(0, ...own.map(({ probability }) => probability));
}

for (const [where, from] of [
  ['the office', { ...OFFICE, ...BROWSER }],
  ['a line that the victim had before', { ...CARRIER_LINE, ...BROWSER }],
] as const)
  test(`finds a success seconds after guesses at that account from ${where}`, async () => {
    const attack = attacked((atMs) => [
      { ...BROWSER, ...from, isMfa: 1, actorUid: VICTIM, timeMs: atMs - 9 * DAY_MS },
      ...guesses(atMs, from, 3, [...OTHERS, VICTIM]),
      { ...from, actorUid: VICTIM, timeMs: atMs + OTHERS.length * 30_000 + 6_000 },
    ]);
    const probability = await probabilityOf(attack, attack.rows.length - 1);
    assert.ok(probability >= HIT_LIKELY, `${probability}`);
  });

test('attributes a success during a campaign from its only address to the campaign', async () => {
  for (const from of [
    { ...CARRIER_LINE, ...SCRIPT },
    { ...CARRIER_LINE, ...BROWSER },
    { ...OFFICE, ...SCRIPT },
  ]) {
    const attack = attacked((atMs) => [
      { ...BROWSER, ...from, ...BROWSER, isMfa: 1, actorUid: VICTIM, timeMs: atMs - 9 * DAY_MS },
      ...guesses(atMs, from),
      { ...from, actorUid: VICTIM, timeMs: atMs + 20 * 30_000 + 15_000 },
    ]);
    const probability = await probabilityOf(attack, attack.rows.length - 1);
    assert.ok(probability >= HIT_PROBABLE, `${probability} from ${from.ip} with ${from.userAgent}`);
  }
});

test('an intruder who returns for days does not make the address familiar', async () => {
  const from = { ...RENTED, ...SCRIPT };
  const back = Array.from({ length: 6 }, (_, day) => day);
  const attack = attacked((atMs) => [
    ...guesses(atMs - 7 * DAY_MS, from),
    ...back.map((day) => {
      const timeMs = atMs - 7 * DAY_MS + 20 * 30_000 + 15_000 + day * DAY_MS;
      return { ...from, actorUid: VICTIM, timeMs };
    }),
  ]);
  const probability = await probabilityOf(attack, attack.rows.length - back.length);
  assert.ok(probability >= HIT_PROBABLE, `${probability}`);
});

test('a forgetful person beside a spray ranks low', async () => {
  const forgetful = (atMs: number, from: Source): SignInVisit[] => [
    { ...from, ...WRONG, actorUid: VICTIM, timeMs: atMs + 10 * 30_000 },
    { ...from, ...WRONG, actorUid: VICTIM, timeMs: atMs + 11 * 30_000 },
    { ...from, actorUid: VICTIM, timeMs: atMs + 12 * 30_000 },
  ];
  const home = { ip: '10.1.0.7', country: 'DE', ...BROWSER };
  for (const [own, theirs] of [
    [home, { ...RENTED, ...SCRIPT }],
    [home, { ...RENTED, ...BROWSER }],
    [
      { ...OFFICE, ...BROWSER },
      { ...RENTED, ...BROWSER },
    ],
    [
      { ...OFFICE, ...BROWSER },
      { ...OFFICE, ...SCRIPT },
    ],
  ] as const) {
    for (const whom of [OTHERS, [...OTHERS, VICTIM]]) {
      const attack = attacked((atMs) => [
        ...guesses(atMs, theirs, 1, whom),
        ...forgetful(atMs, own),
      ]);
      const probability = await probabilityOf(attack, attack.rows.length - 1);
      assert.ok(
        probability < 0.05,
        `${probability} of ${own.ip} beside ${theirs.ip} with ${theirs.userAgent}`,
      );
    }
  }
});

test('a brute force with a hit is no spray, beside mistakes of others', async () => {
  const from = { ...RENTED, ...SCRIPT };
  const attack = attacked((atMs) => [
    ...Array.from({ length: 40 }, (_, at) => {
      return { ...from, ...WRONG, actorUid: VICTIM, timeMs: atMs + at * MINUTE_MS };
    }),
    ...[guid(7), guid(11)].map((actorUid) => {
      return { ip: '45.1.2.3', country: 'US', ...WRONG, actorUid, timeMs: atMs };
    }),
    { ...from, actorUid: VICTIM, timeMs: atMs + 40 * MINUTE_MS },
  ]);
  const drafts = sprayFindings(await campaignsOf(attack.made, attack.rows));
  assert.deepEqual(rulesOf(drafts), ['stream/brute-force']);
  const [siege] = drafts;
  const hit = attack.rows.length - 1;
  assert.ok(siege?.entries.includes(hit), 'it cites what got in');
  assert.match(
    siege?.title ?? '',
    /^45\.77\.3\.4 tried the password of p1@.* 40 times, and probably got in$/,
  );
  assert.equal(siege?.severity, 4);
});

function attempt(person: number, probability: number, kind: Attempt['kind']): Attempt {
  return {
    ...{ index: person, atMs: 3 * DAY_MS + person * 1_000, person: `t-p${person}` },
    ...{ actor: `p${person}`, name: `p${person}@x.example`, ip: '192.0.2.1', kind, probability },
    session: `s${person}`,
  };
}

/** A spray on three hundred people with successes of these probabilities. */
function campaign(probabilities: readonly number[]): Campaign {
  const guessed = Array.from({ length: 300 }, (_, n) => attempt(n, 0.9, 'guess'));
  const candidates = probabilities.map((one, n) => attempt(400 + n, one, 'success'));
  return { tenant: 't', sinceMs: 0, guesses: guessed, candidates };
}

test('severity follows the probability of a hit', () => {
  const severities = (probabilities: readonly number[]): number[][] => {
    const drafts = sprayFindings([campaign(probabilities)]);
    const of = (rule: string): number[] =>
      drafts.filter((draft) => draft.rule === rule).map(({ severity }) => severity);
    return [of('stream/password-spray'), of('stream/spray-hit')];
  };
  assert.deepEqual(severities([]), [[3], []]);
  assert.deepEqual(severities([0.2]), [[3], []]);
  assert.deepEqual(severities([0.4]), [[3], [3]]);
  assert.deepEqual(severities([0.9, 0.4]), [[4], [4, 3]]);
  // One of three is a likely hit, although none alone is.
  assert.deepEqual(severities([0.4, 0.4, 0.4]), [[4], [3, 3, 3]]);
});

test('a spray names and cites people who were hit, not those guessed at', () => {
  const [spray] = sprayFindings([campaign([0.9, 0.1])]);
  assert.deepEqual(spray?.principals, ['p400']);
  assert.deepEqual(spray?.sessions, ['s400']);
  assert.ok(spray?.entries.includes(400));
  assert.match(
    spray?.title ?? '',
    /^192\.0\.2\.1 tried passwords of 300 people, and probably got in as p400@/,
  );
  assert.match(spray?.message ?? '', /p400@x\.example 0\.90 \(300 guesses came from the same addr/);
});
