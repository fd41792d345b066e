/** One statement of a `.d.ts` file that declares a name, as the compiler wrote it. */
export type Declaration = {
  readonly name: string;
  readonly kind: DeclarationKind;
  /** The text of its documentation comment, without the stars. */
  readonly comment: string;
  readonly text: string;
};

export type DeclarationKind = 'function' | 'class' | 'type' | 'constant';

export type ReExport = {
  /** Undefined if everything is exported: `export * from`. */
  readonly names: readonly { readonly name: string; readonly as: string }[] | undefined;
  readonly from: string;
};

export type DeclarationFile = {
  readonly declarations: readonly Declaration[];
  readonly reExports: readonly ReExport[];
};

/** Brackets inside these do not count. */
const TEXTS_AND_COMMENTS =
  /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const PREFIX = '(?:export )?(?:default )?(?:declare )?(?:abstract )?';
const KEYWORD = '(function|class|type|interface|const|let|enum|namespace)';
const DECLARED = new RegExp(`^${PREFIX}${KEYWORD} (\\w+)`);
const RE_EXPORTED = /^export (?:type )?(?:\{([^}]*)\}|\*) from '([^']+)'/;

const KINDS: Readonly<Record<string, DeclarationKind>> = {
  function: 'function',
  class: 'class',
  type: 'type',
  interface: 'type',
  enum: 'type',
  namespace: 'type',
  const: 'constant',
  let: 'constant',
};

/** Parses the compiler's output: consecutive statements, each starting in the first column. */
export function parseDeclarations(text: string): DeclarationFile {
  const declarations: Declaration[] = [];
  const reExports: ReExport[] = [];
  for (const { comment, statement } of statementsOf(text)) {
    const reExport = reExportOf(statement);
    if (reExport !== undefined) reExports.push(reExport);
    const [, keyword = '', name] = DECLARED.exec(statement) ?? [];
    const kind = KINDS[keyword];
    if (kind === undefined || name === undefined) continue;
    declarations.push({ name, kind, comment, text: statement });
  }
  return { declarations, reExports };
}

function statementsOf(text: string): { comment: string; statement: string }[] {
  const statements: { comment: string; statement: string }[] = [];
  let comment = '';
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    lines.push(line);
    const piece = lines.join('\n').trim();
    if (piece.startsWith('/*')) {
      if (!piece.endsWith('*/')) continue;
      comment = commentText(piece);
    } else if (isStatement(piece)) {
      statements.push({ comment, statement: piece });
      comment = '';
    } else continue;
    lines = [];
  }
  return statements;
}

function isStatement(piece: string): boolean {
  const code = piece.replace(TEXTS_AND_COMMENTS, '').trim();
  const depth = [...code].reduce(
    (sum, char) => sum + ('{[('.includes(char) ? 1 : '}])'.includes(char) ? -1 : 0),
    0,
  );
  if (depth !== 0 || code === '') return false;
  if (code.endsWith(';')) return true;
  const keyword = DECLARED.exec(code)?.[1] ?? '';
  return code.endsWith('}') && ['class', 'interface', 'enum', 'namespace'].includes(keyword);
}

function commentText(piece: string): string {
  return piece
    .replace(/^\/\*\*?/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

function reExportOf(statement: string): ReExport | undefined {
  const match = RE_EXPORTED.exec(statement);
  if (match === null) return undefined;
  const [, list, from = ''] = match;
  const names = list
    ?.split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', as = name] = part.split(' as ');
      return { name, as };
    });
  return { names, from };
}
