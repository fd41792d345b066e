/** Measures, cuts and wraps text by terminal columns. The text must be sanitized. */

const ASCII = /^[\x20-\x7e]*$/;
const ZERO = /^[\p{Mn}\p{Me}]$/u;
/** East Asian wide and full-width blocks, and characters that terminals draw as emoji. */
const WIDE = new RegExp(
  `^[${[
    '\\u1100-\\u115f',
    '\\u2e80-\\u303e',
    '\\u3041-\\u33ff',
    '\\u3400-\\u4dbf',
    '\\u4e00-\\ua4cf',
    '\\ua960-\\ua97c',
    '\\uac00-\\ud7a3',
    '\\uf900-\\ufaff',
    '\\ufe30-\\ufe6f',
    '\\uff01-\\uff60',
    '\\uffe0-\\uffe6',
    '\\u{20000}-\\u{3fffd}',
    '\\p{Emoji_Presentation}',
  ].join('')}]$`,
  'u',
);

export const ELLIPSIS = '…';

export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** At most `columns` wide. `…` marks a cut at the end. */
export function cutEnd(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  return `${head(text, columns - 1)}${ELLIPSIS}`;
}

/** Like {@link cutEnd}, but drops whole words unless there is only one. */
export function cutAtWord(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const start = head(text, columns - 1 - ELLIPSIS.length);
  const end = text.charAt(start.length) === ' ' ? start.length : start.lastIndexOf(' ');
  const words = start.slice(0, Math.max(0, end)).replace(/[ ,;:(]+$/, '');
  return words === '' ? cutEnd(text, columns) : `${words} ${ELLIPSIS}`;
}

/** At most `columns` wide. The middle is cut, because people compare both ends of an id. */
export function cutMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const kept = columns - 1;
  const left = head(text, Math.ceil(kept / 2));
  const right = tail(text, Math.floor(kept / 2));
  return `${left}${ELLIPSIS}${right}`;
}

/** Lines of at most `columns`, broken at spaces, else after `/ \ , ; @ _ -`, else anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let lineWidth = 0;
  for (const piece of pieces(text, columns)) {
    const pieceWidth = displayWidth(piece);
    if (lineWidth + displayWidth(piece.trimEnd()) > columns && line !== '') {
      lines.push(line.trimEnd());
      line = '';
      lineWidth = 0;
    }
    line += piece;
    lineWidth += pieceWidth;
  }
  lines.push(line.trimEnd());
  return lines;
}

function characterWidth(character: string): number {
  if (ASCII.test(character)) return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

function head(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    kept += character;
  }
  return kept;
}

function tail(text: string, columns: number): string {
  const characters = [...text];
  let width = 0;
  let at = characters.length;
  while (at > 0) {
    width += characterWidth(characters[at - 1] as string);
    if (width > columns) break;
    at -= 1;
  }
  return characters.slice(at).join('');
}

/** Words with their following spaces. A word that is too wide is split. */
function* pieces(text: string, columns: number): Generator<string> {
  for (const [word] of text.matchAll(/ *[^ ]+ */g)) {
    if (displayWidth(word.trimEnd()) <= columns) {
      yield word;
      continue;
    }
    for (const [part] of word.matchAll(/[^/\\,;@_-]*(?:[/\\,;@_-] *|$)/g)) {
      if (part === '') continue;
      let rest = part;
      while (displayWidth(rest.trimEnd()) > columns) {
        const start = head(rest, columns);
        // A wide character does not fit into one column. It then stands alone, one column too wide.
        const taken = start === '' ? ([...rest][0] as string) : start;
        yield taken;
        rest = rest.slice(taken.length);
      }
      if (rest !== '') yield rest;
    }
  }
}
