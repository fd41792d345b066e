import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { IS_LONG } from '../../tools/property.ts';
import { askJson, assertFsckClean } from '../support/account.ts';
import { countersign, start } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { openTerminal, WITHOUT_TERMINAL } from '../support/pseudo-terminal.ts';

/** The short form: ten people on a Friday. The long form is what `npm start` shows. */
const SHORT = ['--people', '10', '--days', '2', '--until', '2026-11-27T20:00Z'];
const FORM = IS_LONG ? [] : SHORT;
const LINES_SHORT = 7;
const LINES = 10;
/** The title of an incident names every step. A terminal wraps it. */
const COLUMNS_MAX = 140;
const CTRL_C = '\x03';
const STACK = /^ +at .*:\d+|defect/m;
const POLL_MS = 50;
const root = temporaryFolder('demo');
const dir = join(root, 'northmoor');

let stdout: string;
let stderr: string;

before(async () => {
  const shown = await countersign(['demo', ...FORM, '--data', dir]);
  assert.equal(shown.code, 0, shown.stderr);
  ({ stdout, stderr } = shown);
});

function linesOf(text: string): ReadonlyMap<string, string> {
  const [results = ''] = text.split('\n\n');
  const lines = results.split('\n').map((line) => [line.slice(0, 15).trim(), line.slice(15)]);
  return new Map(lines as [string, string][]);
}

function line(label: string): string {
  return linesOf(stdout).get(label) ?? assert.fail(`no line ${label}:\n${stdout}`);
}

function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([n]) => Number(n.replaceAll(',', '')));
}

test('a pipe gets the results in short lines, and how to open the console', () => {
  const [results = '', how = ''] = stdout.split('\n\n');
  assert.equal(results.split('\n').length, IS_LONG ? LINES : LINES_SHORT, stdout);
  for (const each of results.split('\n')) assert.ok(each.length <= COLUMNS_MAX, each);
  assert.match(how, /\$ countersign demo --serve --data /);
  assert.doesNotMatch(stderr, /defect|warning/i);
});

test('people signed in through the external method, and policies checked the rest', async () => {
  const [decided = 0, checked = 0, not = 0] = numbersIn(line('Verified'));
  assert.ok(decided >= 10, `${decided} sign-ins were decided`);
  const counted = await askJson<VerifiedCounts>(dir, ['verified'], CANNOT_TELL);
  assert.deepEqual([counted.decided, counted.checked], [decided, checked]);
  const left = Object.values(counted.unverified).reduce((a, b) => a + b, 0);
  assert.equal(not, left);
});

test('at least 95 % of the actions of quiet days are accounted', () => {
  const [share = 0, actions = 0] = numbersIn(line('Accounted'));
  assert.ok(share >= 95, line('Accounted'));
  assert.ok(actions > 500, line('Accounted'));
});

test('it says what it cannot tell, and why', () => {
  assert.match(line('Cannot tell'), /northmoortest\.example: .*did not connect/);
});

test('the evidence file is verified, and a changed one is not', async () => {
  assert.match(line('Proof'), /: verified$/);
  await assertFsckClean(dir);
  const { vkey } = await askJson<Checkpoint>(dir, ['ledger', 'checkpoint']);
  const file = join(dir, 'demo', 'incident.evidence');
  const verify = (path: string) => countersign(['evidence', 'verify', path, '--key', vkey]);
  assert.equal((await verify(file)).code, 0);
  const changed = join(root, 'changed.evidence');
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  writeFileSync(changed, bytes);
  assert.notEqual((await verify(changed)).code, 0);
});

test('the gate of the next wave has an answer with reasons', async () => {
  const { stdout: listed } = await countersign(['gate', '--list', '--data', dir, '--json']);
  const gate = JSON.parse(listed) as RecordedGate;
  assert.match(gate.wave, /^Finance/);
  // A forgotten tenant alone keeps it from a yes.
  assert.notEqual(gate.answer, 'yes');
  const coverage = gate.conditions.find(({ condition }) => condition === 'coverage');
  assert.match(coverage?.found.join() ?? '', /northmoortest\.example.* is not connected/);
});

