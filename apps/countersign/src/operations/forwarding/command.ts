import { CountersignError, messageOf } from '@countersign/core';
import type { ProofDemand } from './caller-proof.ts';
import { ForwardingError, RemoteDefect, RemoteError } from './errors.ts';

/** The version of what crosses the socket: holder and starter must agree on it. */
const PROTOCOL = 2;

/** A writing command as plain JSON: what one process can hand over to another. */
export type Command = {
  /** As on the command line: `import`, `ledger erase`. */
  readonly command: string;
  /** Paths are absolute: the holder stands in another folder. */
  readonly args: readonly string[];
  readonly tenant: string | null;
  /** Who asks, as the entry about it will state. Nobody says this of themselves over the socket. */
  readonly who: string;
  readonly options: JsonOptions;
};

/** What JSON can say; absent is null. */
export type JsonOptions = Readonly<Record<string, unknown>>;

/**
 * One line of an answer: `prove` comes first, `begun` before the work is touched, `result` or
 * `error` last.
 */
export type AnswerLine =
  | ({ readonly kind: 'prove' } & ProofDemand)
  | { readonly kind: 'begun' }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: string | null; readonly message: string };

/** Undefined where it is null, or of another kind. */
export function textOption(work: Command, name: string): string | undefined {
  const value = work.options[name];
  return typeof value === 'string' ? value : undefined;
}

export function numberOption(work: Command, name: string): number | undefined {
  const value = work.options[name];
  return typeof value === 'number' ? value : undefined;
}

export function textsOption(work: Command, name: string): readonly string[] {
  const value = work.options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function numbersOption(work: Command, name: string): readonly number[] {
  const value = work.options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}

/** @throws HandoverError MALFORMED */
export function requiredText(work: Command, name: string): string {
  const value = textOption(work, name);
  if (value === undefined || value === '') throw malformed(`the ${name} of a command`);
  return value;
}

export function workText({ who: _, ...work }: Command): string {
  return JSON.stringify({ protocol: PROTOCOL, ...work });
}

/** @throws HandoverError MALFORMED, OTHER_VERSION */
export function parseWork(text: string): Omit<Command, 'who'> {
  const value = parseObject(text);
  if (value.protocol !== PROTOCOL) {
    throw new ForwardingError(
      'OTHER_VERSION',
      `the process that holds the ledger speaks hand-over ${PROTOCOL}, and was asked in ` +
        `${String(value.protocol)}: run one version of Countersign on one data folder`,
    );
  }
  const { command, args, tenant, options } = value;
  if (
    typeof command !== 'string' ||
    !Array.isArray(args) ||
    !args.every((arg) => typeof arg === 'string') ||
    !(tenant === null || typeof tenant === 'string') ||
    typeof options !== 'object' ||
    options === null ||
    Array.isArray(options)
  ) {
    throw malformed('a command that was handed over');
  }
  return { command, args, tenant, options: options as Record<string, unknown> };
}

export function errorLine(error: unknown): AnswerLine {
  const code = error instanceof CountersignError ? error.code : null;
  return { kind: 'error', code, message: messageOf(error) };
}

export function errorOfLine(line: Extract<AnswerLine, { kind: 'error' }>): Error {
  return line.code === null
    ? new RemoteDefect(line.message)
    : new RemoteError(line.code, line.message);
}

/** @throws HandoverError MALFORMED */
export function parseAnswerLine(text: string): AnswerLine {
  const line = parseObject(text);
  switch (line.kind) {
    case 'prove':
      return { kind: 'prove', name: String(line.name), nonce: String(line.nonce) };
    case 'begun':
      return { kind: 'begun' };
    case 'progress':
      return { kind: 'progress', progress: line.progress };
    case 'result':
      return { kind: 'result', result: line.result };
    case 'error':
      return {
        kind: 'error',
        code: typeof line.code === 'string' ? line.code : null,
        message: String(line.message),
      };
    default:
      throw malformed('an answer of the process that holds the ledger');
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed('a message over the socket of the data folder', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('a message over the socket of the data folder');
  }
  return value as Record<string, unknown>;
}

function malformed(what: string, cause?: unknown): ForwardingError {
  return new ForwardingError(
    'MALFORMED',
    `${what} does not have its form: run one version of Countersign on one data folder`,
    { cause },
  );
}
