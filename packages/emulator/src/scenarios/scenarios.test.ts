import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { companySeed } from '../company/company-seed.ts';
import { GovernedActor } from '../company/governed-actor.ts';
import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import { Directory } from '../directory/directory.ts';
import { lifeOf } from '../life/tenant-life.ts';
import { Population } from '../population/population.ts';
import { browserOf } from '../sign-in/clients.ts';
import { ScenarioError } from './errors.ts';
import { together } from './merge-actors.ts';
import { runScenario, type ScenarioRun } from './run-scenario.ts';
import { loadScenario, scenarioNames } from './steps/scenario.ts';
import type { Foothold } from './steps/scenario-context.ts';

const FROM_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
const SEEDS = process.env['COUNTERSIGN_LONG'] === '1' ? 40 : 3;

const corp = new Population({ seed: 'corp', size: 400 });
const second = new Population({ seed: 'second', size: 60 });

function played(name: string, seed: string | number = 1): ScenarioRun {
  const scenario = loadScenario(name);
  const populations = [corp, second].slice(0, scenario.tenants.length);
  return runScenario(scenario, { populations, seed, fromMs: FROM_MS });
}

function recordsOf(happenings: readonly Occurrence[]): FeedRecord[] {
  return happenings.flatMap((happening) => happening.records);
}

test('all scenarios are there', () => {
  assert.ok(scenarioNames().length >= 15);
});

for (const name of scenarioNames()) {
  test(`${name} has a correct truth for any seed`, () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const { all, footholds, endMs } = played(name, seed);
      assert.equal(
        all.some(({ truth }) => truth.isAttacker),
        name !== 'quiet',
      );
      let latest = FROM_MS;
      for (const { atMs, truth, tenantId } of all) {
        assert.ok(atMs >= latest && atMs <= endMs, `${name} at ${atMs}`);
        latest = atMs;
        assert.equal(truth.scenario, name);
        assert.ok([corp.tenant.id, second.tenant.id].includes(tenantId));
        if (truth.isAttacker) assert.match(truth.technique ?? '', /^T\d{4}(\.\d{3})?$/);
      }
      for (const foothold of footholds) {
        assert.ok(foothold.sinceMs >= FROM_MS && foothold.sinceMs <= endMs);
        assert.ok(foothold.objectId.length > 0);
      }
    }
  });

  test(`${name} has no duplicate records, and none before its occurrence`, () => {
    const seen = new Set<string>();
    for (const happening of played(name).all) {
      for (const record of happening.records) {
        const key = `${record.feed}/${record.id}/${record.completes ?? false}`;
        assert.ok(!seen.has(key), key);
        seen.add(key);
        assert.ok(record.atMs >= happening.atMs && record.atMs < happening.atMs + 5000);
      }
    }
  });
}

test('the same seed gives the same run, another a different one', () => {
  for (const name of ['midnight-blizzard', 'token-theft']) {
    const first = JSON.stringify(played(name, 5).all);
    assert.equal(JSON.stringify(played(name, 5).all), first);
    assert.notEqual(JSON.stringify(played(name, 6).all), first);
  }
});

test('windows of a scenario are adjacent', () => {
  const scenario = played('fast-spray');
  const pieces: Occurrence[] = [];
  for (let from = FROM_MS; from <= scenario.endMs; from += 600_000) {
    pieces.push(...scenario.happenings(from, from + 600_000));
  }
  assert.deepEqual(pieces, scenario.all);
});

test('a token was issued before it was used, unless it was forged', () => {
  for (const name of scenarioNames()) {
    const records = recordsOf(played(name).all);
    const given = new Map(
      records.flatMap(({ feed, body, atMs }) =>
        feed === 'graph/signIns' ? [[body['uniqueTokenIdentifier'], atMs] as const] : [],
      ),
    );
    for (const { body, atMs } of records) {
      const context = body['AppAccessContext'] as Record<string, string> | undefined;
      if (context === undefined) continue;
      const givenMs = given.get(context['UniqueTokenId']);
      if (name === 'forged-tokens') assert.equal(givenMs, undefined);
      else assert.ok((givenMs ?? Infinity) <= atMs, `${name}: ${String(body['Operation'])}`);
    }
  }
});

