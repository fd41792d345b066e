import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { instantOfMs, ManualClock } from '../src/core/index.ts';
import { IS_LONG, SEED } from '../tools/property.ts';
import { type Answered, commandHere } from './support/command-here.ts';
import {
  type Account,
  accountOf,
  type Collected,
  feedsOf,
  rulesOf,
  type Story,
  storyOf,
} from './support/cuts.ts';
import { temporaryFolder } from './support/folders.ts';
import { SCENARIOS } from './support/staged.ts';

const HOUR_MS = 3_600_000;
const CRITICAL = 5;
const root = temporaryFolder('source-cuts');
const gate = join(root, 'gate.yaml');

/** Told in seconds: the short form takes one of them, and one of its feeds. */
const SHORT = ['consent-phishing', 'device-code-phishing', 'mailbox-rule-fraud', 'rdp-phishing'];
const SCENARIOS_ASKED = IS_LONG ? Object.keys(SCENARIOS) : [SHORT[SEED % SHORT.length] as string];

before(() => {
  // It asks for no source by its name: what it says of one that is not there it has to find out.
  const text = 'gate: wave\nwave: all\nwindow: 1d\nbehind: 12h\nrequire: { findings: critical }\n';
  writeFileSync(gate, text);
});

async function ask(account: Account, ...args: readonly string[]): Promise<Answered> {
  const clock = new ManualClock(account.toMs + 12 * HOUR_MS);
  return commandHere([...args, '--data', account.data, '--json'], clock);
}

function periodOf({ fromMs, toMs }: Story): string[] {
  return ['--from', instantOfMs(fromMs) ?? '', '--to', instantOfMs(toMs) ?? ''];
}

/** Where all is collected, every answer is one: what a cut turns it into is of the cut. */
async function assertWhole(whole: Account): Promise<void> {
  const short = whole.sights.filter(({ sight }) => sight.state !== 'live');
  assert.deepEqual(
    short.map(({ watcher }) => watcher.id),
    ['stream/reply-mismatch'],
  );
  assert.notDeepEqual(rulesOf(whole), []);
  assert.equal((await ask(whole, 'findings', ...periodOf(whole))).code, 0);
  const isGrave = whole.judged.some(({ finding }) => finding.severity === CRITICAL);
  assert.equal((await ask(whole, 'gate', gate)).code, isGrave ? 1 : 0);
}

async function assertNotSilent(whole: Account, cut: Account): Promise<void> {
  const lost = rulesOf(whole).filter((rule) => !rulesOf(cut).includes(rule));
  const isOf = (rule: string, id: string): boolean => rule === id || rule.startsWith(`${id}/`);
  const silent = lost.filter((rule) => {
    return !cut.sights.some(
      ({ watcher, sight }) => isOf(rule, watcher.id) && sight.state !== 'live',
    );
  });
  assert.deepEqual(silent, [], 'rules that found it, do not, and say that they could');
  const isBlind = cut.sights.some(({ watcher, sight }) => {
    return sight.state !== 'live' && watcher.id !== 'stream/reply-mismatch';
  });
  const findings = await ask(cut, 'findings', ...periodOf(cut));
  if (findings.code === 0) {
    assert.notEqual(findings.stdout, '', 'nothing was found, and that is no answer');
    if (isBlind) assert.match(findings.stderr, /blind|only a part/);
  } else {
    assert.deepEqual([findings.code, findings.stderr === ''], [3, false]);
  }
  for (const rule of lost.slice(0, 2)) {
    const asked = await ask(cut, 'findings', '--rule', rule, ...periodOf(cut));
    assert.equal(asked.code, 3, `${rule}: ${asked.stdout}`);
  }
  await assertHeld(cut, isBlind);
}

async function assertHeld(cut: Account, isBlind: boolean): Promise<void> {
  const held = await ask(cut, 'gate', gate);
  if (isBlind) assert.notEqual(held.code, 0, held.stdout);
  const out = await ask(cut, 'out', '--since', instantOfMs(cut.fromMs) ?? '');
  assert.ok(out.code === 1 || out.code === 3, `out exits ${out.code}: ${out.stderr}`);
  if (isBlind) assert.match(out.stdout, /"code":"rules-blind"/);
  const status = await ask(cut, 'rules', 'status', ...periodOf(cut));
  const states = status.stdout
    .split('\n')
    .filter((line) => /"state":"(?:blind|partly)"/.test(line));
  assert.equal(states.length > 1, isBlind);
}

for (const scenario of SCENARIOS_ASKED) {
  test(`no source of ${scenario} can be cut and leave silence behind`, async (t) => {
    const folder = join(root, scenario);
    mkdirSync(folder);
    const story = storyOf(join(folder, 'told'), scenario, SEED);
    const whole = await accountOf(join(folder, 'whole'), story);
    await assertWhole(whole);
    const feeds = feedsOf(story);
    const cuts = IS_LONG ? feeds : [feeds[SEED % feeds.length] as Collected];
    for (const cut of cuts) {
      await t.test(`${cut} is cut`, async () => {
        const account = await accountOf(join(folder, cut.replace('/', '-')), story, cut);
        await assertNotSilent(whole, account);
      });
    }
  });
}
