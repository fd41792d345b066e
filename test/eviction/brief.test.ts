import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { displayWidth } from '../../apps/countersign/src/cli/terminal/text-width.ts';
import { askJson } from '../support/account.ts';
import { type CommandResult, commandHere } from '../support/command-here.ts';
import { ndjson, record } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('brief');
const data = join(root, 'data');
const exported = join(root, 'records.json');
const SESSION = '0b2c6d3e-1111-4a00-8000-000000000001';
/** Would end the paragraph, run a script, clear a terminal, and reverse the line. */
const HOSTILE = '</li><script>alert(1)</script>&"\u001b[2J\u202e@example.org';
const SECTIONS = [
  ...['what-happened', 'who-got-in', 'how-they-got-in', 'what-they-did', 'what-they-read'],
  ...['still-open', 'cannot-tell', 'do-first', 'confidence'],
];

function forwarding(number: number, user: string): object {
  return record(number, {
    ...{ Operation: 'New-InboxRule', RecordType: 1, Workload: 'Exchange' },
    ...{ UserId: user, ObjectId: user, ResultStatus: 'True', ClientIP: '203.0.113.77' },
    ...{ ApplicationId: undefined, SessionId: SESSION },
    AppAccessContext: { AADSessionId: SESSION },
    Parameters: [{ Name: 'ForwardTo', Value: 'elsewhere@fabrikam.example' }],
  });
}

const run = (columns: number, ...args: readonly string[]): Promise<CommandResult> =>
  commandHere([...args, '--data', data], systemClock, { COLUMNS: String(columns) });

before(async () => {
  writeFileSync(exported, ndjson([forwarding(1, 'ada@example.org'), forwarding(2, HOSTILE)]));
});

test('import ends with its findings, and with the command that shows more', async () => {
  const { stdout } = await run(80, 'import', exported);
  assert.match(stdout, /\n\d+ high (?:and \d+ medium )?findings? in \d+ incidents?/);
  assert.match(stdout.trimEnd().replaceAll('\n', ' '), /Run: countersign brief$/);
});

test('brief: has every section, starts with the conclusion, and cites entries', async () => {
  const brief = await askJson<Page>(data, ['brief']);
  assert.match(brief.conclusion, /^(?:They are not out|Cannot tell)/);
  assert.deepEqual(
    brief.sections.map(({ id }) => id),
    SECTIONS,
  );
  const { size } = await askJson<{ size: number }>(data, ['ledger', 'checkpoint']);
  for (const { id, sentences, unknown } of brief.sections) {
    assert.ok(sentences.length + unknown.length > 0 || id === 'cannot-tell', id);
    for (const { text, entries } of sentences) {
      assert.ok(entries.length > 0, text);
      for (const entry of entries) assert.ok(entry < size, text);
    }
    for (const { text, because, wouldDecide } of unknown) {
      assert.match(text, /^Cannot tell /);
      assert.ok(because !== '' && wouldDecide !== '', text);
    }
  }
  const unknown = brief.sections.find(({ id }) => id === 'cannot-tell')?.unknown ?? [];
  assert.ok(unknown.length > 0, 'a file does not prove completeness');
});

type Sentence = { readonly text: string; readonly entries: readonly number[] };
type Page = {
  readonly conclusion: string;
  readonly sections: readonly {
    readonly id: string;
    readonly sentences: readonly Sentence[];
    readonly unknown: readonly (Sentence & { because: string; wouldDecide: string })[];
  }[];
};

test('brief: as text it fits the terminal, and contains no control characters', async () => {
  for (const columns of [60, 80, 200]) {
    const { code, stdout } = await run(columns, 'brief');
    assert.equal(code, 0, 'something is shown');
    for (const line of stdout.split('\n')) assert.ok(displayWidth(line) <= columns, line);
    assert.match(stdout, /^BRIEF {2}/);
    assert.match(stdout, /^Do first +1\. /m);
    assert.match(stdout, /\[\d+/);
    assert.match(stdout, /script/, 'the hostile name is shown');
    assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  }
});

test('brief: as HTML it is one page without a script, with every name escaped', async () => {
  const file = join(root, 'brief.html');
  const { code, stdout } = await run(80, 'brief', '--format', 'html', '-o', file);
  assert.deepEqual([code, stdout], [0, '']);
  const page = readFileSync(file, 'utf8');
  assert.equal(statSync(file).mode & 0o077, 0, 'only the owner can read it');
  assert.match(page, /^<!DOCTYPE html>/);
  assert.match(page, /default-src &#39;none&#39;|default-src 'none'/);
  assert.doesNotMatch(page, /<script|<img|<link|<iframe|\son\w+=|url\(|https?:/i);
  assert.match(page, /&lt;script&gt;/);
  assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  for (const id of SECTIONS) assert.match(page, new RegExp(`<h2 id="${id}">`));
});

test('brief: shows an incident by its short id, and refuses an unknown one', async () => {
  const { stdout: list } = await run(80, 'findings');
  const id = /^INCIDENT ([0-9a-f]{4,})/m.exec(list)?.[1] ?? '';
  const { code, stdout } = await run(80, 'brief', id);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^INCIDENT BRIEF {2}${id} `));
  assert.equal((await run(80, 'brief', '0000000')).code, 2);
  assert.equal((await run(80, 'brief', id, '--from', '2024-01-01')).code, 2);
});

test('brief: with nothing to report it says why, and exits 3', async () => {
  const { code, stdout, stderr } = await run(80, 'brief', '--to', '2020-01-01');
  assert.deepEqual([code, stdout], [3, '']);
  assert.match(stderr, /cannot tell, because there is no finding to report/);
});

test('eviction: lists open footholds first with entries, and shared reasons once', async () => {
  const { code, stdout } = await run(80, 'eviction', '--tainted', 'user:ada@example.org');
  assert.equal(code, 1);
  const [conclusion, since] = stdout.split('\n');
  assert.match(
    conclusion ?? '',
    /^NOT OUT: \d+ footholds? (?:is|are) open\. \d+ (?:is|are) unknown/,
  );
  assert.match(
    since ?? '',
    /^Since \d+ \w{3} \d{4} \d\d:\d\d UTC\.$/,
    'the first event of findings',
  );
  const [open, unknown] = [stdout.indexOf('\nOPEN\n'), stdout.indexOf('\nCANNOT TELL\n')];
  assert.ok(open > 0 && unknown > open);
  assert.match(stdout.slice(open, unknown), /\((?:entry|entries) \d+/);
  const shared = [...stdout.matchAll(/^\[(\d+)\] +(\S.*)$/gm)];
  assert.ok(shared.length > 0);
  for (const [, number, text = ''] of shared) {
    assert.equal(stdout.split(`\n[${number}] `).length, 2);
    assert.equal(stdout.split(text).length, 2, `said once: ${text}`);
  }
  for (const line of stdout.split('\n')) assert.ok(displayWidth(line) <= 80, line);
  const alias = await run(80, 'out', '--tainted', 'user:ada@example.org');
  assert.equal(alias.stdout, stdout, 'by its former name');
});

test('brief: omits a finding that a person explained', async () => {
  const uids = (await run(80, 'findings', '--json')).stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { finding_info: { uid: string } }).finding_info.uid);
  assert.ok(uids.length > 0);
  for (const uid of uids) {
    const how = ['--status', 'suppressed', '--reason', 'a drill'];
    const marked = await run(80, 'findings', 'mark', uid, ...how);
    assert.equal(marked.code, 0, marked.stderr);
  }
  const { code, stderr } = await run(80, 'brief');
  assert.equal(code, 3, stderr);
  assert.match(stderr, /there is no finding to report/);
});