test('a mailbox that is read too much is throttled for a day, with a record before', () => {
  const greedy = {
    name: 'greedy',
    about: '',
    tenants: ['corp'],
    draw: { victim: { person: { tenant: 'corp' } } },
    steps: [
      step('sign-in', { who: '$victim', to: 'mail', as: 'mail' }),
      step('read-mail', {
        by: '$mail',
        mailboxes: '$victim',
        items: 9000,
        over: '30h',
        workers: 3,
      }),
    ],
  };
  const { all } = runScenario(greedy, { populations: [corp], seed: 1, fromMs: FROM_MS });
  const binds = recordsOf(all).filter(({ body }) => body['RecordType'] === 50);
  const throttled = binds.filter(({ body }) => JSON.stringify(body).includes('"True"'));
  assert.equal(throttled.length, 1);
  assert.equal(binds.length, 1001);
  assert.equal(binds.indexOf(throttled[0] as FeedRecord), 1000);
});

function step(verb: string, values: Record<string, unknown>) {
  return { verb, values, technique: 'T1114.002', isAttacker: true, attack: undefined };
}

test('while the audit log is off, it has no record of the tenant at all', () => {
  const attack = played('audit-off');
  const operations = (happening: Occurrence): unknown[] =>
    happening.records.map(({ body }) => body['Operation']);
  const switches = attack.all.filter(({ truth }) => truth.technique === 'T1562.008');
  const off = switches.find((h) => operations(h).includes('Set-AdminAuditLogConfig'));
  const back = switches.at(-1);
  assert.ok(off !== undefined && back !== undefined && back.atMs > off.atMs);
  const both = together([lifeOf(corp, 'life'), attack]);
  const untilMs = Math.min(back.atMs, off.atMs + DAY_MS / 48);
  let during = 0;
  for (const { atMs, records } of both.happenings(off.atMs - 1000, untilMs)) {
    if (atMs <= off.atMs) continue;
    during += records.filter(({ feed }) => !feed.startsWith('activity/')).length;
    assert.ok(records.every(({ feed }) => !feed.startsWith('activity/')));
  }
  assert.ok(during > 0, 'the other feeds go on');
});

test('merges several actors in time order', () => {
  const attack = played('fast-spray');
  const life = lifeOf(corp, 'life');
  let latest = 0;
  let attacks = 0;
  for (const { atMs, truth } of together([life, attack]).happenings(
    FROM_MS,
    FROM_MS + DAY_MS / 8,
  )) {
    assert.ok(atMs >= latest);
    latest = atMs;
    if (truth.scenario === 'fast-spray') attacks++;
  }
  assert.equal(attacks, [...attack.happenings(FROM_MS, FROM_MS + DAY_MS / 8)].length);
});

type Row = { readonly ip: string; readonly code: number; readonly userAgent: unknown };

function rowsOf(happenings: readonly Occurrence[]): Row[] {
  return recordsOf(happenings).flatMap(({ feed, body, completes }) =>
    feed === 'graph/signIns' && completes === undefined
      ? [
          {
            ip: String(body['ipAddress']),
            code: Number((body['status'] as { errorCode: number }).errorCode),
            userAgent: body['userAgent'],
          },
        ]
      : [],
  );
}

