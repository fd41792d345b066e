import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { CountersignError } from '@countersign/core';
import { ed25519Signer, formatSignatureLine, type NoteSigner } from '@countersign/tlog';
import { testKey } from '@countersign/tlog/testing/memory-log';
import { IS_LONG, SEED } from '../../../../tools/property.ts';
import { SeededRandom } from '../../../../tools/sample/random.ts';
import { LedgerReader } from '../ledger-reader.ts';
import { makeRotatedLedger } from '../testing/rotated-ledger.ts';
import { fsck } from './fsck.ts';

const ROUNDS = IS_LONG ? 120 : 2;
const root = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
const dir = join(root, 'data');
after(() => rmSync(root, { recursive: true, force: true }));

let vkey: string;
let names: readonly string[];
let files: ReadonlyMap<string, Buffer>;
let whole: string;
let stranger: NoteSigner;
const random = new SeededRandom(SEED);

before(async () => {
  ({
    vkeys: [vkey = ''],
  } = await makeRotatedLedger(dir));
  names = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => /^(?:ledger|bodies|countersign\.json|journal)/.test(name))
    .sort();
  files = new Map(names.map((name) => [name, readFileSync(join(dir, name))]));
  whole = await claims();
  assert.deepEqual((await fsck({ dir, threads: 0, vkey })).problems, []);
  const { origin } = JSON.parse(text('countersign.json')) as { origin: string };
  stranger = ed25519Signer(origin, testKey('stranger'));
});

const text = (name: string): string => (files.get(name) as Buffer).toString('utf8');

