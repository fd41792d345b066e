import { ForwardingError } from '../forwarding/errors.ts';

/**
 * Stops waiting for input when the caller stops the import.
 *
 * @throws ForwardingError INTERRUPTED
 */
export async function* untilAborted(
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let stopWaiting: () => void = () => undefined;
  const abort = (): void => stopWaiting();
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      // Each wait has its own promise. One that outlives them all, as in a race, keeps all bytes.
      const waiting = Promise.withResolvers<IteratorResult<Uint8Array>>();
      stopWaiting = () => waiting.reject(interrupted());
      if (signal.aborted) stopWaiting();
      iterator.next().then(waiting.resolve, waiting.reject);
      const next = await waiting.promise;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function interrupted(): ForwardingError {
  return new ForwardingError(
    'INTERRUPTED',
    'interrupted while reading standard input; the earlier batches are in the ledger',
  );
}
