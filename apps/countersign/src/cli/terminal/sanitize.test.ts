import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { sanitize, sanitizeJson } from './sanitize.ts';

/**
 * Characters that control a terminal or are invisible, defined without the expression under test.
 */
function isDangerous(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    [0xad, 0x61c, 0x180e, 0xfeff].includes(code) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

const dangerous = fc.constantFrom(
  '\x1b[2J',
  '\x1b]0;title\x07',
  '\x1b]8;;http://x\x1b\\',
  '\x9b31m',
  '\r',
  '\n',
  '\t',
  '\b',
  '\0',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\ud800',
  '\udfff',
  '\x7f',
  '\u{e0041}',
  '\u061c',
);
const hostile = fc
  .array(fc.oneof(dangerous, fc.string({ unit: 'binary' }), fc.string()))
  .map((parts) => parts.join(''));

test('replaces every control character, escape, override and invisible character', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const character of sanitize(text)) assert.ok(!isDangerous(character));
    }),
    runs(2000, 200000),
  );
});

test('does not change sanitized text', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      assert.equal(sanitize(sanitize(text)), sanitize(text));
    }),
    runs(2000, 200000),
  );
});

test('keeps JSON equal, without characters that control a terminal', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), (value) => {
      const json = sanitizeJson(JSON.stringify(value));
      for (const character of json) assert.ok(!isDangerous(character));
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
    }),
    runs(200),
  );
});

test('shows the original characters', () => {
  assert.equal(sanitize('a\x1b[2Jb'), 'a␛[2Jb');
  assert.equal(sanitize('line\r\nline'), 'line␍␊line');
  assert.equal(sanitize('gpj\u202eexe'), 'gpj<U+202E>exe');
  assert.equal(sanitize('al\u200bice'), 'al<U+200B>ice');
});

test('keeps names in every script, and emoji', () => {
  for (const name of ['Zoë Müller', 'Ιωάννης', '山田太郎', 'مريم', '❤\ufe0f team', '👍🏽 done']) {
    assert.equal(sanitize(name), name);
  }
});
