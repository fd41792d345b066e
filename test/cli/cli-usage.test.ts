import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countersign } from '../support/command-line.ts';

const COMMANDS = [
  'import',
  'findings',
  'rules',
  'show',
  'timeline',
  'statement',
  'query',
  'coverage',
  'decide',
  'policy',
  'passes',
  'verified',
  'reconcile',
  'brief',
  'eviction',
  'gate',
  'check-tenant',
  'conformance',
  'requests',
  'ledger',
  'evidence',
  'rebuild',
  'serve',
  'emulator',
  'demo',
];

test('help goes to standard output, names every command, and fits 80 columns', async () => {
  const { code, stdout, stderr } = await countersign(['--help']);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  for (const command of COMMANDS) {
    assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
  }
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
});

test('no command is a usage error: help on standard error, exit 2', async () => {
  const { code, stdout, stderr } = await countersign([]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^Usage: countersign COMMAND/);
});

for (const [what, args] of [
  ['an unknown command', ['imprt']],
  ['an unknown option', ['import', 'x', '--fast']],
  ['a missing argument', ['show']],
  ['too many arguments', ['coverage', 'x']],
  ['an invalid index', ['show', '-1']],
  ['an invalid time', ['timeline', '--from', 'yesterday']],
  ['an invalid tenant', ['timeline', '--tenant', 'contoso']],
  ['an unknown format', ['statement', 'x', '--format', 'pdf']],
  ['a group without its command', ['ledger']],
] as const) {
  test(`${what} is a usage error: nothing on standard output, exit 2`, async () => {
    const { code, stdout, stderr } = await countersign(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.notEqual(stderr, '');
  });
}

test('a mistyped command gets one sentence with a suggestion', async () => {
  const { stderr } = await countersign(['imprt']);
  assert.match(stderr, /^countersign: unknown command 'imprt' \(Did you mean import\?\).*\n$/);
});

test('an escape in an argument does not reach the terminal', async () => {
  const { stderr } = await countersign(['\x1b[2Jx']);
  assert.match(stderr, /␛\[2Jx/);
  assert.ok(!stderr.includes('\x1b'));
});

test('FORCE_COLOR adds color, NO_COLOR and a pipe do not', async () => {
  const painted = await countersign(['--help'], { env: { FORCE_COLOR: '1' } });
  assert.ok(painted.stdout.includes('\x1b['));
  const plain = await countersign(['--help'], { env: { NO_COLOR: '' } });
  assert.ok(!plain.stdout.includes('\x1b['));
});

test('--debug shows where an error came from', async () => {
  const { stderr } = await countersign(['show', '1', '--data', '/nowhere', '--debug']);
  assert.match(stderr, /^countersign: .*\n\w*Error: .*\n +at /);
});
