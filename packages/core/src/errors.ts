import { inspect } from 'node:util';

/**
 * Expected errors. Each domain has one class with its own union of stable `code` values. Callers
 * switch on `code`. People read `message`, which says what was tried, what went wrong and what to
 * do.
 */
export abstract class CountersignError<Code extends string = string> extends Error {
  abstract override readonly name: string;
  readonly code: Code;
  /** Facts for machines; never holds a secret. */
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: Code,
    message: string,
    options: { cause?: unknown; data?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}

export type InputErrorCode = 'INVALID_INSTANT' | 'INVALID_TENANT' | 'INVALID_INTERVAL';

/** A value from outside that does not have the required form. */
export class InputError extends CountersignError<InputErrorCode> {
  override readonly name = 'InputError';
}

/** A broken invariant: a defect of Countersign (exit code 70), never a fault of the input. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/** @param claim a positive statement of what must hold */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new AssertionFailure(`broken invariant: ${claim}`);
}

/** Ends an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable case: ${inspect(value, { depth: 1 })}`);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** No message needs more characters of a value to be understood. */
const QUOTED_CHARACTERS_MAX = 80;

/** Quotes an outside value for a message: shortened, with control characters escaped. */
export function quoted(text: string): string {
  const isLong = text.length > QUOTED_CHARACTERS_MAX;
  const shown = isLong ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}…` : text;
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
