/**
 * The pattern of a rule's text: literal pieces, with wildcards between them. Wildcards are numbers,
 * so that a compiled rule is plain data for another thread.
 */
export type Piece = string | typeof MANY | typeof ONE;
/** Exactly one character. */
export const ONE = 1;
/** Any number of characters. */
export const MANY = 2;

export type TextPattern = readonly Piece[];

/**
 * Parses a text of a rule (Sigma 2.1.0, "Escaping"). `*` and `?` are wildcards, `\*` and `\?` are
 * not, and `\\` is one backslash. A backslash before any other character is itself.
 */
export function parsePattern(text: string): TextPattern {
  const pieces: Piece[] = [];
  let literal = '';
  const wild = (piece: typeof MANY | typeof ONE): void => {
    if (literal !== '') pieces.push(literal);
    literal = '';
    // Two adjacent stars equal one.
    if (piece !== MANY || pieces.at(-1) !== MANY) pieces.push(piece);
  };
  for (let at = 0; at < text.length; at++) {
    const here = text[at] as string;
    const next = text[at + 1];
    if (here === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next;
      at += 1;
    } else if (here === '*') wild(MANY);
    else if (here === '?') wild(ONE);
    else literal += here;
  }
  if (literal !== '') pieces.push(literal);
  return pieces;
}

export function isLiteral(pattern: TextPattern): boolean {
  return pattern.every((piece) => typeof piece === 'string');
}

export function literalOf(pattern: TextPattern): string {
  return pattern.filter((piece) => typeof piece === 'string').join('');
}

/** The pattern as a rule would write it. */
export function patternText(pattern: TextPattern): string {
  return pattern
    .map((piece) => {
      if (piece === MANY) return '*';
      if (piece === ONE) return '?';
      return piece.replaceAll(/[\\*?]/g, (special) => `\\${special}`);
    })
    .join('');
}

export type TextForm =
  | { readonly form: 'equals' | 'contains' | 'starts' | 'ends'; readonly text: string }
  | { readonly form: 'glob'; readonly pattern: TextPattern };

/** The cheapest equivalent comparison. */
export function formOf(pattern: TextPattern): TextForm {
  if (isLiteral(pattern)) return { form: 'equals', text: literalOf(pattern) };
  const [first, second, third, ...more] = pattern;
  if (more.length === 0) {
    if (first === MANY && second === undefined) return { form: 'contains', text: '' };
    if (first === MANY && typeof second === 'string') {
      if (third === undefined) return { form: 'ends', text: second };
      if (third === MANY) return { form: 'contains', text: second };
    }
    if (typeof first === 'string' && second === MANY && third === undefined) {
      return { form: 'starts', text: first };
    }
  }
  return { form: 'glob', pattern };
}

/**
 * Returns whether a pattern with wildcards matches the whole text. Backtracks only to the last
 * star, which is sufficient. The cost is at most text times pattern, for any input.
 */
export function globTest(pattern: TextPattern): (text: string) => boolean {
  const units: (string | typeof MANY | typeof ONE)[] = pattern.flatMap(
    (piece): (string | typeof MANY | typeof ONE)[] =>
      typeof piece === 'string' ? [...piece] : [piece],
  );
  return (text) => {
    const points = [...text];
    let at = 0;
    let unit = 0;
    let star = -1;
    let starAt = 0;
    while (at < points.length) {
      const wanted = units[unit];
      if (wanted === MANY) {
        star = unit;
        starAt = at;
        unit += 1;
      } else if (unit < units.length && (wanted === ONE || wanted === points[at])) {
        at += 1;
        unit += 1;
      } else if (star >= 0) {
        starAt += 1;
        at = starAt;
        unit = star + 1;
      } else return false;
    }
    while (units[unit] === MANY) unit += 1;
    return unit === units.length;
  };
}
