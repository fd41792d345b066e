import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { displayWidth } from '../../apps/countersign/src/cli/terminal/text-width.ts';
import { askJson } from '../support/account.ts';
import { type CommandResult, commandHere } from '../support/command-here.ts';
import { ndjson, record } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('findings-shown');
const data = join(root, 'data');
const SESSION = '0b2c6d3e-1111-4a00-8000-000000000001';
/** Would clear the screen, and reverse the rest of the line. */
const HOSTILE = 'Rule\u001b[2J\u202e\u0007 of eve';

function rule(number: number, user: string, name: string): object {
  return record(number, {
    ...{ Operation: 'New-InboxRule', RecordType: 1, Workload: 'Exchange' },
    ...{ UserId: `${user}@example.org`, ObjectId: `${user}@example.org\\${name}` },
    ...{ ResultStatus: 'True', ClientIP: '203.0.113.77', ApplicationId: undefined },
    ...{ SessionId: SESSION, AppAccessContext: { AADSessionId: SESSION } },
    Parameters: [
      { Name: 'ForwardTo', Value: 'elsewhere@fabrikam.example' },
      { Name: 'Name', Value: name },
    ],
  });
}

const run = (columns: number, ...args: readonly string[]): Promise<CommandResult> =>
  commandHere([...args, '--data', data], systemClock, { COLUMNS: String(columns) });

before(async () => {
  const file = join(root, 'records.json');
  writeFileSync(file, ndjson([rule(1, 'ada', 'all'), rule(2, 'eve', HOSTILE)]));
  await askJson(data, ['import', file]);
});

test('findings: the conclusion first, then one line each, with name, person and time', async () => {
  const { code, stdout, stderr } = await run(80, 'findings', '--all');
  assert.equal(code, 0, 'a list with items');
  assert.match(stderr, /^Not everything could be seen: /m);
  const [conclusion = '', ...rest] = stdout.trimEnd().split('\n');
  assert.match(conclusion, /^\d+ high (?:and \d+ medium )?findings? in \d+ incidents?/);
  const lines = rest.filter((line) => /^ {2}\S/.test(line));
  assert.ok(lines.length >= 4);
  for (const line of lines) {
    assert.match(
      line,
      /^ {2}(?:critical|high|medium|low|info) +\d+ \w{3} \d\d:\d\d {2}\S.* [0-9a-f]{4,}$/,
    );
  }
  const severities = lines.map((line) => line.trim().split(' ')[0] ?? '');
  const order = ['critical', 'high', 'medium', 'low', 'info'];
  assert.deepEqual(
    severities,
    severities.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)),
    'of one incident, by severity',
  );
  assert.ok(
    lines.some((line) => /\d\d:\d\d {2}ada /.test(line)),
    'by name, not by id',
  );
});

test('findings: no line is wider than the terminal, and none is cut in a pipe', async () => {
  for (const columns of [60, 80, 200]) {
    const { stdout } = await run(columns, 'findings', '--all');
    for (const line of stdout.split('\n')) assert.ok(displayWidth(line) <= columns, line);
  }
  const { stdout } = await commandHere(['findings', '--data', data], systemClock);
  assert.doesNotMatch(stdout, /…/u);
});

test('findings show: accepts a short id, and shows everything known', async () => {
  const { stdout: list } = await run(80, 'findings', '--min-severity', 'high');
  const id = /^ {2}high .*ada .* ([0-9a-f]{4,})$/m.exec(list)?.[1] ?? '';
  const { code, stdout } = await run(80, 'findings', 'show', id);
  assert.equal(code, 0);
  const [severity, title] = stdout.split('\n');
  assert.equal(severity, 'HIGH');
  assert.match(title ?? '', /\S/);
  for (const label of [
    'When',
    'Why',
    'Harmless',
    'Do',
    'People',
    'Addresses',
    'Rule',
    'Evidence',
  ]) {
    assert.match(stdout, new RegExp(`^${label} +\\S`, 'm'), label);
  }
  assert.match(stdout, /^Harmless +when \S/m);
  assert.match(stdout, /^Addresses +203\.0\.113\.77$/m);
  assert.match(stdout, /countersign eviction --incident [0-9a-f]{4,}/);
  for (const line of stdout.split('\n')) assert.ok(displayWidth(line) <= 80, line);
  const whole = JSON.parse((await run(80, 'findings', 'show', id, '--json')).stdout) as FindingPage;
  assert.ok(whole.uid.startsWith(id));
  assert.equal(whole.finding.class_uid, 2004);
  assert.ok(whole.events.length > 0 && whole.next.length > 0);
});

type FindingPage = {
  readonly uid: string;
  readonly finding: { readonly class_uid: number };
  readonly events: readonly unknown[];
  readonly next: readonly string[];
};

test('findings show: refuses an unknown id', async () => {
  const { code, stderr } = await run(80, 'findings', 'show', '0000000');
  assert.equal(code, 2);
  assert.match(stderr, /could not find the finding "0000000"/);
});

test('a hostile rule name does not control the terminal', async () => {
  const { stdout } = await run(80, 'findings', '--all');
  const ids = [...stdout.matchAll(/ ([0-9a-f]{4,})$/gm)].map(([, id]) => id ?? '');
  const pages = await Promise.all(ids.map((id) => run(80, 'findings', 'show', id)));
  const all = [stdout, ...pages.map((page) => page.stdout)].join('\n');
  assert.match(all, /2J/, 'it is shown');
  assert.doesNotMatch(all.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});

test('findings incidents: flags that findings has too reach the subcommand', async () => {
  const list = (...flags: readonly string[]) => run(200, 'findings', 'incidents', ...flags);
  const all = await list('--min-severity', 'informational', '--json');
  const critical = await list('--min-severity', 'critical', '--json');
  assert.notEqual(all.stdout, '');
  assert.deepEqual([critical.code, critical.stdout], [3, ''], 'files prove no completeness');
  const period = await list('--from', '2030-01-01');
  assert.deepEqual([period.code, period.stdout], [2, '']);
  assert.match(period.stderr, /--from cannot be given with findings incidents/);
});
