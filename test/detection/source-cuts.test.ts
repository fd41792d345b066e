import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { instantOfMs, ManualClock } from '@countersign/core';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { type CommandResult, commandHere } from '../support/command-here.ts';
import { SCENARIOS } from '../support/detection/scenario-setups.ts';
import {
  type Account,
  accountOf,
  type CollectedFeed,
  type Cut,
  feedsOf,
  healthsWithin,
  instantsOf,
  rulesOf,
  type Story,
  storyOf,
} from '../support/detection/source-cut.ts';
import { temporaryFolder } from '../support/folders.ts';

const HOUR_MS = 3_600_000;
/** All delays in polls are shorter. */
const SETTLED_MS = 6 * HOUR_MS;
const PEOPLE_ASKED = 2;
const CRITICAL = 5;
const root = temporaryFolder('source-cuts');
const gate = join(root, 'gate.yaml');

/** Played in seconds: the short form uses one of them, and one of its feeds. */
const SHORT = ['consent-phishing', 'device-code-phishing', 'mailbox-rule-fraud', 'rdp-phishing'];
const SCENARIOS_ASKED = IS_LONG ? Object.keys(SCENARIOS) : [SHORT[SEED % SHORT.length] as string];

before(() => {
  // The gate names no source: it must find out which sources are missing.
  const text = 'gate: wave\nwave: all\nwindow: 1d\nbehind: 12h\nrequire: { findings: critical }\n';
  writeFileSync(gate, text);
});

async function ask(account: Account, ...args: readonly string[]): Promise<CommandResult> {
  const clock = new ManualClock(account.toMs + 12 * HOUR_MS);
  return commandHere([...args, '--data', account.data, '--json'], clock);
}

type Period = Pick<Story, 'fromMs' | 'toMs'>;

function periodOf({ fromMs, toMs }: Period): string[] {
  return ['--from', instantOfMs(fromMs) ?? '', '--to', instantOfMs(toMs) ?? ''];
}

/**
 * With everything collected, every query has an answer, so changes come from the cut. Returns
 * people with complete statements.
 */
async function assertWhole(whole: Account): Promise<readonly string[]> {
  const short = whole.healths.filter(({ health }) => health.state !== 'live');
  assert.deepEqual(
    short.map(({ profile }) => profile.id),
    ['stream/reply-mismatch'],
  );
  assert.notDeepEqual(rulesOf(whole), []);
  const people = await statedOf(whole);
  assert.notDeepEqual(people, []);
  assert.equal((await ask(whole, 'findings', ...periodOf(whole))).code, 0);
  const isGrave = whole.findings.some(({ finding }) => finding.severity === CRITICAL);
  assert.equal((await ask(whole, 'gate', gate)).code, isGrave ? 1 : 0);
  return people;
}

/** Statements do not use these feeds, or get the same facts from others. */
const NOT_OF_STATEMENTS: readonly CollectedFeed[] = [
  'azure/MicrosoftGraphActivityLogs',
  ...(['azure/SignInLogs', 'azure/AuditLogs', 'azure/ServicePrincipalSignInLogs'] as const),
  ...(['azure/EmailEvents', 'azure/EmailAttachmentInfo', 'azure/EmailUrlInfo'] as const),
];

