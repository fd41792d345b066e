import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import {
  cosignatureSigner,
  ed25519PublicKey,
  ed25519Signer,
  formatSignatureLine,
  type NoteSignature,
  type NoteSigner,
  verifierOf,
} from '@countersign/tlog';
import { testKey } from '@countersign/tlog/testing/memory-log';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { formatRotation, openRotation } from './key-rotation.ts';

const ORIGIN = 'example.com/log';
const victim = ed25519Signer(ORIGIN, testKey('victim'));
const next = ed25519Signer(ORIGIN, testKey('next'));
const stranger = ed25519Signer(ORIGIN, testKey('stranger'));
const TEXT = textOf(victim, next);

test('opens the rotation that both keys have signed', () => {
  assert.deepEqual(openRotation(Buffer.from(formatRotation(ORIGIN, victim, next))), {
    origin: ORIGIN,
    oldVkey: victim.key.vkey,
    newVkey: next.key.vkey,
  });
});

test('refuses a rotation from a victim to a stranger that the stranger signed twice', () => {
  const text = textOf(victim, stranger);
  const line = formatSignatureLine(stranger.sign(text));
  assert.throws(() => openRotation(noteOf(text, [line, line])), { code: 'MALFORMED_NOTE' });
});

test('refuses two different valid signatures by one key', () => {
  const text = textOf(victim, stranger);
  const lines = [stranger.sign(text), signAnew('stranger', stranger, text)];
  for (const { payload } of lines) assert.ok(verifierOf(stranger.key).verify(text, payload));
  const note = noteOf(text, lines.map(formatSignatureLine));
  assert.throws(() => openRotation(note), { code: 'UNTRUSTED_NOTE' });
});

test('refuses a third line, although both keys have signed', () => {
  const third = [stranger.sign(TEXT), signAnew('victim', victim, TEXT)];
  for (const line of third) {
    const lines = [victim.sign(TEXT), next.sign(TEXT), line].map(formatSignatureLine);
    assert.throws(() => openRotation(noteOf(TEXT, lines)), { code: 'UNTRUSTED_NOTE' });
  }
});

test('refuses keys that do not sign for the log, and cosigner keys', () => {
  const other = ed25519Signer('example.com/other', testKey('next'));
  const cosigner = cosignatureSigner(ORIGIN, testKey('next'), new ManualClock(0));
  const twin = cosignatureSigner(ORIGIN, testKey('victim'), new ManualClock(0));
  for (const to of [other, cosigner, twin]) {
    const text = textOf(victim, to);
    const lines = [victim, to].map((signer) => formatSignatureLine(signer.sign(text)));
    assert.throws(() => openRotation(noteOf(text, lines)), { code: 'MALFORMED_NOTE' });
  }
});

const SIGNERS = { victim, next, stranger } as const;

/** The kinds of signed lines: the key it names, the signed text, and a later change. */
const LINE_OF = fc.record({
  seed: fc.constantFrom('victim', 'next', 'stranger'),
  nonce: fc.constantFrom('usual', 'usual', 'other'),
  text: mostly(TEXT, fc.constantFrom(textOf(victim, stranger), `${TEXT}more\n`)),
  flip: mostly(undefined, fc.nat(63)),
  name: mostly(ORIGIN, fc.constant('example.com/else')),
});

function mostly<T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: fc.constant(usual), weight: 9 }, { arbitrary: other, weight: 1 });
}

const LINES = fc.array(LINE_OF, { minLength: 1, maxLength: 3 }).map((specs) =>
  specs.map(({ seed, text, nonce, flip, name }) => {
    const signer = SIGNERS[seed];
    const { payload, keyId } = nonce === 'usual' ? signer.sign(text) : signAnew(seed, signer, text);
    const changed = Buffer.from(payload);
    if (flip !== undefined) changed[flip] = (changed[flip] as number) ^ 1;
    return formatSignatureLine({ name, keyId, payload: changed });
  }),
);

/** Exactly two lines, one by the old key and one by the new key, as signed-note spells them. */
function oracle(lines: readonly string[]): boolean {
  const isBy = (line: string | undefined, { key }: NoteSigner): boolean => {
    const [dash, name, base64] = (line ?? '').split(' ');
    const bytes = Buffer.from(base64 ?? '', 'base64');
    if (dash !== '\u2014' || name !== key.name || bytes.toString('hex', 0, 4) !== key.keyId)
      return false;
    return verify(null, Buffer.from(TEXT), ed25519PublicKey(key.publicKey), bytes.subarray(4));
  };
  const [a, b] = lines;
  const isBoth = (isBy(a, victim) && isBy(b, next)) || (isBy(a, next) && isBy(b, victim));
  return lines.length === 2 && isBoth;
}

test('opens a random set of signed lines exactly when the oracle does', () => {
  let opened = 0;
  fc.assert(
    fc.property(LINES, (lines) => {
      const isOpened = opens(noteOf(TEXT, lines));
      if (isOpened) opened++;
      assert.equal(isOpened, oracle(lines), lines.join('\n'));
    }),
    runs(1000),
  );
  assert.ok(opened > 20, 'some of the random sets are a rotation');
});

function opens(bytes: Buffer): boolean {
  try {
    openRotation(bytes);
    return true;
  } catch {
    return false;
  }
}

function textOf(from: NoteSigner, to: NoteSigner): string {
  return `countersign.dev/key-rotation@v1\n${ORIGIN}\n${from.key.vkey}\n${to.key.vkey}\n`;
}

function noteOf(text: string, lines: readonly string[]): Buffer {
  return Buffer.from(`${text}\n${lines.map((line) => `${line}\n`).join('')}`);
}

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/**
 * Another valid signature by the same key over the same text. RFC 8032 derives the nonce from the
 * text, but a verifier cannot check that. Here the nonce is the scalar of another key, and its
 * public half is the matching point.
 */
function signAnew(seed: string, { key }: NoteSigner, text: string): NoteSignature {
  const point = ed25519Signer(ORIGIN, testKey('nonce')).key.publicKey;
  const head = Buffer.concat([point, key.publicKey, Buffer.from(text)]);
  const s = (scalar('nonce') + numberOf(sha512(head)) * scalar(seed)) % ORDER;
  const bytes = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return { name: key.name, keyId: key.keyId, payload: Buffer.concat([point, bytes]) };
}

/** RFC 8032 section 5.1.5. */
function scalar(seed: string): bigint {
  const raw = createHash('sha256').update(`test key ${seed}`).digest();
  const half = sha512(raw).subarray(0, 32);
  half[0] = (half[0] as number) & 0xf8;
  half[31] = ((half[31] as number) & 0x7f) | 0x40;
  return numberOf(half);
}

function sha512(bytes: Uint8Array): Buffer {
  return createHash('sha512').update(bytes).digest();
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
