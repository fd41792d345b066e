import { FilterError, type Literal } from './filter-syntax.ts';

export type Token =
  | { readonly kind: 'literal'; readonly literal: Literal; readonly text: string }
  /** Words, paths and operators. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: '(' | ')' | ',' | ':' };

const STRING = /'((?:[^']|'')*)'/y;
const TIME = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?/y;
const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/iy;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const WORD = /[a-z_$][\w$./]*/iy;
const SPACE = /\s+/y;

/** The service's limit on URLs refuses longer filters. */
const FILTER_CHARACTERS_MAX = 8_192;

export function tokensOf(text: string): readonly Token[] {
  if (text.length > FILTER_CHARACTERS_MAX) throw new FilterError('The filter is too long.');
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const spaces = matchAt(SPACE, text, at);
    if (spaces !== undefined) {
      at += spaces.length;
      continue;
    }
    const token = tokenAt(text, at);
    if (token === undefined) throw new FilterError(`Syntax error at position ${at} in '${text}'.`);
    tokens.push(token.token);
    at += token.length;
  }
  return tokens;
}

function tokenAt(text: string, at: number): { token: Token; length: number } | undefined {
  const mark = text.charAt(at);
  if (mark === '(' || mark === ')' || mark === ',' || mark === ':')
    return { token: { kind: 'mark', text: mark }, length: 1 };
  const string = matchAt(STRING, text, at);
  if (string !== undefined)
    return literal(string, { type: 'string', value: string.slice(1, -1).replaceAll("''", "'") });
  const guid = matchAt(GUID, text, at);
  if (guid !== undefined) return literal(guid, { type: 'string', value: guid });
  const time = matchAt(TIME, text, at);
  if (time !== undefined) return literal(time, { type: 'time', value: Date.parse(time) });
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return literal(number, { type: 'number', value: Number(number) });
  const word = matchAt(WORD, text, at);
  if (word === undefined) return undefined;
  if (word === 'true' || word === 'false')
    return literal(word, { type: 'boolean', value: word === 'true' });
  if (word === 'null') return literal(word, { type: 'null', value: null });
  return { token: { kind: 'word', text: word }, length: word.length };
}

function literal(text: string, value: Literal): { token: Token; length: number } {
  return { token: { kind: 'literal', literal: value, text }, length: text.length };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
