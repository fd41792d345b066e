import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { untrusted, visible } from './untrusted-text.ts';

const HIDDEN = [
  ...['\u0000', '\u001b', '\n', '\u0085', '\u200b', '\u200f', '\u202e', '\u2066', '\u2028'],
  ...['\ufeff', '\u00ad', '\u180e', '\u3164', '\ufe0f', '\u{e0041}', '\u{e0100}', '\ud800'],
];

test('hidden characters become visible, and other writing stays', () => {
  assert.equal(visible('invoice\u202efdp.exe'), 'invoice⟨U+202E⟩fdp.exe');
  assert.equal(visible('Zoë 田中 مرحبا 🙂'), 'Zoë 田中 مرحبا 🙂');
  for (const character of HIDDEN) {
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
    assert.equal(visible(`a${character}b`), `a⟨U+${code}⟩b`);
  }
});

test('no hidden character survives in any text, and a long text states its cut', () => {
  const text = fc.string({
    unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom(...HIDDEN)),
  });
  fc.assert(
    fc.property(text, fc.nat(40), (given, max) => {
      const { untrusted: shown, cut = 0 } = untrusted(given, max);
      // By code points: half of a surrogate pair is no hidden character.
      const points = new Set(shown);
      assert.ok(!HIDDEN.some((character) => points.has(character)));
      assert.ok(!/[\p{Cc}\p{Cf}]/u.test(shown));
      assert.equal(cut, Math.max(0, [...given].length - max));
    }),
  );
});
