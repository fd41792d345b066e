/**
 * Characters that control a terminal or are invisible: C0 and C1 controls (with ESC and CSI), DEL,
 * bidi overrides and isolates, zero-width and other ignorable characters, line and paragraph
 * separators, lone surrogates.
 *
 * A name in a vendor's record can contain them. Printed raw, they could forge lines, hide text or
 * control the terminal.
 */
const INVISIBLE = new RegExp(
  [
    '[[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]--\\uFE0F]',
    // U+FE0F turns a pictograph into an emoji. After anything else it only hides a difference.
    '(?<!\\p{Extended_Pictographic})\\uFE0F',
  ].join('|'),
  'gv',
);

const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Replaces every such character with a visible form: `␛[2J`, `␊`, `<U+202E>`. The result is one
 * line.
 */
export function sanitize(text: string): string {
  return PLAIN.test(text) ? text : text.replace(INVISIBLE, picture);
}

/** Escapes the characters that JSON leaves raw as `\uXXXX`: equal as JSON, and safe to print. */
export function sanitizeJson(json: string): string {
  return PLAIN.test(json) ? json : json.replace(INVISIBLE, jsonEscape);
}

function picture(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

function jsonEscape(character: string): string {
  let escaped = '';
  for (let unit = 0; unit < character.length; unit++) {
    escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