test('a slow spray has the requested size, spread and number of hits', () => {
  const spray = (parameters: Record<string, string | number>): ScenarioRun =>
    runScenario(loadScenario('slow-spray'), {
      ...{ populations: [corp], seed: 4, fromMs: FROM_MS },
      parameters: { 'unknown-names': 0, over: '28d', ...parameters },
    });
  const scattered = { people: 100, 'per-week': 2, fresh: 0.75, overlap: 0.5, successes: 3 };
  const played = spray(scattered);
  const rows = rowsOf(played.all);
  assert.equal(rows.length, 100 * 2 * 4);
  const uses = Map.groupBy(rows, ({ ip }) => ip);
  const reused = [...uses.values()].filter(({ length }) => length > 5).flat().length;
  assert.ok(Math.abs(reused / rows.length - 0.25) < 0.06, `${reused} from hosts`);
  const own = rows.filter(({ userAgent }) => String(userAgent).startsWith('python')).length;
  assert.ok(Math.abs(own / rows.length - 0.5) < 0.06, `${own} by another client`);
  assert.equal(rows.filter(({ code }) => code === 50076).length, 3);
  assert.equal(played.footholds.filter(({ kind }) => kind === 'password').length, 3);
  const futile = spray({ people: 40, 'per-week': 0.25, successes: 0, fresh: 1 });
  assert.ok(rowsOf(futile.all).every(({ code }) => code === 50126));
  assert.equal(futile.footholds.length, 0);
  assert.throws(() => spray({ peple: 4 }), /no parameter peple: it has people, per-week/);
  assert.throws(() => spray({ fresh: 2 }), /fresh must be a share from 0 to 1/);
});

test("an intruder on the victim's carrier signs in from there with the same browser", () => {
  const wideOf = (ip: string): string => ip.split('.').slice(0, 2).join('.');
  for (let seed = 0; seed < SEEDS; seed++) {
    const { all, footholds } = played('neighbor-spray', seed);
    const rows = rowsOf(all).filter(({ userAgent }) => userAgent !== undefined);
    const hit = rows.find(({ code }) => code === 0);
    const [password] = footholds;
    const victim = Array.from({ length: corp.size }, (_, index) => corp.person(index)).find(
      ({ objectId }) => objectId === password?.objectId,
    );
    assert.ok(hit !== undefined && victim !== undefined);
    assert.equal(wideOf(hit.ip), wideOf(victim.home.ip));
    assert.equal(hit.userAgent, browserOf(victim).userAgent);
    assert.ok(rows.filter(({ code }) => code === 50126).length >= 26);
  }
});

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['steps: [{ wiat: { for: 2d } }]', /unknown verb\. Write one of wait/],
  ['steps: [{ wait: { fro: 2d } }]', /the parameter for is missing/],
  ['steps: [{ wait: { for: 2d, long: true } }]', /no parameter long: for/],
  ['steps: [{ wait: { for: two days } }]', /is not a number, duration/],
  ['steps: [{ wait: { for: 2d }, technique: T11 }]', /is not a technique/],
  ['steps: [{ share: { by: $missing } }]', /no variable and no earlier step defines \$missing/],
  ['draw: { a: { persn: {} } }', /write one of person/],
  ['stops: []', /stops is none of/],
];

