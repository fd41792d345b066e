import { OperationError } from './errors.ts';

/** Ends a list early when the caller stops; items read so far are complete. */
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
