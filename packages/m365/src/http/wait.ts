import { setTimeout as timer } from 'node:timers/promises';
import { HttpError } from './errors.ts';

/** Waits on the caller's clock. Rejects with HttpError ABORTED on abort. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const systemWait: Sleep = async (ms, signal) => {
  try {
    await timer(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw abortedError();
  }
};

export function abortedError(): HttpError {
  return new HttpError(
    'ABORTED',
    'stopped while waiting for a service; the interrupted work is repeated at the next start',
  );
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError();
}