for (const [text, message] of WRONG) {
  test(`refuses a scenario file with ${text}, and names the cure`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
    try {
      const path = join(folder, 'wrong.yaml');
      writeFileSync(path, text);
      const run = (): ScenarioRun =>
        runScenario(loadScenario(path), { populations: [corp], seed: 1, fromMs: FROM_MS });
      assert.throws(run, (error) => error instanceof ScenarioError && message.test(error.message));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test('refuses an unknown scenario, and lists the known ones', () => {
  assert.throws(() => loadScenario('nowhere'), /Known scenarios: audit-off/);
});

/** Occurrences with their times and feeds. */
function outlinesOf(happenings: readonly Occurrence[]): string[] {
  return happenings.map(({ atMs, truth, records }) => {
    const reported = records.map(({ feed, id, atMs: fromMs }) => [feed, id, fromMs]);
    return JSON.stringify([atMs, truth, reported]);
  });
}

test('the directory shows what remains of an attack', () => {
  const directories = new Map(
    [corp, second].map((population) => {
      const seed = companySeed({ population, apps: [], resources: [] });
      return [population.tenant.id, new Directory({ seed })];
    }),
  );
  const attack = played('midnight-blizzard');
  const governed = new GovernedActor({ actor: attack, directories, startMs: FROM_MS });
  // The policies stop none of it; they only add their results to sign-ins.
  const followed = outlinesOf([...governed.happenings(FROM_MS, attack.endMs + 1)]);
  const expected = outlinesOf(attack.all);
  assert.equal(followed.length, expected.length);
  // One by one, because a diff of thousands of records takes all memory.
  for (const [at, outline] of expected.entries()) assert.equal(followed[at], outline);
  const kinds = {
    'app-credential': 'applications',
    app: 'applications',
    account: 'users',
    consent: 'servicePrincipals',
    'app-role': 'servicePrincipals',
    password: 'users',
  } as const;
  for (const { kind, tenantId, objectId } of attack.footholds) {
    const where = kinds[kind as keyof typeof kinds];
    assert.ok(directories.get(tenantId)?.state.get(where, objectId) !== undefined, kind);
  }
  assert.ok(attack.footholds.length >= 7);
});

test('an eviction removes half, and the directory loses exactly that', () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const attack = played('half-evicted', seed);
    const { footholds, closed } = attack;
    const all = footholds.length + closed.length;
    assert.ok(
      all >= 12 && closed.length >= Math.floor(all * 0.4) && footholds.length >= 3,
      `${all}`,
    );
    const directory = new Directory({
      seed: companySeed({ population: corp, apps: [], resources: [] }),
    });
    const directories = new Map([[corp.tenant.id, directory]]);
    const governed = new GovernedActor({ actor: attack, directories, startMs: FROM_MS });
    for (const _ of governed.happenings(FROM_MS, attack.endMs + 1));
    const { state } = directory;
    const isThere = ({ kind, objectId, detail }: Foothold): boolean | undefined => {
      switch (kind) {
        case 'account':
          return state.get('users', objectId)?.['accountEnabled'] === true;
        case 'app':
          return state.get('applications', objectId) !== undefined;
        case 'device':
          return state.get('devices', objectId) !== undefined;
        case 'app-credential':
          return JSON.stringify(state.get('applications', objectId) ?? '').includes(
            detail.split(' ')[2] ?? '?',
          );
        case 'consent':
          return [...state.list('oauth2PermissionGrants')].some(
            ({ object }) => object['clientId'] === objectId,
          );
        case 'inbox-rule':
          return state.owned('messageRules', objectId).length > 0;
        default:
          return undefined;
      }
    };
    for (const foothold of footholds) assert.notEqual(isThere(foothold), false, foothold.detail);
    for (const foothold of closed) {
      // A deleted application holds nothing.
      if (foothold.kind === 'consent') continue;
      assert.notEqual(isThere(foothold), true, foothold.detail);
      assert.ok(foothold.closedMs >= foothold.sinceMs);
    }
  }
});

test('a person who meets fewer conditions is used if none meets all', () => {
  for (let seed = 0; seed < 40; seed++) {
    const company = new Population({ seed: `small-${seed}`, size: 25 });
    const scenario = loadScenario('two-attacks');
    const { all } = runScenario(scenario, { populations: [company], seed, fromMs: FROM_MS });
    const resets = all
      .filter(({ truth }) => truth.attack === 'spray' && !truth.isAttacker)
      .flatMap(({ records }) => records.map(({ body }) => body))
      .filter((body) => String(body['Operation']).startsWith('Reset user password'));
    const people = Array.from({ length: company.size }, (_, index) => company.person(index));
    const hit = people.find(({ upn }) => upn === resets[0]?.['ObjectId']);
    assert.ok(hit !== undefined, 'the attack ends with a reset of its victim');
    const isThere = people.some(({ department }) => department === 'Engineering');
    if (isThere) assert.equal(hit.department, 'Engineering', `seed ${seed}`);
  }
});
