import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testKey } from '../testing/memory-log.ts';
import { verifierOf } from './signature-types.ts';
import {
  ed25519Signer,
  formatNote,
  formatSignatureLine,
  openNote,
  parseNote,
  parseSignatureLine,
  signNote,
} from './signed-note.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 5000 : 150 };

/** C2SP signed-note, "Test vectors". */
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const TEXT = 'This is an example message.\n';
const LINE =
  '\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj' +
  'OBH3mFXmRKuwHjG1Yu72IneyaQM=';
const NOTE = `${TEXT}\n${LINE}\n`;

const alice = ed25519Signer('alice.example/log', testKey('alice'));
const bob = ed25519Signer('bob.example', testKey('bob'));
const [verifyAlice, verifyBob] = [verifierOf(alice.key), verifierOf(bob.key)];

test('verifies the test vector of signed-note', () => {
  const opened = openNote(parse(NOTE), [verifierOf(VKEY)]);
  assert.equal(opened.text, TEXT);
  assert.deepEqual(opened.verified.map(formatSignatureLine), [LINE]);
  assert.equal(formatNote(parse(NOTE)), NOTE);
});

test('opens every text that it signs', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 6 });
  const texts = lines.map((l) => l.map((line) => `${line.replace(/\p{Cc}/gu, '')}\n`).join(''));
  fc.assert(
    fc.property(
      texts.filter((text) => text !== ''),
      (text) => {
        const note = parse(formatNote(signNote(text, [alice, bob])));
        const opened = openNote(note, [verifyAlice, verifyBob]);
        assert.equal(opened.text, text);
        assert.equal(opened.verified.length, 2);
      },
    ),
    runs,
  );
});

test('verifies no note with a changed byte', () => {
  const bytes = Buffer.from(formatNote(signNote('a line\n\nanother line\n', [alice])));
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ mask;
      assert.throws(() => openNote(parseNote(changed), [verifyAlice]), { name: 'TlogError' });
    }),
    { numRuns: runs.numRuns * 4 },
  );
});

test('ends the text at the last blank line', () => {
  const note = parse(`a\n\nb\n\n${LINE}\n`);
  assert.equal(note.text, 'a\n\nb\n');
  assert.equal(note.signatures.length, 1);
});

test('refuses bytes that are not exactly one strict note', () => {
  const refused: [string, string | Buffer][] = [
    ['nothing', ''],
    ['no signature', TEXT],
    ['no signature after the blank line', `${TEXT}\n`],
    ['no final newline', NOTE.slice(0, -1)],
    ['a blank line at the end', `${NOTE}\n`],
    ['carriage returns', NOTE.replaceAll('\n', '\r\n')],
    ['a tab', NOTE.replace(' is ', '\tis ')],
    ['a NUL byte', NOTE.replace('.', '\0')],
    ['DEL', NOTE.replace('.', '\x7f')],
    ['broken UTF-8', Buffer.concat([Buffer.from([0xff]), Buffer.from(NOTE)])],
    ['a surrogate in UTF-8', Buffer.concat([Buffer.from('eda080', 'hex'), Buffer.from(NOTE)])],
    ['a hyphen in place of the dash', NOTE.replace('\u2014', '-')],
    ['two spaces before the name', NOTE.replace('\u2014 ', '\u2014  ')],
    ['a line without a signature', `${NOTE}\u2014 bob.example\n`],
    ['a line without a name', NOTE.replace('example.com/foo', '')],
    ['a name with a plus', NOTE.replace('/foo', '+foo')],
    ['a name with a Unicode space', NOTE.replace('/foo', '\u3000foo')],
    ['base64 without padding', NOTE.replace('=', '')],
    ['base64 with other trailing bits', NOTE.replace('aQM=', 'aQN=')],
    ['base64 in the URL alphabet', NOTE.replace('3mFXmRKuwHj', '3mFXmRKuw-j')],
    ['a space in base64', NOTE.replace('Uw2Q', 'Uw 2Q')],
    ['a key id alone', `${TEXT}\n\u2014 a AAAAAA==\n`],
    ['65 signatures', `${TEXT}\n${sixtyFiveLines()}`],
    ['one signature line twice', `${NOTE}${LINE}\n`],
    ['more lines than fit', `${'x'.repeat(600_000)}\n\n${LINE}\n`],
  ];
  for (const [what, bytes] of refused) {
    assert.throws(() => parseNote(Buffer.from(bytes)), { code: 'MALFORMED_NOTE' }, what);
  }
});

