import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { IS_LONG } from '../../tools/property.ts';
import { askJson } from '../support/account.ts';
import { assertOutput } from '../support/assert-output.ts';
import { NEEDED_SOURCES, observe } from '../support/collection/observe.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { ndjson, record, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2024-03-04T00:00:00Z');
const HOURS = 72;
const HOUR_MS = 3_600_000;
const TENANT = String(record(0)['OrganizationId']);
const COVERED = ['--from', '2024-03-05T00:00:00Z', '--to', '2024-03-05T12:00:00Z'];
const root = temporaryFolder('blindness');
const imported = join(root, 'imported');

before(async () => {
  const file = join(root, 'export.json');
  writeFileSync(file, ndjson(records(600)));
  await askJson(imported, ['import', file]);
  writeFileSync(join(root, 'gate.yaml'), gateText());
});

/** It reads only message files, which no collector delivers: blind, and not expected. */
const HANDED_IN = 'stream/reply-mismatch';

/** The account with exactly these sources collected. */
async function account(name: string, sources: readonly string[]): Promise<string> {
  const data = join(root, name);
  cpSync(imported, data, { recursive: true });
  await observe(data, { tenant: TENANT, sources, startMs: START_MS, hours: HOURS });
  return data;
}

/** A window over all covered days. */
function gateText(): string {
  const behind = Math.floor((systemClock.now() - START_MS - 46 * HOUR_MS) / DAY_MS);
  const sources = '[m365.activity/Audit.SharePoint]';
  return `gate: wave
wave: everybody
window: 12h
behind: ${behind}d
require: { blind: 0, findings: high, coverage: { state: collected, sources: ${sources} } }
`;
}

async function ask(data: string, ...args: readonly string[]): Promise<ProcessResult> {
  return countersign([...args, '--data', data]);
}

type Status = {
  readonly rule: string;
  readonly state: 'live' | 'partial' | 'blind';
  readonly since: string | null;
  readonly because: string | null;
  readonly needs: readonly string[];
  readonly handedIn: boolean;
  readonly findings: number;
};

async function statusOf(data: string, ...args: readonly string[]): Promise<Status[]> {
  const { code, stdout, stderr } = await ask(data, 'rules', 'status', ...args, '--json');
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Status);
}

test('with all needed sources collected, the absence of findings is an answer', async () => {
  const data = await account('whole', NEEDED_SOURCES);
  const states = await statusOf(data, ...COVERED);
  assert.deepEqual(
    states.filter(({ state }) => state !== 'live').map(({ rule, state }) => `${rule} ${state}`),
    [`${HANDED_IN} blind`],
  );
  assert.deepEqual(
    states.filter(({ handedIn }) => handedIn).map(({ rule }) => rule),
    [HANDED_IN],
  );
  const { code, stdout, stderr } = await ask(data, 'findings', ...COVERED, '--json');
  assert.deepEqual([code, stdout], [0, '']);
  // Detectors of hand-imported files do not block an answer, and are still mentioned.
  assert.match(stderr, /^not searched for, or only in part: "[^"]+", because no collector .*\n$/);
  const asked = await ask(data, 'findings', '--rule', HANDED_IN, ...COVERED, '--json');
  assert.equal(asked.code, 3);
  assert.match(
    asked.stderr,
    /1 rule is blind, .*no connected source reports the reply addresses of mail/,
  );
  const gate = await ask(data, 'gate', join(root, 'gate.yaml'), '--json');
  assertOutput('gate', gate.stdout);
  const { conditions, limits } = JSON.parse(gate.stdout) as {
    conditions: { answer: string }[];
    limits: { code: string; text: string }[];
  };
  assert.deepEqual([gate.code, conditions.map(({ answer }) => answer)], [0, ['yes', 'yes', 'yes']]);
  assert.deepEqual(
    limits.map(({ code }) => code),
    ['not-handed-in'],
  );
  assert.match(
    (await ask(data, 'gate', join(root, 'gate.yaml'))).stdout,
    /not searched for, or only in/,
  );
  const out = await ask(data, 'out', '--since', '2024-03-05T00:00:00Z', '--json');
  assertOutput('eviction', out.stdout);
  assert.match(out.stdout, /"code":"not-handed-in"/);
});

test('two years later, every rule is blind, with start and reason', async () => {
  const states = await statusOf(join(root, 'whole'));
  assert.ok(states.length > 90);
  for (const { rule, state, since, because } of states) {
    assert.equal(state, 'blind', rule);
    if (rule === HANDED_IN) continue;
    assert.match(since ?? '', /^2024-03-06T/, rule);
    assert.match(because ?? '', /is lost: /, rule);
  }
});