test('a second run opens the same demonstration', async () => {
  const before = await askJson<Checkpoint>(dir, ['ledger', 'checkpoint']);
  const again = await countersign(['demo', '--data', dir]);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(linesOf(again.stdout), linesOf(stdout));
  assert.deepEqual(await askJson<Checkpoint>(dir, ['ledger', 'checkpoint']), before);
});

test('it serves the console on loopback, at the time of the company', async (t) => {
  const child = start(['demo', '--serve', '--port', '0', '--data', dir, '--json']);
  t.after(() => child.kill('SIGKILL'));
  assert.ok(child.stdout !== null);
  let url = '';
  for await (const text of createInterface({ input: child.stdout })) {
    const said = JSON.parse(text) as { readonly url?: string };
    if (said.url === undefined) continue;
    url = said.url;
    break;
  }
  const { hostname } = new URL(url);
  assert.equal(hostname, 'localhost');
  assert.equal((await fetch(new URL('/api/v1/health', url))).status, 200);
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
});

test('after a second run, the tenant is still connected, and Today has its numbers', async () => {
  const { stdout } = await countersign(['inventory', '--data', dir, '--json']);
  const tenants = stdout.trim().split('\n');
  const states = tenants.map((each) => (JSON.parse(each) as { isConnected: boolean }).isConnected);
  assert.deepEqual(new Set(states), new Set([false, true]));
  const { numbers } = await askJson<Overview>(dir, ['overview'], [0, 1, 3]);
  assert.ok((numbers.feedDelay.value ?? 0) > 0, 'records arrive after a while');
  assert.ok(numbers.verified.whole > 0);
});

test('a folder that holds something else is left alone', async () => {
  const other = join(root, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'letter.txt'), 'Dear Ada');
  const { code, stderr: said } = await countersign(['demo', '--fresh', ...SHORT, '--data', other]);
  assert.equal(code, 2);
  assert.match(said, /holds something else\. Name another folder with --data/);
  assert.deepEqual(readdirSync(other), ['letter.txt']);
});

test('on a terminal, Enter opens the browser, and Ctrl-C ends the demonstration', {
  skip: WITHOUT_TERMINAL,
}, async (t) => {
  const opened = join(root, 'opened');
  const bin = temporaryFolder('bin');
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${opened}\n`, { mode: 0o755 });
  const terminal = await openTerminal(['demo', '--port', '0', '--data', dir], bin);
  t.after(() => terminal.kill());
  await terminal.shows(/Press Enter to open it in your browser\..*Press Ctrl-C to end it\./s);
  assert.match(terminal.screen, /Sign in once +http:\/\/localhost:\d+\/sign-in\/link#\S+/);
  terminal.type('\r');
  while (!existsSync(opened) || readFileSync(opened).length === 0) await delay(POLL_MS);
  const page = readFileSync(readFileSync(opened, 'utf8'), 'utf8');
  assert.match(page, /location\.replace\("http:\/\/localhost:\d+\/sign-in\/link#/);
  terminal.type(CTRL_C);
  assert.equal(await terminal.ended, 0, terminal.screen);
  assert.doesNotMatch(terminal.screen, STACK);
});

test('Ctrl-C while the company lives ends with 130 and one sentence', {
  skip: WITHOUT_TERMINAL,
}, async (t) => {
  const other = join(root, 'interrupted');
  const terminal = await openTerminal(['demo', ...SHORT, '--data', other], root);
  t.after(() => terminal.kill());
  await terminal.shows(/simulating/);
  terminal.type(CTRL_C);
  assert.equal(await terminal.ended, 130, terminal.screen);
  assert.match(terminal.screen, /the demonstration was interrupted; the next run starts it again/);
  assert.doesNotMatch(terminal.screen, STACK);
});

type Overview = {
  readonly numbers: {
    readonly feedDelay: { readonly value: number | null };
    readonly verified: { readonly whole: number };
  };
};
const CANNOT_TELL = [0, 3] as const;
type VerifiedCounts = {
  readonly decided: number;
  readonly checked: number;
  readonly unverified: Readonly<Record<string, number>>;
};
type RecordedGate = {
  readonly wave: string;
  readonly answer: string;
  readonly conditions: readonly { readonly condition: string; readonly found: readonly string[] }[];
};
type Checkpoint = { readonly size: number; readonly vkey: string };
