import assert from 'node:assert/strict';

/**
 * Characters that make a terminal act, hide or reorder text: control characters except the line
 * feed, zero-width characters, direction marks, line separators.
 */
const CONTROL = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\n]]/v;

export function assertHarmless(text: string, what: string): void {
  const found = CONTROL.exec(text);
  if (found === null) return;
  const around = text.slice(Math.max(0, found.index - 40), found.index + 40);
  assert.fail(`${what} prints U+${found[0].charCodeAt(0).toString(16)}: ${JSON.stringify(around)}`);
}
