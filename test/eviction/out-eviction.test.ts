import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { instantOfMs, ManualClock } from '@countersign/core';
import type { Foothold, Intruder } from '@countersign/emulator';
import { SEED, simulations } from '../../tools/property.ts';
import { commandHere } from '../support/command-here.ts';
import { detect } from '../support/detection/detect.ts';
import type { ScenarioRecording } from '../support/detection/scenario-recording.ts';
import { temporaryFolder } from '../support/folders.ts';

/**
 * A company in which half of the attackers' footholds were removed. `eviction` closes exactly
 * those, suspects no innocent person, and never says that the attackers are out.
 */

const SEEDS = simulations(1, 12);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const root = temporaryFolder('out-eviction');

/** The eviction question for each foothold of the emulator. */
const ASKED: Record<Foothold['kind'], string> = {
  account: 'accounts',
  app: 'applications',
  'app-credential': 'application-credentials',
  'app-role': 'app-roles',
  'audit-bypass': 'auditing-off',
  consent: 'consents',
  device: 'devices',
  forwarding: 'forwarding',
  'inbox-rule': 'inbox-rules',
  'mailbox-permission': 'mailbox-permissions',
  method: 'second-factors',
  password: 'passwords',
  role: 'directory-roles',
  session: 'sessions',
  'sharing-link': 'sharing',
  'vendor-key': 'exposed-secrets',
};

type Opening = {
  readonly what: string;
  readonly state: 'open' | 'unsure' | 'closed';
};

type Party = {
  readonly party: string;
  readonly kind: Intruder['kind'] | 'other';
  readonly names: readonly string[];
  readonly evidence: readonly { readonly edge: string; readonly entries: readonly number[] }[];
};

type Answer = {
  readonly foothold: string;
  readonly answer: 'open' | 'unknown';
  readonly because: readonly { readonly code: string }[];
  readonly openings: readonly Opening[];
  readonly without: readonly { readonly finding: string; readonly openingCount: number }[];
  readonly parties?: readonly Party[];
};

type Run = {
  readonly recording: ScenarioRecording;
  readonly answers: readonly Answer[];
  readonly seed: number;
  /** The text for people. */
  readonly text: string;
};

/** Innocent people who use an attacker's address, before and after the attack. */
function shareAddress(recording: ScenarioRecording, people: number): void {
  const relay = recording.intruders.find(({ kind }) => kind === 'address')?.id ?? '';
  const homes = new Map<string, number>();
  const files = readdirSync(recording.folder).map((name) => join(recording.folder, name));
  for (const file of files) {
    for (const [ip] of readFileSync(file, 'utf8').matchAll(/\b100\.\d+\.\d+\.\d+\b/g)) {
      homes.set(ip, (homes.get(ip) ?? 0) + 1);
    }
  }
  const chosen = [...homes].sort(([, a], [, b]) => b - a).slice(1, 1 + people);
  for (const file of files) {
    let text = readFileSync(file, 'utf8');
    for (const [ip] of chosen) text = text.replaceAll(`"${ip}"`, `"${relay}"`);
    writeFileSync(file, text);
  }
}

async function runOf(seed: number, sharing: number): Promise<Run> {
  const folder = join(root, `${seed}-${sharing}`);
  const plan = { scenario: 'half-evicted', seed, people: 40, lifeDays: 8 };
  const { data, recording } = await detect(folder, [plan], (all) => shareAddress(all, sharing));
  const clock = new ManualClock(recording.endMs + DAY_MS);
  const since = instantOfMs(recording.attackMs - HOUR_MS) ?? '';
  const command = ['out', '--since', since, '--data', data];
  const asked = await commandHere([...command, '--json'], clock);
  assert.equal(asked.code, 1, asked.stderr);
  const answers = asked.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
  const { stdout: text } = await commandHere(command, clock);
  return { recording, seed, answers, text };
}

const runs: Run[] = [];
before(async () => {
  for (let seed = SEED; seed < SEED + SEEDS; seed++) {
    // With every other seed, people share an address with the attackers.
    runs.push(await runOf(seed, (seed - SEED) % 2 === 0 ? 0 : 3));
  }
});

