import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { CallerProofs, type ProofDemand, proveCaller } from './caller-proof.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-callers-'));
after(() => rmSync(root, { recursive: true }));

const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };
const never = new AbortController().signal;
const OTHER_UID = 54_321;
const skip = process.getuid?.() === 0 ? false : 'only root can be several users';

type World = {
  readonly run: string;
  readonly folder: string;
  readonly socketFile: string;
  readonly demand: ProofDemand;
  readonly file: string;
  /** The required content of the file. */
  readonly content: string;
  /** The proven account. */
  caller(demand?: ProofDemand): Promise<string>;
};

/** A data folder, and a demand to a caller. */
function world(): World {
  const run = join(mkdtempSync(join(root, 'data-')), 'run');
  mkdirSync(run);
  const socketFile = join(run, 'api.sock');
  const proofs = new CallerProofs(socketFile, { random, clock: systemClock });
  const demand = proofs.demand();
  const folder = join(run, 'callers');
  const { dev, ino } = lstatSync(run, { bigint: true });
  return {
    ...{ run, folder, socketFile, demand },
    file: join(folder, demand.name),
    content: `${demand.nonce} ${dev} ${ino}`,
    caller: (of = demand) => proofs.caller(of, never),
  };
}

function write(file: string, content: string, mode = 0o444): void {
  writeFileSync(file, content);
  chmodSync(file, mode);
}

test('the creator of the file is the caller, and the file is removed', async () => {
  const { socketFile, demand, folder, caller } = world();
  assert.equal(lstatSync(folder).mode & 0o7777, 0o1733);
  const called = caller();
  proveCaller(socketFile, demand);
  assert.equal(await called, userInfo().username);
  assert.deepEqual(readdirSync(folder), []);
});

test('waits for an incomplete file', async () => {
  const { file, content, caller } = world();
  const called = caller();
  write(file, content.slice(0, 20), 0o400);
  await new Promise((resolve) => setTimeout(resolve, 20));
  chmodSync(file, 0o600);
  write(file, content);
  assert.equal(await called, userInfo().username);
});

test('only a plain file of the caller with the demanded content is a proof', async () => {
  const attacks: readonly (readonly [why: RegExp, attack: (given: World) => void])[] = [
    [
      /a second name/,
      ({ file, content, run }) => {
        write(join(run, 'mine'), content);
        linkSync(join(run, 'mine'), file);
      },
    ],
    [
      /not a regular file/,
      ({ file, content, run }) => {
        write(join(run, 'mine'), content);
        symlinkSync(join(run, 'mine'), file);
      },
    ],
    [/not a regular file/, ({ file }) => symlinkSync('/dev/zero', file)],
    [/not a regular file/, ({ file }) => mkdirSync(file)],
    [/not a regular file/, ({ file }) => execFileSync('mkfifo', ['-m', '444', file])],
    [/others may write/, ({ file, content }) => write(file, content, 0o666)],
    [/others may write/, ({ file, content }) => write(file, content, 0o464)],
    [/has other content/, ({ file }) => write(file, '')],
    [/has other content/, ({ file, demand }) => write(file, demand.nonce)],
    [/has other content/, ({ file, content }) => write(file, `${content}\n`)],
    [/has other content/, ({ file }) => write(file, world().content)],
  ];
  for (const [why, attack] of attacks) {
    const given = world();
    attack(given);
    await assert.rejects(given.caller(), { code: 'UNPROVEN', message: why });
    assert.deepEqual(readdirSync(given.folder), [], 'what was there is gone');
  }
});

test('a proof counts once, for its own connection', async () => {
  const { socketFile, demand, caller, file } = world();
  proveCaller(socketFile, demand);
  await caller();
  const next = world();
  proveCaller(next.socketFile, next.demand);
  renameSync(next.file, file);
  await assert.rejects(caller(), { code: 'UNPROVEN' });
});

test('names and numbers never repeat, and cannot be predicted', async () => {
  const { socketFile, demand, file, content, caller } = world();
  const seen = new Set([demand.name, demand.nonce]);
  const proofs = new CallerProofs(socketFile, { random, clock: systemClock });
  for (let count = 0; count < 50; count++) {
    const { name, nonce } = proofs.demand();
    seen.add(name).add(nonce);
  }
  assert.equal(seen.size, 102);
  // A party that finds the name taken has not created the file.
  write(file, content);
  assert.throws(() => proveCaller(socketFile, demand), { code: 'UNPROVEN', message: /EEXIST/ });
  assert.equal(await caller(), userInfo().username);
});

