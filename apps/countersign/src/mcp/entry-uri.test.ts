import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { entryUri, parseEntryUri } from './entry-uri.ts';

test('the URI of an entry is read back, whatever the origin', () => {
  const origin = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(origin, fc.nat(), (of, index) => {
      assert.deepEqual(parseEntryUri(entryUri(of, index)), { origin: of, index });
    }),
  );
});

test('another text is no URI of an entry', () => {
  for (const text of ['countersign://entry/a/b/1', 'countersign://entry/%/1', 'http://a/1', '']) {
    assert.equal(parseEntryUri(text), undefined);
  }
});