test('carries at least sixteen signatures of five kilobytes', () => {
  const payload = Buffer.alloc(5000, 7);
  const signatures = Array.from({ length: 16 }, (_, i) => ({
    name: `pq-${i}.example`,
    keyId: '00000001',
    payload,
  }));
  assert.equal(parse(formatNote({ text: TEXT, signatures })).signatures.length, 16);
});

test('ignores signatures by unknown keys, but lists them', () => {
  const note = parse(formatNote(signNote(TEXT, [bob, alice])));
  const opened = openNote(note, [verifyAlice]);
  assert.deepEqual(
    opened.verified.map((s) => s.name),
    ['alice.example/log'],
  );
  assert.deepEqual(
    opened.unverified.map((s) => s.name),
    ['bob.example'],
  );
});

test('refuses a note with one false signature by a known key, at any position', () => {
  const good = signNote(TEXT, [alice, bob]);
  const [byAlice, byBob] = [...good.signatures];
  assert.ok(byAlice && byBob);
  const forged = { ...byBob, payload: byAlice.payload };
  for (const signatures of [
    [byAlice, forged],
    [forged, byAlice],
    [byAlice, byBob, forged],
  ]) {
    assert.throws(() => openNote({ text: TEXT, signatures }, [verifyAlice, verifyBob]), {
      code: 'BAD_SIGNATURE',
    });
  }
  const short = { ...byBob, payload: byBob.payload.subarray(1) };
  assert.throws(
    () => openNote({ text: TEXT, signatures: [byAlice, short] }, [verifyAlice, verifyBob]),
    { code: 'BAD_SIGNATURE' },
  );
});

test('refuses a note without a signature by a known key', () => {
  const note = signNote(TEXT, [bob]);
  assert.throws(() => openNote(note, [verifyAlice]), { code: 'UNTRUSTED_NOTE' });
  assert.throws(() => openNote(note, []), { code: 'UNTRUSTED_NOTE' });
  const sameNameOtherKey = ed25519Signer('bob.example', testKey('mallory'));
  assert.throws(() => openNote(signNote(TEXT, [sameNameOtherKey]), [verifyBob]), {
    code: 'UNTRUSTED_NOTE',
  });
});

test('refuses both of two keys that share a name and a key id', () => {
  const twin = { ...verifyBob, key: { ...verifyBob.key, vkey: 'another' } };
  assert.throws(() => openNote(signNote(TEXT, [bob]), [verifyBob, twin]), {
    code: 'MALFORMED_KEY',
  });
  assert.ok(openNote(signNote(TEXT, [bob]), [verifyBob, verifierOf(bob.key.vkey)]));
});

test('refuses to sign a text that it would not read', () => {
  for (const text of ['', 'no newline', 'a\tb\n', 'a\0\n', '\ud800\n']) {
    assert.throws(() => signNote(text, [alice]), { code: 'MALFORMED_NOTE' });
    assert.throws(() => alice.sign(text), { code: 'MALFORMED_NOTE' });
  }
});

test('reads a single signature line', () => {
  assert.equal(formatSignatureLine(parseSignatureLine(LINE)), LINE);
  for (const line of ['', `${LINE}\n`, ` ${LINE}`, '\u2014 ', '\u2014  ', '\u2014 a ']) {
    assert.throws(() => parseSignatureLine(line), { code: 'MALFORMED_NOTE' }, JSON.stringify(line));
  }
});

function sixtyFiveLines(): string {
  return Array.from({ length: 65 }, (_, i) => `${LINE.replace('/foo', `/foo${i}`)}\n`).join('');
}

function parse(text: string): ReturnType<typeof parseNote> {
  return parseNote(Buffer.from(text));
}
