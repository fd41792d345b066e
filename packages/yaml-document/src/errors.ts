import { CountersignError, plural } from '@countersign/core';

/** A person never fixes more mistakes than this at a time. */
const PROBLEMS_SHOWN_MAX = 100;

/** One problem in a configuration: where it is, what is wrong, and how to fix it. */
export type DocumentProblem = {
  readonly file: string;
  /** Both are 1-based, as in editors. */
  readonly line: number;
  readonly column: number;
  /** The member, such as `tenants[0].credentials`; empty for the whole file. */
  readonly path: string;
  /** What is wrong, and what to do. */
  readonly what: string;
};

/**
 * - `CONFIG_UNREADABLE`  the file does not exist or cannot be read
 * - `CONFIG_INVALID`     the content is invalid; `problems` lists every problem
 */
export type DocumentErrorCode = 'CONFIG_UNREADABLE' | 'CONFIG_INVALID';

/** An unusable configuration. The message has one line per problem. */
export class DocumentError extends CountersignError<DocumentErrorCode> {
  override readonly name = 'DocumentError';
  readonly problems: readonly DocumentProblem[];

  constructor(
    code: DocumentErrorCode,
    message: string,
    options: { problems?: readonly DocumentProblem[]; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.problems = options.problems ?? [];
  }
}

/** Uses the form that editors and terminals turn into a link. */
export function problemText({ file, line, column, path, what }: DocumentProblem): string {
  return `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${what}`;
}

export function invalidConfig(problems: readonly DocumentProblem[]): DocumentError {
  const sorted = problems.toSorted(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
  const shown = sorted.slice(0, PROBLEMS_SHOWN_MAX);
  const more = sorted.length - shown.length;
  const lines = shown.map(problemText);
  if (more > 0) lines.push(`and ${plural(more, 'more problem')}`);
  const head = `the configuration has ${plural(problems.length, 'problem')}`;
  return new DocumentError('CONFIG_INVALID', `${head}:\n${lines.join('\n')}`, { problems: sorted });
}
