import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { SCOPES } from '../../apps/countersign/src/operations/definition/scopes.ts';
import { type RunningService, startSampleService } from '../support/api/running-service.ts';
import { commandHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('remote-command');
let service: RunningService;
let token = '';

before(async () => {
  service = await startSampleService(root);
  token = await service.newToken('remote', SCOPES);
});
after(() => service.server.end());

type Result = Awaited<ReturnType<typeof commandHere>>;

function remote(args: readonly string[], secret: string = token): Promise<Result> {
  const line = [...args, '--server', service.url];
  return commandHere(line, systemClock, { COUNTERSIGN_TOKEN: secret });
}

const local = (args: readonly string[]): Promise<Result> =>
  commandHere([...args, '--data', service.dir], systemClock, {});

/** Answers that name no person, because a token sees pseudonyms. */
const COMMANDS: readonly (readonly string[])[] = [
  ['coverage'],
  ['ledger', 'checkpoint'],
  ['ledger', 'fsck'],
  ['ledger', 'prove', '0'],
  ['ledger', 'prove', '999999999'],
  ['passes', 'list'],
  ['bypass', 'list'],
  ['verified', '--from', '2026-03-02', '--to', '2026-03-03'],
  ['reconcile', '--from', '2026-03-02', '--to', '2026-03-03'],
  ['requests'],
  ['check-tenant'],
  ['findings', '--min-severity', 'critical', '--from', '2020-01-01', '--to', '2020-01-02'],
];

for (const command of COMMANDS) {
  test(`${command.join(' ')} prints the same JSON and exits the same at a service`, async () => {
    const here = await local([...command, '--json']);
    const there = await remote([...command, '--json']);
    assert.equal(there.stdout, here.stdout);
    assert.equal(there.code, here.code, there.stderr);
  });
}

test('a table that needs only the answer is the same at a service', async () => {
  for (const command of [['ledger', 'checkpoint'], ['ledger', 'fsck'], ['verified']]) {
    const [here, there] = [await local(command), await remote(command)];
    assert.equal(there.stdout, here.stdout, command.join(' '));
  }
});

test('a list without its table prints JSON, and says so', async () => {
  const { stdout, stderr, code } = await remote(['coverage']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /it prints JSON/);
  for (const line of stdout.trimEnd().split('\n')) JSON.parse(line);
});

test('a token from a file works, and no token, a wrong one and a revoked one do not', async () => {
  const file = join(root, 'token');
  const secret = await service.newToken('short-lived', ['ledger:read']);
  writeFileSync(file, `${secret}\n`);
  const line = ['ledger', 'checkpoint', '--json', '--server', service.url];
  const fromFile = [...line, '--token-file', file];
  assert.equal((await commandHere(fromFile, systemClock, {})).code, 0);
  const none = await commandHere(line, systemClock, {});
  assert.equal(none.code, 2);
  assert.match(none.stderr, /COUNTERSIGN_TOKEN.*tokens create/s);
  const revoked = await remote(['tokens', 'revoke', 'short-lived', '--reason', 'lost']);
  assert.equal(revoked.code, 0, revoked.stderr);
  for (const bad of [secret, 'wrong']) {
    const { code, stdout, stderr } = await remote(['ledger', 'checkpoint'], bad);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /revoked; create a new one/);
    assert.ok(!stderr.includes(bad) || bad === 'wrong', 'the secret is not printed');
  }
});

test('a command that only this machine can run says why', async () => {
  for (const [command, because] of [
    [['import', 'x.json'], /it reads files of the machine that asks/],
    [['rebuild'], /it needs the ledger for itself/],
    [['ledger', 'hold', '--case', 'c', '--dry-run'], /leave out --server/],
    [['ledger', 'fsck', '--data', 'x'], /--data and --server exclude each other/],
    [['completion', 'bash'], /leave out --server/],
    [['query', 'SELECT 1', '--format', 'csv'], /--format needs the data folder/],
  ] as const) {
    const { code, stderr } = await remote(command);
    assert.equal(code, 2, `${command.join(' ')}: ${stderr}`);
    assert.match(stderr, because);
  }
});

test('an address that is not HTTPS is refused before the token leaves', async () => {
  const line = ['ledger', 'checkpoint', '--server', 'http://countersign.example'];
  const { code, stderr } = await commandHere(line, systemClock, { COUNTERSIGN_TOKEN: token });
  assert.equal(code, 2);
  assert.match(stderr, /use https:/);
});

test('a service that does not answer leaves the question unknown', async () => {
  const line = ['ledger', 'checkpoint', '--json', '--server', 'http://127.0.0.1:1'];
  const { code, stdout, stderr } = await commandHere(line, systemClock, {
    COUNTERSIGN_TOKEN: token,
  });
  assert.deepEqual([code, stdout], [3, '']);
  assert.match(stderr, /127\.0\.0\.1:1 did not answer: .*Check the address/);
});
