const TOKEN = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|\b(?:None|True|False)\b/g;

const WORDS: ReadonlyMap<string, string> = new Map([
  ['None', 'null'],
  ['True', 'true'],
  ['False', 'false'],
]);

/**
 * The JSON text of a dictionary or list in Python's notation, which scripts leave in cells meant
 * for JSON. Evaluates nothing: only quotes and the names of three constants change. For other text
 * the result is not valid JSON.
 */
export function jsonOfPythonLiteral(written: string): string {
  return written.replace(TOKEN, (token) => WORDS.get(token) ?? stringOf(token.slice(1, -1)));
}

const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g;

const ESCAPED: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
]);

/** The last code point of Unicode. */
const CODE_POINT_MAX = 0x10ffff;

function stringOf(inner: string): string {
  const text = inner.replace(ESCAPE, (_, x?: string, u?: string, long?: string, one?: string) => {
    const hex = x ?? u ?? long;
    if (hex === undefined) return ESCAPED.get(one as string) ?? (one as string);
    const code = Number.parseInt(hex, 16);
    return code > CODE_POINT_MAX ? '\ufffd' : String.fromCodePoint(code);
  });
  return JSON.stringify(text);
}