/** Everything that a reader of the folder sees: every leaf, every body, and the tree over them. */
async function claims(): Promise<string> {
  const reader = await LedgerReader.open(dir);
  try {
    const parts: string[] = [reader.origin, String(reader.size), hexOf(reader.checkpoint.root)];
    for (let index = 0; index < reader.size; index++) {
      const { bytes } = await reader.leaf(index);
      const body = await reader.body(index);
      parts.push(hexOf(bytes), body.kind === 'erased' ? 'erased' : hexOf(body.bytes));
    }
    return parts.join('\n');
  } finally {
    reader.close();
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Files and their new content; undefined for a removed file. */
type Changes = { readonly [name: string]: Buffer | string | undefined };
type Mutation = readonly [what: string, changes: Changes];

/**
 * Returns whether the change is rejected under the first key, by fsck or at opening, or reads
 * unchanged.
 */
async function mutate(what: string, changes: Changes): Promise<'rejected' | 'no effect'> {
  for (const [name, bytes] of Object.entries(changes)) {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    if (bytes === undefined) rmSync(path);
    else writeFileSync(path, bytes);
  }
  try {
    const isOk = await fsck({ dir, threads: 0, vkey }).then(
      ({ ok }) => ok,
      (error: unknown) => {
        assert.ok(error instanceof CountersignError, `${what}: ${String(error)}`);
        return false;
      },
    );
    if (!isOk) return 'rejected';
    assert.ok(
      (await claims()) === whole,
      `${what}: fsck is clean, but the ledger reads differently`,
    );
    return 'no effect';
  } finally {
    for (const name of Object.keys(changes)) {
      const bytes = files.get(name);
      if (bytes === undefined) rmSync(join(dir, name), { force: true });
      else writeFileSync(join(dir, name), bytes);
    }
  }
}

function* mutationsOfFiles(): Generator<Mutation> {
  for (const [i, name] of names.entries()) {
    const bytes = files.get(name) as Buffer;
    for (let round = 0; round < ROUNDS && bytes.length > 0; round++) {
      const at = random.between(0, bytes.length - 1);
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << random.between(0, 7));
      yield [`${name}: a bit of byte ${at}`, { [name]: flipped }];
      yield [`${name}: cut after ${at} bytes`, { [name]: bytes.subarray(0, at) }];
    }
    yield [`${name}: a byte more`, { [name]: Buffer.concat([bytes, Buffer.from('\n')]) }];
    yield [`${name}: a byte less`, { [name]: bytes.subarray(0, -1) }];
    yield [`${name}: doubled`, { [name]: Buffer.concat([bytes, bytes]) }];
    yield [`${name}: empty`, { [name]: '' }];
    yield [`${name}: gone`, { [name]: undefined }];
    const other = names[(i + 1) % names.length] as string;
    yield [`${name} and ${other} swapped`, { [name]: files.get(other), [other]: bytes }];
    yield [`${name} in place of ${other}`, { [other]: bytes }];
  }
}

/** Edits lines and signatures of the notes: the checkpoints and the list of retained files. */
function* mutationsOfNotes(): Generator<Mutation> {
  const notes = names.filter((name) => /^ledger\/(?:checkpoint|kept)/.test(name));
  for (const name of notes) {
    const note = text(name);
    const end = note.lastIndexOf('\n\n') + 1;
    const [body, signed] = [note.slice(0, end), note.slice(end + 1)];
    const theirs = `${formatSignatureLine(stranger.sign(body))}\n`;
    const of = (changed: string): Changes => ({ [name]: changed });
    yield [`${name}: no signature`, of(`${body}\n`)];
    yield [`${name}: its signature twice`, of(note + signed)];
    yield [`${name}: a stranger's signature`, of(`${body}\n${theirs}`)];
    yield [`${name}: a stranger's signature beside its own`, of(note + theirs)];
    yield [`${name}: a stranger's signature before its own`, of(`${body}\n${theirs}${signed}`)];
    const lines = body.split('\n').slice(0, -1);
    for (const i of [0, 1, lines.length - 1]) {
      const changed = (all: readonly string[]): Changes => of(`${all.join('\n')}\n\n${signed}`);
      yield [`${name}: line ${i} dropped`, changed(lines.toSpliced(i, 1))];
      yield [`${name}: line ${i} twice`, changed(lines.toSpliced(i, 0, lines[i] as string))];
      yield [`${name}: line ${i} other`, changed(lines.with(i, `${lines[i]}0`))];
    }
    yield [
      `${name}: its lines in reverse order`,
      of(`${lines.toReversed().join('\n')}\n\n${signed}`),
    ];
    for (const other of notes) {
      if (other !== name) yield [`${name} as ${other}`, { [other]: note }];
      const otherSigned = text(other).slice(text(other).lastIndexOf('\n\n') + 2);
      if (other !== name) yield [`${name}: signed as ${other} is`, of(`${body}\n${otherSigned}`)];
    }
  }
}

type Facts = { readonly format: number; readonly origin: string; readonly vkeys: string[] };

/** The stranger signs the checkpoint; `facts` is the manifest with its keys. */
function* mutationsOfKeys(): Generator<Mutation> {
  const facts = JSON.parse(text('countersign.json')) as Facts;
  const { vkeys } = facts;
  const [one = '', two = '', three = ''] = vkeys;
  const theirs = stranger.key.vkey;
  const note = text('ledger/checkpoint');
  const body = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const checkpoint = `${body}\n${formatSignatureLine(stranger.sign(body))}\n`;
  for (const keys of [
    [theirs],
    [theirs, ...vkeys],
    [one, theirs],
    [one, theirs, three],
    [...vkeys, theirs],
    [one, theirs, two, three],
    [theirs, one],
  ]) {
    const names2 = keys.map((key) => (key === theirs ? 'S' : vkeys.indexOf(key) + 1)).join();
    const json = (more: object = {}): string => JSON.stringify({ ...facts, vkeys: keys, ...more });
    yield [`keys ${names2}`, { 'countersign.json': json() }];
    const signed = { 'countersign.json': json(), 'ledger/checkpoint': checkpoint };
    yield [`keys ${names2}, signed by the stranger`, signed];
  }
  for (const keys of [[one], [two], [three], [one, two], [one, three], [three, two, one], []]) {
    const names2 = keys.map((key) => vkeys.indexOf(key) + 1).join();
    yield [`keys ${names2}`, { 'countersign.json': JSON.stringify({ ...facts, vkeys: keys }) }];
  }
  for (const [what, changed] of [
    ['another origin', { ...facts, origin: 'log.example/other' }],
    ['another format', { ...facts, format: 2 }],
    ['a key twice', { ...facts, vkeys: [one, one, two, three] }],
    ['another member', { ...facts, more: 1 }],
    ['a list', [facts]],
  ] as const) {
    yield [`countersign.json: ${what}`, { 'countersign.json': JSON.stringify(changed) }];
  }
}

/** The log at an earlier time, in part or whole, and extra files. */
function* mutationsOfHistory(): Generator<Mutation> {
  const older = names.filter((name) => name.startsWith('ledger/checkpoints/'));
  for (const name of older) {
    yield [`the checkpoint of ${name}`, { 'ledger/checkpoint': files.get(name) }];
    yield [
      `the checkpoint of ${name}, which is gone`,
      {
        'ledger/checkpoint': files.get(name),
        [name]: undefined,
      },
    ];
  }
  const tile = names.find((name) => name === 'ledger/tile/0/000') as string;
  const bytes = files.get(tile) as Buffer;
  for (const at of [0, 5, 254]) {
    const [a, b] = [
      bytes.subarray(at * 32, at * 32 + 32),
      bytes.subarray(at * 32 + 32, at * 32 + 64),
    ];
    const swapped = Buffer.concat([bytes.subarray(0, at * 32), b, a, bytes.subarray(at * 32 + 64)]);
    yield [`hashes ${at} and ${at + 1} of a tile swapped`, { [tile]: swapped }];
    const doubled = Buffer.concat([bytes.subarray(0, at * 32), a, a, bytes.subarray(at * 32 + 64)]);
    yield [`hash ${at} of a tile twice`, { [tile]: doubled }];
  }
  const bundle = 'ledger/tile/entries/000';
  const leaves = text(bundle);
  for (const [from, to] of [
    ['"source":"other/json"', '"source":"other/jsom"'],
    ['"at":"2026-01-31', '"at":"2026-01-30'],
    ['"kind":"record"', '"kind":"reject"'],
    [/"size":(\d)/, '"size":9'],
    [/"sha256":"../, '"sha256":"00'],
    [/"id":"~../, '"id":"~00'],
  ] as const) {
    yield [`a leaf with ${to}`, { [bundle]: Buffer.from(leaves.replace(from, to)) }];
  }
  for (const name of [
    'ledger/tile/0/009',
    'ledger/tile/entries/002',
    'bodies/2026/01/30/000000000000.seg',
  ]) {
    yield [`${name} too many`, { [name]: bytes }];
  }
}

for (const [part, mutations] of [
  ['one of its files', mutationsOfFiles],
  ['one of its notes', mutationsOfNotes],
  ['its keys', mutationsOfKeys],
  ['its history', mutationsOfHistory],
] as const) {
  test(`a ledger with a change in ${part} is rejected, or reads the same`, async (t) => {
    const harmless: string[] = [];
    let rejected = 0;
    for (const [what, changes] of mutations()) {
      const isSame = Object.entries(changes).every(
        ([name, bytes]) => bytes !== undefined && files.get(name)?.equals(Buffer.from(bytes)),
      );
      if (isSame) continue;
      if ((await mutate(what, changes)) === 'rejected') rejected++;
      else harmless.push(what);
    }
    t.diagnostic(`${rejected} rejected; without effect: ${harmless.join('; ') || 'none'}`);
    assert.ok(rejected > 10, `${rejected} were rejected`);
    // Only the spelling of countersign.json may differ.
    const others = harmless.filter((what) => !what.startsWith('countersign.json: '));
    assert.deepEqual(others, []);
    assert.deepEqual(
      (await fsck({ dir, threads: 0, vkey })).problems,
      [],
      'every change was reverted',
    );
  });
}
