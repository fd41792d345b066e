import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressSpans } from './address-spans.ts';
import { addressIdentity, nameIdentity, WORD, wordsOf } from './person-identity.ts';

/** Text with many signs, separators and letters beside ASCII, so that each path is taken. */
const text = fc.oneof(
  fc.string({ unit: 'binary-ascii' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(
    fc.constantFrom('ada', "O'Neil", 'ÿ', 'ﬁ', 'Å', '@', '%40', '\\u0040', '&#64;', '.', ' '),
  ),
);

test('names of ASCII have the same identity and words as by the rules for all letters', () => {
  fc.assert(
    fc.property(text, (given) => {
      const name = Array.isArray(given) ? given.join('') : given;
      const normal = name.normalize('NFKC');
      assert.equal(nameIdentity(name), normal.trim().toLowerCase());
      const words = Array.from(normal.matchAll(WORD), ([word]) => word.toLowerCase());
      assert.deepEqual([...wordsOf(name)], words);
      const plain = name
        .replaceAll(/%40|\\u0040|&#64;/g, '@')
        .normalize('NFKC')
        .toLowerCase();
      assert.equal(addressIdentity(name), plain.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '_'));
    }),
  );
});

test('text without a sign of addresses is skipped, and no other', () => {
  for (const sign of ['@', '%40', '\\u0040', '&#64;']) {
    assert.deepEqual(addressSpans(`to ada${sign}example.com`).length, 1, sign);
  }
  assert.deepEqual(addressSpans('4040 @ 40 %40 nothing'), []);
});
