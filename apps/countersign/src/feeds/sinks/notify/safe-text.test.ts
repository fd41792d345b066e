import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import { hostileText } from '../../testing/deliveries.ts';
import { TITLE_CHARACTERS_MAX } from './limits.ts';
import { safeText, withoutMarkup } from './safe-text.ts';

const BIDI = 'alex\u202egnp.exe';
const TAGS = 'a\u{e0041}\u{e0042}b';

test('a name reads as it looks, and alerts no channel', () => {
  assert.equal(safeText(`${BIDI}\r\nBcc: evil@example.com`), 'alexgnp.exe Bcc: evil@example.com');
  assert.equal(safeText(TAGS), 'ab');
  assert.equal(safeText('a\u200bb\u2066c\u3164d\0e'), 'abcde');
  assert.equal(
    safeText('@everyone see https://evil.example'),
    '＠everyone see https[:]//evil.example',
  );
  assert.equal(safeText('@here @Channel www.evil.example'), '＠here ＠Channel www[.]evil.example');
  assert.equal(withoutMarkup('<!channel> [x](y) *b* <@U1>'), '‹!channel› ［x］(y) ∗b∗ ‹@U1›');
});

test('property: no text keeps a control character, markup or a mention', () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string({ unit: 'grapheme' })), (text) => {
      const safe = withoutMarkup(safeText(text));
      assert.doesNotMatch(safe, /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/u);
      assert.doesNotMatch(safe, /[<>[\]*_~`|\\&]|@(?:everyone|here|channel)\b|:\/\//i);
      assert.ok([...safe].length <= TITLE_CHARACTERS_MAX + 1);
      assert.equal(withoutMarkup(safeText(safe)), safe, 'twice is as good as once');
    }),
    runs(500),
  );
});
