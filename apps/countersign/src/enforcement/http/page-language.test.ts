import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, languageOf } from './page-language.ts';

test("uses the browser's first available language, otherwise English", () => {
  assert.equal(languageOf('de-AT,de;q=0.9,en;q=0.8'), 'de');
  assert.equal(languageOf('fr, DE;q=0.5, en;q=0.4'), 'de');
  assert.equal(languageOf('en-GB,de'), 'en');
  for (const none of [undefined, '', 'fr,it', ',,,', '*']) assert.equal(languageOf(none), 'en');
});

test('reads a language list only up to a limit', () => {
  assert.equal(languageOf(`${'x,'.repeat(99)}de`), 'de');
  assert.equal(languageOf(`${'x,'.repeat(99)} de`), 'en');
});

test('escapes everything that would end an attribute or begin an element', () => {
  assert.equal(escapeHtml(`<a href="x" title='y'>&amp;</a>`).match(/[<>"']|&(?!#\d+;)/), null);
  assert.equal(escapeHtml('plain'), 'plain');
});