const CUTS = IS_LONG
  ? [...NEEDED_SOURCES].sort((a) => (a.endsWith('Exchange') ? -1 : 1))
  : ['m365.activity/Audit.Exchange'];

for (const cut of CUTS) {
  test(`with ${cut} cut, no command says "nothing" or "yes"`, async () => {
    const sources = NEEDED_SOURCES.filter((source) => source !== cut);
    const data = await account(cut.replaceAll(/\W/g, '-'), sources);
    const findings = await ask(data, 'findings', ...COVERED);
    assert.equal(findings.code, 3);
    assert.match(findings.stderr, /(?:rules? (?:is|are) blind|sees? only a part), such as "/);
    const gate = await ask(data, 'gate', join(root, 'gate.yaml'), '--json');
    const said = JSON.parse(gate.stdout) as { answer: string; resume: string[] };
    const states = (await statusOf(data, ...COVERED)).filter(({ handedIn }) => !handedIn);
    const isBlind = states.some(({ state }) => state === 'blind');
    assert.deepEqual([gate.code, said.answer], isBlind ? [1, 'no'] : [3, 'unknown']);
    assert.ok(said.resume.some((text) => /that cannot see/.test(text)));
    const out = await ask(data, 'out', '--since', '2024-03-05T00:00:00Z', '--json');
    assert.equal(out.code, 3);
    assert.match(out.stdout, /"code":"rules-blind"/);
  });
}

test('for one rule, only its own sources count', async () => {
  const data = join(root, (CUTS[0] ?? '').replaceAll(/\W/g, '-'));
  const states = await statusOf(data, ...COVERED);
  const seeing = states.find(({ needs }) => needs.join() === 'sharepoint');
  const blind = states.find(({ needs }) => needs.join() === 'exchange');
  assert.deepEqual([seeing?.state, blind?.state], ['live', 'blind']);
  assert.match(blind?.because ?? '', /no connected source reports Exchange/);
  const of = (rule: string | undefined): Promise<ProcessResult> =>
    ask(data, 'findings', '--rule', rule ?? '', ...COVERED, '--json');
  assert.match((await of(blind?.rule)).stderr, /1 rule is blind, such as "/);
  assert.doesNotMatch((await of(seeing?.rule)).stderr, /blind/);
});

test('over files, no finding rule is blind, and every screen shows the same counts', async () => {
  const data = join(root, 'sample');
  const sample = join(import.meta.dirname, '../../content/sample/export');
  await askJson(data, ['import', sample]);
  const states = await statusOf(data);
  assert.ok(states.some(({ findings, state }) => findings > 0 && state === 'live'));
  const unseen = states.filter(({ state, findings }) => state === 'blind' && findings > 0);
  assert.deepEqual(
    unseen.map(({ rule }) => rule),
    [],
  );
  const blind = states.filter(({ state, handedIn }) => state === 'blind' && !handedIn);
  for (const { because } of blind) assert.match(because ?? '', /no connected source reports/);
  assert.ok(blind.length > 0, 'the sample has no network log');
  const status = await ask(data, 'rules', 'status');
  assert.match(status.stdout, new RegExp(` live, \\d+ partial, ${blind.length} blind, 0 failed`));
  const asides = status.stdout.match(/Cannot tell whether this input is complete/g);
  assert.equal(asides?.length, 1, 'completeness is stated once');
  const said = new RegExp(`${blind.length} rules are blind`);
  assert.match((await ask(data, 'findings', '--json')).stderr, said);
  assert.match((await ask(data, 'out', '--since', '2026-03-01', '--json')).stdout, said);
  const days = Math.ceil((systemClock.now() - Date.parse('2026-03-01T00:00:00Z')) / DAY_MS);
  const gate = join(root, 'sample-gate.yaml');
  const head = `gate: g\nwave: w\nwindow: ${days}d\n`;
  writeFileSync(gate, `${head}require: { blind: 0 }\n`);
  const asked = await ask(data, 'gate', gate, '--json');
  assert.match(asked.stdout, new RegExp(`"${blind.length} rules cannot see, such as `));
  writeFileSync(gate, `${head}require: { blind: ${blind.length} }\n`);
  const allowed = await ask(data, 'gate', gate, '--json');
  assert.equal(allowed.code, 3, 'a file does not prove that it is complete');
});