test('an impostor gets no file elsewhere, and none that counts for another folder', async () => {
  const { socketFile, demand } = world();
  for (const name of ['../evil', '/etc/cron.d/evil', 'a'.repeat(63), `${'a'.repeat(64)}\n`, '']) {
    assert.throws(() => proveCaller(socketFile, { ...demand, name }), { code: 'MALFORMED' });
    assert.throws(() => proveCaller(socketFile, { ...demand, nonce: name }), { code: 'MALFORMED' });
  }
  // It relays the demand of a real process to its own caller.
  const real = world();
  const impostor = world();
  rmSync(impostor.folder, { recursive: true });
  symlinkSync(real.folder, impostor.folder);
  assert.throws(() => proveCaller(impostor.socketFile, real.demand), { code: 'UNPROVEN' });
  rmSync(impostor.folder);
  mkdirSync(impostor.folder);
  proveCaller(impostor.socketFile, real.demand);
  renameSync(join(impostor.folder, real.demand.name), real.file);
  await assert.rejects(real.caller(), { code: 'UNPROVEN', message: /has other content/ });
});

test('files of a killed process are removed', () => {
  const { socketFile, file, content, folder } = world();
  write(file, content);
  new CallerProofs(socketFile, { random, clock: systemClock });
  assert.deepEqual(readdirSync(folder), []);
  const elsewhere = mkdtempSync(join(root, 'elsewhere-'));
  writeFileSync(join(elsewhere, 'kept'), '');
  rmSync(folder, { recursive: true });
  symlinkSync(elsewhere, folder);
  new CallerProofs(socketFile, { random, clock: systemClock });
  assert.ok(lstatSync(folder).isDirectory());
  assert.deepEqual(readdirSync(elsewhere), ['kept']);
});

test('another user is named by its own account, and cannot impersonate us', { skip }, async () => {
  const { file, content, caller } = world();
  write(file, content);
  chownSync(file, OTHER_UID, OTHER_UID);
  assert.equal(await caller(), `uid ${OTHER_UID}`);

  const { folder, run, ...given } = world();
  for (const each of [root, join(run, '..'), run]) chmodSync(each, 0o711);
  const as = (script: string): string => {
    const args = ['-e', script, folder, given.file, given.content];
    const options = { uid: OTHER_UID, gid: OTHER_UID, encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync(process.execPath, args, options).trim();
  };
  const tried = (what: string): string =>
    as(`const fs = require('node:fs'); const [, folder, file, content] = process.argv;
      try { ${what}; console.log('done'); } catch (error) { console.log(error.code); }`);
  assert.equal(tried('fs.readdirSync(folder)'), 'EACCES', 'it sees no names');
  // Our file can be neither removed nor replaced.
  const ours = join(folder, 'ours');
  write(ours, given.content);
  assert.equal(tried(`fs.rmSync(folder + '/ours')`), 'EPERM');
  assert.equal(tried(`fs.renameSync(folder + '/ours', file)`), 'EPERM');
  assert.equal(tried(`fs.chownSync(folder + '/ours', ${OTHER_UID}, ${OTHER_UID})`), 'EPERM');
  tried(`fs.linkSync(folder + '/ours', file)`);
  await assert.rejects(
    Promise.race([
      given.caller(),
      new Promise((_, reject) => setTimeout(() => reject(new Error('no link')), 200)),
    ]),
    /a second name|no link/,
  );
  const last = world();
  for (const each of [join(last.run, '..'), last.run]) chmodSync(each, 0o711);
  execFileSync(
    process.execPath,
    [
      '-e',
      `const fs = require('node:fs'); const [, file, content] = process.argv;
        fs.writeFileSync(file, content); fs.chmodSync(file, 0o444);`,
      ...[last.file, last.content],
    ],
    { uid: OTHER_UID, gid: OTHER_UID },
  );
  assert.equal(await last.caller(), `uid ${OTHER_UID}`);
});
