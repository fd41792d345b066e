/** A source text separated by kind. Each part has the full length, so positions stay the same. */
export type BlankedSource = {
  /** Only code: string contents and comments are spaces. */
  readonly code: string;
  /** Only comments: everything else is spaces. */
  readonly comments: string;
};

type Span = { readonly from: number; readonly to: number; readonly kind: 'comment' | 'literal' };

/** After one of these, a slash starts a regular expression; otherwise it divides. */
const BEFORE_REGEXP =
  /(?:^|[(,=:[!&|?{};<>+\-*%~^]|\b(?:return|typeof|case|in|of|yield|await))\s*$/;

export function blank(text: string): BlankedSource {
  const spans = spansOf(text);
  const source = text.split('');
  const code = [...source];
  const comments = source.map((unit): string => (unit === '\n' ? unit : ' '));
  for (const { from, to, kind } of spans) {
    for (let at = from; at < to; at++) {
      if (source[at] === '\n') continue;
      code[at] = ' ';
      if (kind === 'comment') comments[at] = source[at] as string;
    }
  }
  return { code: code.join(''), comments: comments.join('') };
}

/** The spans of comments and literal contents, in order. */
function spansOf(text: string): Span[] {
  const source = text.split('');
  const spans: Span[] = [];
  /** The brace depth at which each template's `${` was opened. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  let recent = '';
  const literal = (from: number, to: number): number => {
    spans.push({ from, to, kind: 'literal' });
    recent = ')';
    return to + 1;
  };
  while (at < source.length) {
    const here = source[at] as string;
    const next = source[at + 1];
    if (here === '/' && (next === '/' || next === '*')) {
      const end = next === '/' ? lineEnd(source, at) : blockEnd(source, at);
      spans.push({ from: at, to: end, kind: 'comment' });
      at = end;
      continue;
    }
    if (here === "'" || here === '"') {
      at = literal(at + 1, stringEnd(source, at + 1, here));
      continue;
    }
    if (here === '/' && BEFORE_REGEXP.test(recent)) {
      at = literal(at + 1, regExpEnd(source, at + 1));
      continue;
    }
    const closesHole = here === '}' && templates.at(-1) === depth;
    if (here === '`' || closesHole) {
      if (closesHole) templates.pop();
      const end = templateEnd(source, at + 1);
      const opensHole = source[end] === '$';
      if (opensHole) templates.push(depth);
      at = literal(at + 1, end) + (opensHole ? 1 : 0);
      if (opensHole) recent = '(';
      continue;
    }
    if (here === '{') depth++;
    if (here === '}') depth--;
    recent = (recent + here).slice(-12);
    at++;
  }
  return spans;
}

function lineEnd(source: readonly string[], from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

function blockEnd(source: readonly string[], from: number): number {
  for (let at = from + 2; at < source.length; at++) {
    if (source[at] === '*' && source[at + 1] === '/') return at + 2;
  }
  return source.length;
}

function stringEnd(source: readonly string[], from: number, quote: string): number {
  let at = from;
  while (at < source.length && source[at] !== quote && source[at] !== '\n') {
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(at, source.length);
}

function regExpEnd(source: readonly string[], from: number): number {
  let inClass = false;
  let at = from;
  while (at < source.length && source[at] !== '\n') {
    const here = source[at];
    if (here === '/' && !inClass) return at;
    if (here === '[') inClass = true;
    if (here === ']') inClass = false;
    at += here === '\\' ? 2 : 1;
  }
  return Math.min(at, source.length);
}

/** The closing backtick, or the `$` of an expression. */
function templateEnd(source: readonly string[], from: number): number {
  let at = from;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '$' && source[at + 1] === '{') return at;
    at += source[at] === '\\' ? 2 : 1;
  }
  return Math.min(at, source.length);
}
