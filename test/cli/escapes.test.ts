import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { importHere } from '../support/account.ts';
import { assertHarmless } from '../support/cli/controls.ts';
import { countersign, ended, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

/** Clears the screen, sets the title, forges a line, reverses the text, hides a name. */
const EVIL = '\x1b[2J\x1b]0;owned\x07\r\nroot\x9b31m\u202egnp.exe\u2066\u200b\u2028\ufeff\x7f\b';
const MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(2)>';
const USER = `mallory${EVIL}${MARKUP}@northmoor.example`;

const root = temporaryFolder('escapes');
const data = join(root, `data\x1b[2J`);
const folder = join(root, 'exports');
const file = join(folder, `audit\x1b[31m\nforged line\u202e.json`);

before(async () => {
  mkdirSync(folder);
  const evil = {
    UserId: USER,
    Operation: `FileAccessed${EVIL}`,
    ObjectId: `https://x.example/${EVIL}${MARKUP}`,
    SourceFileName: `${EVIL}${MARKUP}`,
    Workload: `SharePoint${EVIL}`,
    ClientIP: `203.0.113.7${EVIL}`,
    UserAgent: `${EVIL}${MARKUP}`,
    ApplicationDisplayName: `${EVIL}${MARKUP}`,
    AppAccessContext: { AADSessionId: `session${EVIL}`, ClientAppId: EVIL },
  };
  const search = { Operation: 'SearchQueryInitiatedExchange', RecordType: 101, QueryText: EVIL };
  const lines = [
    recordText(1, evil),
    recordText(2, { ...evil, ...search }),
    recordText(3).slice(0, 70),
  ];
  writeFileSync(file, lines.join('\n'));
  await importHere(data, file);
});

const hold = ['ledger', 'hold', '--case', `case${EVIL}`, '--user', USER];

const COMMANDS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['import', ['import', file]],
  ['timeline', ['timeline']],
  ['timeline of a user', ['timeline', '--user', USER]],
  ['statement', ['statement', USER]],
  ['show', ['show', '1']],
  ['query', ['query', 'SELECT actor_name, operation, object, user_agent FROM events']],
  ['coverage', ['coverage']],
  ['an unknown user', ['statement', `nobody${EVIL}`]],
  ['an invalid query', ['query', `SELECT ${EVIL}`]],
  ['a missing file', ['import', join(root, EVIL)]],
  ['hold', hold],
  ['a refused erasure', ['ledger', 'erase', '--user', USER, '--case', EVIL, '--reason', EVIL]],
  ['holds', ['ledger', 'hold', '--list']],
];

/** The other commands print the same text in both forms. */
const AS_JSON: ReadonlySet<string> = new Set(['import', 'timeline', 'statement', 'show', 'query']);

for (const [name, args] of COMMANDS) {
  test(`${name}: no escape of a record reaches the terminal`, async () => {
    const forms = AS_JSON.has(name) ? [[], ['--json']] : [[]];
    const answers = forms.map((form) => countersign([...args, ...form, '--data', data]));
    for (const { code, stdout, stderr } of await Promise.all(answers)) {
      assert.notEqual(code, 70, stderr);
      assertHarmless(stdout, `${name}: standard output`);
      assertHarmless(stderr, `${name}: standard error`);
      assert.ok(!stdout.includes('\nroot'), 'a name forges no line');
    }
  });
}

/** In a pipe, CSV is data, byte for byte. On a terminal it is escaped. */
const CSV: readonly (readonly string[])[] = [
  ['statement', USER, '--format', 'csv'],
  ['query', 'SELECT actor_name, operation FROM events', '--format', 'csv'],
];

const withoutTerminal =
  spawnSync('script', ['--version']).status === 0 ? false : 'no script(1) to create a terminal';

for (const args of CSV) {
  test(`${args[0]} as CSV is escaped on a terminal`, { skip: withoutTerminal }, async () => {
    const env = Object.fromEntries(args.map((arg, at) => [`ARG${at}`, arg]));
    const quoted = args.map((_, at) => `"$ARG${at}"`).join(' ');
    const command = `"$NODE" "$MAIN" ${quoted} --data "$DATA" 2> "$ERRORS"`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: {
        ...process.env,
        ...env,
        NODE: process.execPath,
        MAIN: join(REPOSITORY, 'apps/countersign/src/main.ts'),
        DATA: data,
        ERRORS: join(root, 'errors'),
        NO_COLOR: '1',
      },
    });
    child.stdin.end();
    const { stdout } = await ended(child);
    assert.match(stdout, /owned/);
    // The terminal itself converts line feeds to CRLF.
    assertHarmless(stdout.replaceAll(/\r+\n/g, '\n').replace(/^\^D[\b]{2}/, ''), 'the terminal');
  });
}

test('a statement as HTML executes nothing from a record', async () => {
  const page = join(root, 'statement.html');
  const args = ['statement', USER, '--format', 'html', '-o', page, '--data', data];
  const { code, stderr } = await countersign(args);
  assert.equal(code, 3, stderr);
  const html = readFileSync(page, 'utf8');
  assertHarmless(html, 'the page');
  assert.ok(html.includes('alert(1)'), 'the name is shown');
  assert.doesNotMatch(html, /<script>alert|<img src=x/i);
});
