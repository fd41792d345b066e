export type CedarToken = {
  readonly kind: 'plain' | 'comment' | 'text' | 'annotation' | 'keyword' | 'type' | 'number';
  readonly text: string;
};

const KEYWORDS = [
  ...['permit', 'forbid', 'when', 'unless', 'principal', 'action', 'resource', 'context'],
  ...['in', 'is', 'has', 'like', 'if', 'then', 'else', 'true', 'false'],
];

const TOKENS = new RegExp(
  [
    /(?<comment>\/\/[^\n]*)/,
    /(?<text>"(?:[^"\\\n]|\\.)*"?)/,
    /(?<annotation>@\w+)/,
    /(?<type>\b[A-Z]\w*(?=::|\b))/,
    new RegExp(`(?<keyword>\\b(?:${KEYWORDS.join('|')})\\b)`),
    /(?<number>\b\d+\b)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

const KINDS = ['comment', 'text', 'annotation', 'type', 'keyword', 'number'] as const;

/** A policy text in pieces for highlighting. Joined, they are the text. */
export function cedarTokens(text: string): readonly CedarToken[] {
  const tokens: CedarToken[] = [];
  let done = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = KINDS.find((each) => match.groups?.[each] !== undefined) ?? 'plain';
    if (match.index > done) tokens.push({ kind: 'plain', text: text.slice(done, match.index) });
    tokens.push({ kind, text: match[0] });
    done = match.index + match[0].length;
  }
  if (done < text.length) tokens.push({ kind: 'plain', text: text.slice(done) });
  return tokens;
}

/** The offset of a position in a text; both are 1-based. */
export function offsetAt(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return Math.min(text.length, before + column - 1);
}