function openingsOf({ answers }: Run, kind: Foothold['kind']): readonly Opening[] {
  const found = answers.find(({ foothold }) => foothold === ASKED[kind]);
  assert.ok(found !== undefined, kind);
  assert.equal(
    found.answer,
    found.openings.some(({ state }) => state === 'open') ? 'open' : 'unknown',
  );
  return found.openings;
}

test('removed footholds are closed, and the others are open', () => {
  for (const run of runs) {
    const { footholds, closed } = run.recording;
    for (const kind of new Set([...footholds, ...closed].map((each) => each.kind))) {
      const open = new Set(
        footholds.filter((each) => each.kind === kind).map(({ objectId }) => objectId),
      );
      const gone = new Set(
        closed.filter((each) => each.kind === kind).map(({ objectId }) => objectId),
      );
      const states = openingsOf(run, kind).map(({ state }) => state);
      const had = `${open.size} open, ${gone.size} closed`;
      const text = `seed ${run.seed} ${kind}: ${states.join()} of ${had}`;
      const openCount = states.filter((state) => state === 'open').length;
      assert.ok(openCount >= open.size, text);
      if (open.size === 0) assert.equal(openCount, 0, text);
      if (gone.size > 0)
        assert.ok(
          states.some((state) => state !== 'open'),
          text,
        );
    }
  }
});

test('no foothold is certified out, and each closed one names its evidence', () => {
  for (const { answers } of runs) {
    assert.equal(new Set(answers.map(({ foothold }) => foothold)).size, 44);
    for (const { answer, because, openings } of answers) {
      assert.ok(answer === 'open' || answer === 'unknown');
      const codes = new Set(because.map(({ code }) => code));
      if (answer === 'open') continue;
      assert.ok(codes.has('state-not-read'));
      if (openings.some(({ state }) => state === 'closed')) assert.ok(codes.has('taken-back'));
    }
  }
});

test("suspects exactly the attackers' principals", () => {
  const counts = { right: 0, wrong: 0, missed: 0 };
  const wrong: string[] = [];
  for (const { recording, answers, seed } of runs) {
    const parties = answers[0]?.parties ?? [];
    const theirs = new Set(recording.intruders.map(({ id }) => id.toLowerCase()));
    for (const { names, kind, evidence } of parties) {
      assert.ok(
        evidence.length > 0 &&
          evidence.every(({ edge, entries }) => edge === 'named' || entries.length > 0),
      );
      const ids = names.map((name) => name.slice(name.indexOf(':') + 1).toLowerCase());
      if (ids.some((id) => theirs.has(id))) counts.right += 1;
      else wrong.push(`seed ${seed} ${kind} ${names.join(' ')}`);
    }
    const named = new Set(
      parties.flatMap(({ names }) => names.map((name) => name.slice(name.indexOf(':') + 1))),
    );
    const accounts = recording.intruders.filter(
      ({ kind }) => kind === 'account' || kind === 'application',
    );
    counts.missed += accounts.filter(({ id }) => !named.has(id.toLowerCase())).length;
  }
  counts.wrong = wrong.length;
  const text = `${JSON.stringify(counts)}\n${wrong.join('\n')}`;
  assert.deepEqual([counts.wrong, counts.missed], [0, 0], text);
  assert.ok(counts.right >= runs.length * 5, text);
});

test('the text begins with the conclusion, and says what depends on one finding', () => {
  for (const { text, answers } of runs) {
    const open = answers.filter(({ answer }) => answer === 'open').length;
    assert.match(
      text,
      new RegExp(`^NOT OUT: ${open} footholds are open. ${44 - open} are unknown`),
    );
    assert.match(text, /Counts as the intruders/);
    const alone = answers
      .flatMap(({ without }) => without)
      .filter(({ openingCount }) => openingCount === 0);
    if (alone.length > 0) assert.match(text, /If finding \S+ is a false alarm, foothold/);
  }
});
