import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { verifyEvidence } from '@countersign/ledger';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { askJson, assertFsckClean, importHere } from '../support/account.ts';
import { type CommandResult, countersignHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordId, recordText } from '../support/ingest/audit-record.ts';

const CHANGES = IS_LONG ? 20_000 : 400;
const root = temporaryFolder('evidence');
const data = join(root, 'data');
const random = new SeededRandom(SEED);

/** Contains only the evidence file. */
const elsewhere = join(root, 'elsewhere');
const file = join(elsewhere, 'case.evidence');

type Checkpoint = { readonly vkey: string; readonly origin: string };
type PrintedEvidence = {
  readonly answer: { readonly kind: string };
  readonly items: readonly { readonly index: number; readonly body: { readonly text: string } }[];
};

let vkey = '';
let bytes: Buffer;

async function vkeyNow(): Promise<string> {
  return (await askJson<Checkpoint>(data, ['ledger', 'checkpoint'])).vkey;
}

function importOf(first: number, last: number): Promise<unknown> {
  const path = join(root, `records-${first}.json`);
  const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  writeFileSync(path, numbers.map((n) => `${recordText(n)}\n`).join(''));
  return importHere(data, path);
}

/** Exports, and copies only the file to a place without a data folder. */
async function exported(to: string, ...indices: readonly number[]): Promise<void> {
  const made = join(root, 'made.evidence');
  const args = ['evidence', 'export', ...indices.map(String), '-o', made, '--overwrite'];
  const { code, stderr } = await countersignHere([...args, '--data', data]);
  assert.equal(code, 0, stderr);
  mkdirSync(elsewhere, { recursive: true });
  copyFileSync(made, to);
}

function verify(path: string, ...args: readonly string[]): Promise<CommandResult> {
  return countersignHere(['evidence', 'verify', path, ...args], { cwd: elsewhere });
}

before(async () => {
  await importOf(1, 300);
  vkey = await vkeyNow();
  await exported(file, 5, 77, 299);
  bytes = readFileSync(file);
});

test('evidence alone, with the key, answers yes, and shows bodies and import', async () => {
  const { code, stdout, stderr } = await verify(file, '--key', vkey, '--json');
  assert.equal(code, 0, stderr);
  const { answer, items } = JSON.parse(stdout) as PrintedEvidence;
  assert.equal(answer.kind, 'yes');
  // The import begins at 0, its records follow, and then it ends.
  assert.deepEqual(
    items.map(({ index }) => index),
    [0, 5, 77, 299, 301],
  );
  assert.equal(items[1]?.body.text, recordText(5));
  assert.match(items[4]?.body.text ?? '', /"sha256":"[0-9a-f]{64}"/);
  const read = await verify('case.evidence', '--key', vkey);
  assert.equal(read.code, 0);
  assert.match(read.stdout, /verified/);
});

test('without a key it exits 3, and says why it cannot tell', async () => {
  const { code, stderr } = await verify(file);
  assert.equal(code, 3);
  assert.match(stderr, /^cannot tell, because [^\n]*key[^\n]*\n$/);
});

test("another log's key, or an invalid one, never answers yes", async () => {
  const other = join(root, 'other');
  await importHere(other, join(root, 'records-1.json'));
  const { vkey: others } = await askJson<Checkpoint>(other, ['ledger', 'checkpoint']);
  assert.equal((await verify(file, '--key', others)).code, 1);
  for (const wrong of ['nonsense', `${vkey.slice(0, -4)}AAAA`]) {
    const { code, stdout, stderr } = await verify(file, '--key', wrong);
    assert.equal(code, 2, wrong);
    assert.equal(stdout, '', 'a mistyped key says nothing about the file');
    assert.match(stderr, /^countersign: could not verify: --key is not a key of a log/);
  }
});

/** One byte added, dropped or changed; or two swapped. */
function changed(): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.between(0, copy.length - 1);
  switch (random.between(0, 3)) {
    case 0:
      copy[at] = (copy[at] as number) ^ random.between(1, 255);
      return copy;
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1)]);
    case 2:
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.of(random.between(0, 255)),
        copy.subarray(at),
      ]);
    default: {
      const other = random.between(0, copy.length - 1);
      [copy[at], copy[other]] = [copy[other] as number, copy[at] as number];
      return copy;
    }
  }
}

/** Like an attacker who knows the format: the digest at the end matches. */
function withDigest(copy: Buffer): Buffer {
  const end = copy.subarray(0, -1).lastIndexOf(0x0a) + 1;
  const covered = copy.subarray(0, end);
  const sha256 = createHash('sha256').update(covered).digest('hex');
  return Buffer.concat([covered, Buffer.from(`${JSON.stringify({ sha256 })}\n`)]);
}

