import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import fc from 'fast-check';
import { emptyRoot } from '../merkle/merkle-hash.ts';
import { cosignatureSigner } from '../notes/cosignature.ts';
import { verifierOf } from '../notes/signature-types.ts';
import { ed25519Signer, formatNote, signNote } from '../notes/signed-note.ts';
import { testKey } from '../testing/memory-log.ts';
import {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from './checkpoint.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 5000 : 150 };
const ORIGIN = 'log.example/one';
const log = ed25519Signer(ORIGIN, testKey('log'));
const witness = cosignatureSigner('witness.example', testKey('witness'), new ManualClock(0));
const logVerifier = verifierOf(log.key);
const CHECKPOINT: Checkpoint = { origin: ORIGIN, size: 0, root: emptyRoot(), extensions: [] };
const TEXT = formatCheckpoint(CHECKPOINT);

test('writes the three lines of tlog-checkpoint', () => {
  assert.equal(TEXT, `${ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`);
});

test('reads back every checkpoint that it writes', () => {
  const line = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\n'));
  const fields = {
    origin: line,
    size: fc.maxSafeNat(),
    root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
    extensions: fc.array(line, { maxLength: 3 }),
  };
  const checkpoints = fc.record(fields, { noNullPrototype: true });
  fc.assert(
    fc.property(checkpoints, (checkpoint) => {
      assert.deepEqual(parseCheckpoint(formatCheckpoint(checkpoint)), checkpoint);
    }),
    runs,
  );
});

test('refuses a text that is not exactly one strict checkpoint', () => {
  const refused: [string, string][] = [
    ['nothing', ''],
    ['no origin', TEXT.replace(ORIGIN, '')],
    ['two lines', `${ORIGIN}\n0\n`],
    ['no last newline', TEXT.slice(0, -1)],
    ['an empty extension', `${TEXT}\n`],
    ['an empty line between extensions', `${TEXT}a\n\nb\n`],
    ['a leading zero', TEXT.replace('\n0\n', '\n00\n')],
    ['a sign', TEXT.replace('\n0\n', '\n+0\n')],
    ['a negative size', TEXT.replace('\n0\n', '\n-1\n')],
    ['a space', TEXT.replace('\n0\n', '\n0 \n')],
    ['hexadecimal', TEXT.replace('\n0\n', '\n0x1\n')],
    ['an exponent', TEXT.replace('\n0\n', '\n1e3\n')],
    ['digits of another script', TEXT.replace('\n0\n', '\n\u0663\n')],
    ['2^53', TEXT.replace('\n0\n', '\n9007199254740992\n')],
    ['20 digits', TEXT.replace('\n0\n', '\n18446744073709551615\n')],
    ['a short root', TEXT.replace('47DE', '')],
    ['base64 with other trailing bits', TEXT.replace('uFU=', 'uFV=')],
    ['a root of 33 bytes', TEXT.replace('uFU=', 'uFUA')],
  ];
  for (const [what, text] of refused) {
    assert.throws(() => parseCheckpoint(text), { code: 'MALFORMED_CHECKPOINT' }, what);
  }
});

test('refuses to write a checkpoint that it would not read', () => {
  const refused: Checkpoint[] = [
    { ...CHECKPOINT, origin: '' },
    { ...CHECKPOINT, origin: 'a\nb' },
    { ...CHECKPOINT, size: 2 ** 53 },
    { ...CHECKPOINT, size: -1 },
    { ...CHECKPOINT, root: Buffer.alloc(31) },
    { ...CHECKPOINT, extensions: [''] },
  ];
  for (const bad of refused) {
    assert.throws(() => formatCheckpoint(bad), { code: 'MALFORMED_CHECKPOINT' });
  }
});

test('opens a checkpoint signed by its log, with and without cosignatures', () => {
  const note = signed([log, witness]);
  const opened = openCheckpoint(note, {
    log: logVerifier,
    witnesses: [verifierOf(witness.key)],
  });
  assert.equal(opened.size, 0);
  assert.deepEqual(
    opened.cosignatures.map((s) => s.name),
    ['witness.example'],
  );
  assert.deepEqual(opened.unverified, []);
  const withoutWitness = openCheckpoint(note, { log: logVerifier });
  assert.deepEqual(
    withoutWitness.unverified.map((s) => s.name),
    ['witness.example'],
  );
});

test("a valid cosignature does not count as the log's signature", () => {
  assert.throws(
    () =>
      openCheckpoint(signed([witness]), {
        log: logVerifier,
        witnesses: [verifierOf(witness.key)],
      }),
    { code: 'UNTRUSTED_NOTE' },
  );
});

test('refuses a checkpoint of another log under the same key', () => {
  const other = formatCheckpoint({ ...CHECKPOINT, origin: 'log.example/two' });
  const note = Buffer.from(formatNote(signNote(other, [log])));
  assert.throws(() => openCheckpoint(note, { log: logVerifier }), { code: 'WRONG_ORIGIN' });
  assert.ok(openCheckpoint(note, { log: logVerifier, origin: 'log.example/two' }));
});

test('accepts any of several keys of a log, as after a key rotation', () => {
  const next = ed25519Signer(ORIGIN, testKey('next'));
  const keys = [logVerifier, verifierOf(next.key)];
  assert.ok(openCheckpoint(signed([log]), { log: keys }));
  assert.ok(openCheckpoint(signed([next]), { log: keys }));
  assert.throws(() => openCheckpoint(signed([next]), { log: [] }), { code: 'UNTRUSTED_NOTE' });
});

function signed(signers: Parameters<typeof signNote>[1]): Buffer {
  return Buffer.from(formatNote(signNote(TEXT, signers)));
}
