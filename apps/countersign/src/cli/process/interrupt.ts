type Signal = 'SIGINT' | 'SIGTERM';
type Signals = {
  once(signal: Signal, handler: () => void): unknown;
  off(signal: Signal, handler: () => void): unknown;
};

/**
 * Handles Ctrl-C (or SIGTERM): stop after the current batch.
 *
 * The first signal restores the default, so that the second ends the process at once, which the
 * ledger survives like any crash. SIGHUP keeps its default, so that `nohup` works; only `serve`
 * takes it, as a reload. The abort reason is the signal's name.
 */
export function onInterrupt(process: Signals, say: (sentence: string) => void): AbortSignal {
  const controller = new AbortController();
  const signals: readonly Signal[] = ['SIGINT', 'SIGTERM'];
  const handlers = signals.map((signal) => {
    const handler = (): void => {
      for (const other of handlers) process.off(other.signal, other.handler);
      say('stopping after the current batch; press Ctrl-C again to stop at once');
      controller.abort(signal);
    };
    process.once(signal, handler);
    return { signal, handler };
  });
  return controller.signal;
}

/** Resolves once it is aborted: for servers, which run until they are stopped. */
export function waitForAbort(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
