import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ed25519Signer,
  formatSignatureLine,
  type NoteSigner,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  sha256,
  type TrustPolicy,
} from '@countersign/tlog';
import { testKey } from '@countersign/tlog/testing/memory-log';
import { IS_LONG, SEED } from '../../../../tools/property.ts';
import { SeededRandom } from '../../../../tools/sample/random.ts';
import { formatRotation } from '../folder/key-rotation.ts';
import { ERASED, evidenceFrom, makeRotatedLedger, witness } from '../testing/rotated-ledger.ts';
import { type EvidenceReport, verifyEvidence } from './verify-evidence.ts';

const ROUNDS = IS_LONG ? 300 : 6;
const INDICES = [0, ERASED[0], 77, 78, 255, 256, 299, 304];
const root = mkdtempSync(join(tmpdir(), 'countersign-evidence-'));
after(() => rmSync(root, { recursive: true, force: true }));

let bytes: Buffer;
let vkeys: readonly string[];
let origin: string;
let policy: TrustPolicy;
let stranger: NoteSigner;
const wholes = new Map<string, Claims>();
const random = new SeededRandom(SEED);

before(async () => {
  const dir = join(root, 'data');
  ({ vkeys } = await makeRotatedLedger(dir));
  bytes = await evidenceFrom(dir, INDICES);
  ({ origin } = parseCheckpoint(parseNote(Buffer.from(noteOf(lines()))).text));
  stranger = ed25519Signer(origin, testKey('stranger'));
  const text = `witness w ${witness.key.vkey}\nquorum w\n`;
  policy = parsePolicy(Buffer.from(text));
  for (const vkey of vkeys) wholes.set(vkey, claimsOf(bytes, vkey));
  for (const { kind } of wholes.values()) assert.equal(kind, 'yes');
});

/** The claims of a verdict: exactly the part that a reader acts on. */
type Claims = {
  readonly kind: string;
  readonly witnessed: string;
  readonly checkpoint: EvidenceReport['checkpoint'];
  readonly items: ReadonlyMap<number, string>;
};

function claimsOf(changed: Uint8Array, vkey: string): Claims {
  const { answer, witnessed, checkpoint, items } = verifyEvidence(changed, vkey, policy);
  const digests = items.map(({ index, leaf, body }): [number, string] => [
    index,
    `${digestOf(JSON.stringify(leaf))} ${body === 'erased' ? 'none' : digestOf(body)}`,
  ]);
  return { kind: answer.kind, witnessed: witnessed.kind, checkpoint, items: new Map(digests) };
}

/** Short digests, so that a difference is easy to see. */
function digestOf(content: Uint8Array | string): string {
  return sha256(Buffer.from(content)).toString('hex', 0, 8);
}

/**
 * Asserts that a change is rejected or has no effect. `less`: the result may cover fewer entries or
 * bodies, since a file of fewer entries is evidence too. It must not claim anything that the whole
 * file does not claim.
 */
function assertHarmless(
  changed: Buffer,
  what: string,
  less: 'less' | undefined,
): 'rejected' | 'no effect' {
  const verdicts = [vkeys[0], vkeys[1], vkeys[2]].map((vkey) => {
    const whole = wholes.get(vkey as string) as Claims;
    const claims = claimsOf(changed, vkey as string);
    if (claims.kind === 'no') return 'rejected';
    if (less === undefined) {
      assert.deepEqual(claims, whole, what);
      return 'no effect';
    }
    assert.equal(claims.kind, 'yes', what);
    assert.deepEqual(claims.checkpoint, whole.checkpoint, what);
    assert.ok(claims.witnessed === whole.witnessed || claims.witnessed !== 'yes', what);
    for (const [index, claim] of claims.items) {
      const known = whole.items.get(index);
      const isLess = claim === known?.replace(/ [0-9a-f]+$/, ' none');
      assert.ok(claim === known || isLess, `${what}: entry ${index}`);
    }
    return 'no effect';
  });
  assert.notEqual(verifyEvidence(changed, undefined).answer.kind, 'yes', what);
  // Only a signature over the log, including its tree, makes the log the stranger's own.
  const isTheirs = verifyEvidence(changed, stranger.key.vkey).answer.kind !== 'no';
  assert.ok(!isTheirs || what.startsWith("checkpoint 11: a stranger's"), what);
  return verdicts.includes('no effect') ? 'no effect' : 'rejected';
}

