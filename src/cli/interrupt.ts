import { EXIT, type ExitCode } from './exit-code.ts';

type Signals = {
  on(signal: 'SIGINT' | 'SIGTERM', handler: () => void): unknown;
  exit(code: number): never;
};

export type Interrupt = {
  readonly signal: AbortSignal;
  /** The exit code that applies once `signal` is aborted. */
  exitCode(): ExitCode;
};

/**
 * The first Ctrl-C (or SIGTERM) asks: stop after the current batch. The second ends the process
 * where it stands, which the ledger survives like any crash. SIGHUP keeps its default, so that
 * `nohup` works.
 */
export function onInterrupt(process: Signals, say: (sentence: string) => void): Interrupt {
  const controller = new AbortController();
  let exitCode: ExitCode = EXIT.interrupted;
  const handle = (code: ExitCode): void => {
    if (controller.signal.aborted) process.exit(code);
    exitCode = code;
    say('stopping after the current batch; press Ctrl-C again to stop at once');
    controller.abort();
  };
  process.on('SIGINT', () => handle(EXIT.interrupted));
  process.on('SIGTERM', () => handle(EXIT.terminated));
  return { signal: controller.signal, exitCode: () => exitCode };
}