test('a removed body is not reported as erased', async () => {
  const text = bytes.toString('utf8').split('\n');
  const at = text.findIndex((line) => line.startsWith('{"index":5,'));
  const line = JSON.parse(text[at] ?? '') as Record<string, unknown>;
  text[at] = JSON.stringify({ ...line, salt: null, body: null });
  const stripped = join(root, 'stripped.evidence');
  writeFileSync(stripped, withDigest(Buffer.from(text.join('\n'))));
  const { code, stdout } = await verify(stripped, '--key', vkey);
  assert.equal(code, 0);
  assert.match(stdout, /^entry 5 .* no body in this file: erased, or omitted$/m);
  assert.match(stdout, /every body that is here matches the log/);
});

test('a byte changed anywhere answers no, even with a matching digest', async () => {
  assert.deepEqual(withDigest(bytes), bytes);
  for (let round = 0; round < CHANGES; round++) {
    const copy = changed();
    if (copy.equals(bytes)) continue;
    assert.equal(verifyEvidence(copy, vkey).answer.kind, 'no');
    assert.equal(verifyEvidence(copy, undefined).answer.kind, 'no');
    const fitted = withDigest(copy);
    if (fitted.equals(bytes)) continue;
    assert.equal(verifyEvidence(fitted, vkey).answer.kind, 'no', fitted.toString('base64'));
  }
  const path = join(elsewhere, 'changed');
  writeFileSync(path, withDigest(Buffer.from(bytes.toString().replace(recordId(5), recordId(6)))));
  const { code, stderr } = await verify(path, '--key', vkey);
  assert.equal(code, 1, stderr);
});

for (const [what, make] of [
  ['empty', () => Buffer.alloc(0)],
  ['cut', () => bytes.subarray(0, bytes.length / 2)],
  ['not evidence', () => Buffer.from('{"a":1}\n')],
  ['doubled evidence', () => Buffer.concat([bytes, bytes])],
] as const) {
  test(`a file that is ${what} is not evidence`, async () => {
    const path = join(elsewhere, 'broken');
    writeFileSync(path, make());
    assert.equal((await verify(path, '--key', vkey)).code, 1);
  });
}

test('a missing file is a usage error with one sentence', async () => {
  const { code, stderr } = await verify('nothing', '--key', vkey);
  assert.equal(code, 2);
  assert.match(stderr, /^countersign: [^\n]+\n$/);
});

test('refuses to export without the chain of custody, as when the store is behind', async () => {
  const bare = join(root, 'bare');
  cpSync(data, bare, { recursive: true });
  rmSync(join(bare, 'state.sqlite'));
  const out = join(root, 'bare.evidence');
  const { code, stderr } = await countersignHere([
    'evidence',
    'export',
    '5',
    '-o',
    out,
    '--data',
    bare,
  ]);
  assert.equal(code, 3);
  assert.match(stderr, /^cannot tell, because entries 0 to \d+ are not yet indexed\. /);
  assert.equal(existsSync(out), false);
});

test('an entry that does not exist yet cannot be exported', async () => {
  const args = ['evidence', 'export', '99999', '-o', join(root, 'none'), '--data', data];
  const { code, stderr } = await countersignHere(args);
  assert.equal(code, 3);
  assert.match(stderr, /^cannot tell, because [^\n]+\n$/);
});

test('after two rotations the first pinned key verifies old and new evidence', async () => {
  for (let round = 0; round < 2; round++) {
    const { code, stderr } = await countersignHere(['ledger', 'rotate-key', '--data', data]);
    assert.equal(code, 0, stderr);
    await importOf(301 + round, 301 + round);
  }
  const now = await vkeyNow();
  assert.notEqual(now, vkey);
  const newer = join(elsewhere, 'newer.evidence');
  await exported(newer, 5);
  for (const key of [vkey, now]) {
    const { code, stderr, stdout } = await verify(newer, '--key', key);
    assert.equal(code, 0, stderr + stdout);
  }
  assert.equal((await verify(file, '--key', vkey)).code, 0);
  await assertFsckClean(data);
  const { code } = await countersignHere(['ledger', 'fsck', '--key', vkey, '--data', data]);
  assert.equal(code, 0);
});

test('a rotation that the old key did not sign is not trusted', async () => {
  const newer = readFileSync(join(elsewhere, 'newer.evidence'), 'utf8');
  const lines = newer.split('\n');
  assert.match(lines[1] ?? '', /^\{"rotation":/);
  const without = [lines[0], ...lines.slice(2)].join('\n');
  assert.equal(verifyEvidence(withDigest(Buffer.from(without)), vkey).answer.kind, 'no');
});
