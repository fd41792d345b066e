import { OperationError } from './errors.ts';

/** Ends a list when the caller aborts. Every item before that is complete. */
export async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  for await (const item of items) {
    if (signal.aborted) {
      throw new OperationError('INTERRUPTED', 'interrupted: the list is not complete');
    }
    yield item;
  }
}