const lines = (): string[] => bytes.toString('utf8').split('\n').slice(0, -2);

/** Recomputes the digest, like an attacker who knows the format. */
function refit(changed: readonly string[]): Buffer {
  const proven = Buffer.from(changed.map((line) => `${line}\n`).join(''));
  const digest = JSON.stringify({ sha256: sha256(proven).toString('hex') });
  return Buffer.concat([proven, Buffer.from(`${digest}\n`)]);
}

function edited(at: number, edit: (line: string) => string): Buffer {
  return refit(lines().map((line, i) => (i === at ? edit(line) : line)));
}

type Item = Record<string, unknown> & { readonly proof: readonly string[]; readonly leaf: string };
const FIRST_ITEM = 3;
const LAST = (): number => lines().length - 1;

function editedItem(at: number, edit: (item: Item) => object): Buffer {
  return edited(at, (line) => JSON.stringify(edit(JSON.parse(line) as Item)));
}

function noteOf(all: readonly string[]): string {
  return (JSON.parse(all.at(-1) as string) as { checkpoint: string }).checkpoint;
}

/** Every possible edit of the signature lines of a note. */
function noteEdits(): [string, (note: string) => string][] {
  const split = (note: string): [string, string[]] => {
    const end = note.lastIndexOf('\n\n') + 2;
    return [note.slice(0, end), note.slice(end).split('\n').slice(0, -1)];
  };
  const withLines =
    (change: (signed: string[], text: string) => string[]) =>
    (note: string): string => {
      const [text, signed] = split(note);
      const all = change(signed, text.slice(0, -1));
      return text + all.map((line) => `${line}\n`).join('');
    };
  const byStranger = (text: string): string => formatSignatureLine(stranger.sign(text));
  return [
    ['no signature', withLines(() => [])],
    ['the first signature dropped', withLines(([, ...rest]) => rest)],
    ['the last signature dropped', withLines((all) => all.slice(0, -1))],
    ['the first signature twice', withLines((all) => [all[0] as string, ...all])],
    ['the last signature twice', withLines((all) => [...all, all.at(-1) as string])],
    ['the signatures in reverse order', withLines((all) => all.toReversed())],
    ["a stranger's in place of the first", withLines((all, t) => all.with(0, byStranger(t)))],
    ["a stranger's in place of the last", withLines((all, t) => all.with(-1, byStranger(t)))],
    ["a stranger's in place of all", withLines((_, text) => [byStranger(text)])],
    ["a stranger's twice", withLines((_, text) => [byStranger(text), byStranger(text)])],
    ["a stranger's beside them", withLines((all, text) => [...all, byStranger(text)])],
    [
      'another name',
      withLines(([one = '', ...rest]) => [one.replace(origin, 'x.example'), ...rest]),
    ],
    ['base64 without its end', withLines(([one = '', ...rest]) => [one.slice(0, -4), ...rest])],
    ['one character changed', withLines(([one = '', ...rest]) => [flipLast(one), ...rest])],
    ['an extra blank line', (note) => note.replace('\n\n', '\n\n\n')],
    ['another text', (note) => note.replace(/\n(?=\d|countersign)/, '\n1')],
    ['a space at the end of the text', (note) => note.replace('\n\n', ' \n\n')],
    ['carriage returns', (note) => note.replaceAll('\n', '\r\n')],
    ['a line without a newline', (note) => note.slice(0, -1)],
  ];
}

function flipLast(line: string): string {
  const at = line.length - 6;
  return line.slice(0, at) + (line[at] === 'A' ? 'B' : 'A') + line.slice(at + 1);
}

type Mutation = readonly [what: string, changed: Buffer, less?: 'less' | undefined];

