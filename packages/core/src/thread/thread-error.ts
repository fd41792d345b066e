import { CountersignError } from '../errors.ts';

export type ThreadErrorCode =
  /** An uncaught error, or an exit that no caller asked for. */
  | 'THREAD_DIED'
  | 'THREAD_OUT_OF_MEMORY'
  /** It is in an endless loop, or waits for the disk without end. */
  | 'THREAD_SILENT';

/** A thread of this process is gone, so its part of the work cannot go on. */
export class ThreadError extends CountersignError<ThreadErrorCode> {
  override readonly name = 'ThreadError';
}

/** An error, without what a message between threads would lose. */
export type ThreadFailure = {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
};

export function threadFailureOf(error: unknown): ThreadFailure {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: undefined, message: String(error), data: {} };
  }
  const { code } = error as { readonly code?: unknown };
  const data = error instanceof CountersignError ? error.data : {};
  const { name, message } = error;
  return { name, code: typeof code === 'string' ? code : undefined, message, data };
}
