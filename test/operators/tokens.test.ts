import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ManualClock, systemClock } from '@countersign/core';
import { Authenticator } from '../../apps/countersign/src/operators/authenticator.ts';
import { OperatorState } from '../../apps/countersign/src/operators/operator-state.ts';
import { ValidityClock } from '../../apps/countersign/src/operators/validity-clock.ts';
import { askJson, assertFsckClean } from '../support/account.ts';
import { countersignHere } from '../support/command-here.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('tokens');
const data = join(root, 'data');
const CREATE = ['tokens', 'create', '--scope', 'feeds:read', '--expires', '90d', '--data', data];

type NewToken = { readonly id: string; readonly secret: string; readonly entry: number };

before(async () => {
  const file = join(root, 'records.json');
  writeFileSync(file, ndjson(records(3)));
  await askJson(data, ['import', file]);
});

function isAccepted(secret: string): boolean {
  using state = OperatorState.open(data);
  const clock = new ValidityClock(new ManualClock(systemClock.now()));
  const options = { state, clock, regions: new Map(), onFailure: assert.ifError };
  const headers = new Headers({ authorization: `Bearer ${secret}` });
  return new Authenticator(options).authenticate({ method: 'GET', headers }).kind === 'caller';
}

/** The files of the data folder that contain a text. */
function filesWith(text: string): readonly string[] {
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .map((name) => join(data, name))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}

test('a token is valid until it is revoked, and both are entries', async () => {
  const { stdout, code } = await countersignHere([...CREATE, 'one', '--json']);
  assert.equal(code, 0);
  const created = JSON.parse(stdout) as NewToken;
  assert.ok(isAccepted(created.secret));
  const revoked = await askJson(data, ['tokens', 'revoke', 'one', '--reason', 'it leaked']);
  assert.ok(!isAccepted(created.secret));
  for (const { entry } of [created, revoked as NewToken]) {
    const shown = JSON.stringify(await askJson(data, ['show', String(entry)]));
    assert.match(shown, /credential/);
    assert.ok(shown.includes(created.id), shown);
  }
  await assertFsckClean(data);
});

test('the secret is on standard output alone, and in no file of the data folder', async () => {
  const { stdout, stderr } = await countersignHere([...CREATE, 'two']);
  const secret = stdout.trim();
  assert.ok(isAccepted(secret));
  assert.ok(!stderr.includes(secret));
  assert.deepEqual(filesWith(secret), []);
  assert.notDeepEqual(filesWith('it leaked'), [], 'the search finds what is there');
});

test('with --output the secret is only in a file that only its owner reads', async () => {
  const file = join(root, 'secret');
  const { stdout, stderr } = await countersignHere([
    ...CREATE,
    'three',
    '--output',
    file,
    '--json',
  ]);
  const secret = readFileSync(file, 'utf8').trim();
  assert.ok(isAccepted(secret));
  assert.ok(!stdout.includes(secret) && !stderr.includes(secret));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const again = await countersignHere([...CREATE, 'four', '--output', file]);
  assert.equal(again.code, 2);
});

test('a name is used once, also after its token was revoked', async () => {
  const { code, stderr } = await countersignHere([...CREATE, 'one']);
  assert.equal(code, 2);
  assert.match(stderr, /could not create the token one: this name is or was in use/);
});

for (const [expiry, why] of [
  ['367d', /after more than a year/],
  ['5m', /less than 10 minutes/],
  ['2020-01-01', /less than 10 minutes/],
  ['soon', /neither a duration nor a time/],
] as const) {
  test(`a token cannot expire at ${expiry}`, async () => {
    const args = ['tokens', 'create', 'five', '--scope', 'feeds:read', '--data', data];
    const { code, stderr } = await countersignHere([...args, '--expires', expiry]);
    assert.equal(code, 2);
    assert.match(stderr, why);
  });
}

test('a lost state is read again from the ledger', async () => {
  const { stdout } = await countersignHere([...CREATE, 'six', '--json']);
  const { secret } = JSON.parse(stdout) as NewToken;
  for (const suffix of ['', '-wal', '-shm']) {
    rmSync(join(data, 'service', `operators.sqlite${suffix}`), { force: true });
  }
  assert.ok(!isAccepted(secret));
  const listed = await countersignHere(['tokens', 'list', '--all', '--data', data]);
  assert.match(listed.stdout, /one +revoked/);
  assert.match(listed.stdout, /six +valid/);
  assert.ok(isAccepted(secret));
});