function* mutationsOfBytes(): Generator<Mutation> {
  const starts = [0];
  for (let i = 0; i < bytes.length - 1; i++) if (bytes[i] === 0x0a) starts.push(i + 1);
  for (const [line, start] of starts.entries()) {
    const end = (starts[line + 1] ?? bytes.length) - 1;
    for (let round = 0; round < ROUNDS; round++) {
      const at = random.between(start, end);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 << random.between(0, 7));
      yield [`a bit of byte ${at} in line ${line}`, changed];
      const text = changed.subarray(0, starts.at(-1)).toString('utf8').split('\n').slice(0, -1);
      // A cosignature that names another key is a signature by an unknown key.
      const less = line === starts.length - 2 ? 'less' : undefined;
      if (line < starts.length - 1) yield [`byte ${at}, digest refitted`, refit(text), less];
    }
  }
  for (const tail of ['\n', '\0', ' ', '{}\n', '\r\n']) {
    yield [`${JSON.stringify(tail)} at the end`, Buffer.concat([bytes, Buffer.from(tail)])];
  }
  yield ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])];
  yield ['the file twice', Buffer.concat([bytes, bytes])];
  for (const part of [0, 1, bytes.length >> 1, bytes.length - 2, bytes.length - 1]) {
    yield [`cut after ${part} bytes`, bytes.subarray(0, part)];
  }
}

function* mutationsOfLines(): Generator<Mutation> {
  const all = lines();
  for (const [i, line] of all.entries()) {
    const isItem = i >= FIRST_ITEM && i < LAST();
    yield [`line ${i} dropped`, refit(all.toSpliced(i, 1)), isItem ? 'less' : undefined];
    yield [`line ${i} twice`, refit(all.toSpliced(i, 0, line))];
    yield [`line ${i} at the end`, refit([...all.toSpliced(i, 1), line])];
    yield [`line ${i} with a space`, edited(i, (text) => ` ${text}`)];
    yield [`line ${i} with another member`, edited(i, (t) => t.replace(/\}$/, ',"more":1}'))];
    yield [`line ${i} with a member twice`, edited(i, (t) => t.replace(/\{(.*?),/, '{$1,$1,'))];
    yield [`line ${i} in a list`, edited(i, (text) => `[${text}]`)];
    yield [`line ${i} in other escapes`, edited(i, (t) => t.replace('e', String.raw`\u0065`))];
    if (i > 0) yield [`lines ${i - 1} and ${i} swapped`, refit(swapped(all, i - 1, i))];
  }
  yield ['the items in reverse order', refit(swapped(all, FIRST_ITEM, LAST() - 1))];
}

function swapped(all: readonly string[], a: number, b: number): string[] {
  return all.with(a, all[b] as string).with(b, all[a] as string);
}

function* mutationsOfNotes(): Generator<Mutation> {
  for (const [what, edit] of noteEdits()) {
    for (const [at, member] of [
      [1, 'rotation'],
      [2, 'rotation'],
      [LAST(), 'checkpoint'],
    ] as const) {
      const change = (line: string): string => {
        const note = (JSON.parse(line) as Record<string, string>)[member] as string;
        return JSON.stringify({ [member]: edit(note) });
      };
      // Without its witness it is the same evidence, with fewer witnesses.
      const less = what === 'the last signature dropped' || what.includes('in place of the last');
      yield [`${member} ${at}: ${what}`, edited(at, change), less ? 'less' : undefined];
    }
  }
  const [one, two, three] = vkeys as [string, string, string];
  const swap = (from: string, to: string): Buffer =>
    refit(lines().map((line) => line.replaceAll(from, to)));
  yield ['old and new key swapped', swap(`${one}\\n${two}`, `${two}\\n${one}`)];
  yield ['another new key', swap(two, stranger.key.vkey)];
  yield ['another old key', swap(one, stranger.key.vkey)];
  yield ['the last key before the second', swap(`${two}\\n${three}`, `${three}\\n${two}`)];
  yield* forgeries();
  const own = ed25519Signer(origin, testKey('another'));
  const forged = JSON.stringify({ rotation: formatRotation(origin, stranger, own) });
  yield ['a rotation between strangers', refit(lines().toSpliced(1, 0, forged))];
}

