import { aborted } from './breaking.ts';

/** Acts once for each hang-up signal, one after the other, until the signal is aborted. */
export async function onHangUps(
  hangUps: AsyncIterable<unknown>,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  const ended = aborted(signal).then(() => ({ done: true }) as const);
  const iterator = hangUps[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done } = await Promise.race([iterator.next(), ended]);
      if (done === true) return;
      await act();
    }
  } catch (error) {
    // The source of the signals ends with an error when the process is asked to stop.
    if (!signal.aborted) throw error;
  }
}
