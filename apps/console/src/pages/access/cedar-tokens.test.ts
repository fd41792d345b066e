import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { cedarTokens, offsetAt } from './cedar-tokens.ts';

test('highlighting changes no character, whatever the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('permit', '"a\\"b"', '// no', '@id("x")', 'Action::"signIn"', '"open', '\n'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join(' ');
      const joined = cedarTokens(text).map((token) => token.text);
      assert.equal(joined.join(''), text);
    }),
    runs(500),
  );
});

test('keywords in strings and comments are no keywords', () => {
  const kinds = (text: string) => cedarTokens(text).map(({ kind }) => kind);
  assert.deepEqual(kinds('permit'), ['keyword']);
  assert.deepEqual(kinds('"permit"'), ['text']);
  assert.deepEqual(kinds('// permit'), ['comment']);
  assert.deepEqual(kinds('@id'), ['annotation']);
});

test('a position leads to its character', () => {
  const text = '@id("people")\n  permit (principal, action, resource);\n';
  assert.equal(offsetAt(text, 1, 1), 0);
  const at = offsetAt(text, 2, 3);
  assert.equal(text.slice(at, at + 6), 'permit');
  assert.equal(offsetAt(text, 100_000, 1), text.length);
});
