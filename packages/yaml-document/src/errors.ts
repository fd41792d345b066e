import { CountersignError, plural } from '@countersign/core';

/** Nobody mends more mistakes than this at a time. */
const PROBLEMS_SHOWN_MAX = 100;

/** One thing that is wrong with a configuration: where, what, and the cure. */
export type DocumentProblem = {
  readonly file: string;
  /** Both from 1, as editors count. */
  readonly line: number;
  readonly column: number;
  /** What it is about, as `tenants[0].credentials`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, and what to do. */
  readonly what: string;
};

/**
 * - `CONFIG_UNREADABLE`  there is no such file, or it cannot be read
 * - `CONFIG_INVALID`     it says something that cannot be meant; `problems` has all of it
 */
export type ConfigErrorCode = 'CONFIG_UNREADABLE' | 'CONFIG_INVALID';

/** A configuration that cannot be used. Its message has one line for each problem. */
export class DocumentError extends CountersignError<ConfigErrorCode> {
  override readonly name = 'ConfigError';
  readonly problems: readonly DocumentProblem[];

  constructor(
    code: ConfigErrorCode,
    message: string,
    options: { problems?: readonly DocumentProblem[]; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
    this.problems = options.problems ?? [];
  }
}

/** In the form that editors and terminals turn into a link. */
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
