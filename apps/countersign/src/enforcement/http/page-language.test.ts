import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escaped, languageOf } from './page-language.ts';

test('takes the first language of the browser that there is, and English for none', () => {
  assert.equal(languageOf('de-AT,de;q=0.9,en;q=0.8'), 'de');
  assert.equal(languageOf('fr, DE;q=0.5, en;q=0.4'), 'de');
  assert.equal(languageOf('en-GB,de'), 'en');
  for (const none of [undefined, '', 'fr,it', ',,,', '*']) assert.equal(languageOf(none), 'en');
});

test('reads no more of a list of languages than a browser sends', () => {
  assert.equal(languageOf(`${'x,'.repeat(99)}de`), 'de');
  assert.equal(languageOf(`${'x,'.repeat(99)} de`), 'en');
});

test('leaves nothing in a text that would end an attribute or begin an element', () => {
  assert.equal(escaped(`<a href="x" title='y'>&amp;</a>`).match(/[<>"']|&(?!#\d+;)/), null);
  assert.equal(escaped('plain'), 'plain');
});