/** The stranger signs the checkpoint, and rotates the log to their own key. */
function* forgeries(): Generator<Mutation> {
  const [body] = noteOf(lines()).split('\n\n');
  const signed = `${body}\n\n${formatSignatureLine(stranger.sign(`${body}\n`))}\n`;
  const checkpoint = JSON.stringify({ checkpoint: signed });
  for (const vkey of vkeys) {
    const text = `countersign.dev/key-rotation@v1\n${origin}\n${vkey}\n${stranger.key.vkey}\n`;
    const line = `${formatSignatureLine(stranger.sign(text))}\n`;
    for (const times of [1, 2, 3]) {
      const rotation = JSON.stringify({ rotation: `${text}\n${line.repeat(times)}` });
      const all = lines().toSpliced(1, 0, rotation).with(-1, checkpoint);
      yield [`checkpoint 11: a stranger's, handed over by ${times} of their lines`, refit(all)];
    }
  }
  yield ["checkpoint 11: a stranger's, without a rotation", refit(lines().with(-1, checkpoint))];
}

function* mutationsOfItems(): Generator<Mutation> {
  for (let at = FIRST_ITEM; at < LAST(); at++) {
    const next = JSON.parse(lines()[at === FIRST_ITEM ? at + 2 : FIRST_ITEM] as string) as Item;
    const items: readonly [string, (item: Item) => object, 'less'?][] = [
      ['the index above', (item) => ({ ...item, index: (item['index'] as number) + 1 })],
      ['a negative index', (item) => ({ ...item, index: -1 })],
      ['an index as text', (item) => ({ ...item, index: String(item['index']) })],
      ['an index that is not an integer', (item) => ({ ...item, index: 0.5 })],
      ['an index beyond the log', (item) => ({ ...item, index: 2 ** 40 })],
      ["another's proof", (item) => ({ ...item, proof: next.proof })],
      ["another's leaf", (item) => ({ ...item, leaf: next.leaf })],
      ["another's body and salt", (i) => ({ ...i, body: next['body'], salt: next['salt'] })],
      ["another's body", (item) => ({ ...item, body: next['body'] })],
      ['a shorter proof', (item) => ({ ...item, proof: item.proof.slice(1) })],
      ['a longer proof', (item) => ({ ...item, proof: [...item.proof, item.proof[0]] })],
      ['a proof in reverse order', (item) => ({ ...item, proof: item.proof.toReversed() })],
      ['no proof', (item) => ({ ...item, proof: [] })],
      ['an invalid proof', (item) => ({ ...item, proof: null })],
      ['a leaf of another time', (i) => ({ ...i, leaf: i.leaf.replace('2026', '2025') })],
      ['a leaf with a space', (item) => ({ ...item, leaf: `${item.leaf} ` })],
      ['a leaf of another size', (i) => ({ ...i, leaf: i.leaf.replace(/"size":/, '"size":1') })],
      ['no salt', (item) => ({ ...item, salt: null })],
      ['an empty body', (item) => ({ ...item, body: '' })],
      ['no body and no salt', (item) => ({ ...item, salt: null, body: null }), 'less'],
      ['no leaf', ({ leaf: _, ...rest }) => rest],
      ['a prototype', (item) => JSON.parse(`{"__proto__":{},${JSON.stringify(item).slice(1)}`)],
    ];
    for (const [what, edit, less] of items) {
      yield [`line ${at}: ${what}`, editedItem(at, edit), less];
    }
  }
}

for (const [part, mutations] of [
  ['its bytes', mutationsOfBytes],
  ['its lines', mutationsOfLines],
  ['its notes', mutationsOfNotes],
  ['its entries', mutationsOfItems],
] as const) {
  test(`evidence with a change in ${part} is rejected, or claims the same`, (t) => {
    const counts = { rejected: 0, 'no effect': 0 };
    for (const [what, changed, less] of mutations()) {
      if (!changed.equals(bytes)) counts[assertHarmless(changed, what, less)]++;
    }
    t.diagnostic(`${counts.rejected} rejected, ${counts['no effect']} without effect`);
    assert.ok(counts.rejected > 50, `${counts.rejected} were rejected`);
  });
}