async function assertNotSilent(
  { whole, people }: { readonly whole: Account; readonly people: readonly string[] },
  cut: Account,
  { feed, fromMs }: Cut,
): Promise<void> {
  /** The period in which the source was silent. */
  const silent = { fromMs: fromMs ?? whole.fromMs, toMs: whole.toMs };
  // A source that was connected once is missed, whatever it reported.
  const isOfStatements = fromMs !== null || !NOT_OF_STATEMENTS.includes(feed);
  const lost = rulesOf(whole).filter((rule) => !rulesOf(cut).includes(rule));
  const isOf = (rule: string, id: string): boolean => rule === id || rule.startsWith(`${id}/`);
  const sure = lost.filter((rule) => {
    return !cut.healths.some(
      ({ profile, health }) => isOf(rule, profile.id) && health.state !== 'live',
    );
  });
  assert.deepEqual(sure, [], 'rules that found it no longer do, and claim to be healthy');
  const isBlind = blindIn(cut.healths).length > 0;
  const findings = await ask(cut, 'findings', ...periodOf(silent));
  if (findings.code === 0) {
    assert.notEqual(findings.stdout, '', 'nothing was found, although that is not an answer');
    if (isBlind) assert.match(findings.stderr, /blind|only a part/);
  } else {
    assert.deepEqual([findings.code, findings.stderr === ''], [3, false]);
  }
  for (const rule of lost.slice(0, 2)) {
    const asked = await ask(cut, 'findings', '--rule', rule, ...periodOf(cut));
    assert.equal(asked.code, 3, `${rule}: ${asked.stdout}`);
  }
  for (const who of isOfStatements ? people : []) {
    const statement = await ask(cut, 'statement', who, ...periodOf(silent));
    assert.equal(statement.code, 3, `of ${who}: ${statement.stderr}`);
  }
  if (fromMs !== null) {
    // Without a period: it does not end where the source became silent.
    const listed = await ask(cut, 'findings');
    // A list with items exits 0 and says on standard error that it may be incomplete.
    assert.equal(listed.code, listed.stdout === '' ? 3 : 0);
    assert.match(listed.stderr, /is lost|is late|silent|cannot tell|Not everything could be seen/);
    assert.equal((await ask(cut, 'reconcile')).code, 3);
  }
  await assertHeld(cut, isBlind);
}

/** People with findings and known activity. A person who only received mail did nothing. */
async function statedOf(whole: Account): Promise<string[]> {
  const all = whole.findings.flatMap(({ finding }) => finding.principals);
  // By object id if a record states it, or else by name.
  const names = all.map((key) => key.replace(/^user:/, '')).filter((key) => !key.includes(':'));
  const people: string[] = [];
  for (const name of new Set(names)) {
    const { code } = await ask(whole, 'statement', name, ...periodOf(whole));
    if (code === 0 && people.push(name) === PEOPLE_ASKED) break;
  }
  return people;
}

function blindIn(healths: Account['healths']): string[] {
  const short = healths.filter(({ health }) => health.state !== 'live');
  return short.map(({ profile }) => profile.id).filter((id) => id !== 'stream/reply-mismatch');
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
    .filter((line) => /"state":"(?:blind|partial)"/.test(line));
  assert.equal(states.length > 1, isBlind);
}

/**
 * A detector that is blind after the instant is blind for the whole period, and sees what came
 * before.
 */
async function assertSince(cut: Account, atMs: number): Promise<void> {
  const before = await healthsWithin(cut, { fromMs: cut.fromMs, toMs: atMs - SETTLED_MS });
  assert.deepEqual(blindIn(before), [], 'what was collected counts as seen');
  const behind = await healthsWithin(cut, { fromMs: atMs, toMs: cut.toMs });
  assert.deepEqual(blindIn(behind), blindIn(cut.healths));
}

type CutCase = { readonly name: string; readonly cut: Cut };

function cutsOf(story: Story, feed: CollectedFeed): CutCase[] {
  const instants = instantsOf(story, feed);
  const middle = instants.length >> 1;
  const at = IS_LONG ? new Set([0, middle, instants.length - 1]) : [SEED % instants.length];
  const midway = [...at].map((each): CutCase => {
    // Just before it: neither its arrival nor its absence is known.
    const fromMs = (instants[each] as number) - 1;
    return { name: `becomes silent at ${instantOfMs(fromMs)}`, cut: { feed, fromMs } };
  });
  return [{ name: 'is cut', cut: { feed, fromMs: null } }, ...midway];
}

for (const scenario of SCENARIOS_ASKED) {
  test(`no source of ${scenario} can be cut without notice`, async (t) => {
    const folder = join(root, scenario);
    mkdirSync(folder);
    const story = storyOf(join(folder, 'told'), scenario, SEED);
    const whole = await accountOf(join(folder, 'whole'), story);
    const people = await assertWhole(whole);
    const feeds = feedsOf(story);
    const asked = IS_LONG ? feeds : [feeds[SEED % feeds.length] as CollectedFeed];
    for (const feed of asked) {
      for (const [at, { name, cut }] of cutsOf(story, feed).entries()) {
        await t.test(`${feed} ${name}`, async () => {
          const data = join(folder, `${feed.replace('/', '-')}-${at}`);
          const account = await accountOf(data, story, cut);
          await assertNotSilent({ whole, people }, account, cut);
          if (cut.fromMs !== null) await assertSince(account, cut.fromMs);
        });
      }
    }
  });
}
