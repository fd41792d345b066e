import { on } from 'node:events';
import { PooledRandom, systemClock } from '@countersign/core';
import { collectGarbageSeldom } from './cli/process/collect-garbage.ts';
import { EXIT } from './cli/process/exit-code.ts';
import { onInterrupt } from './cli/process/interrupt.ts';
import { runCommandLine } from './cli/run-command-line.ts';

// Ledgers name people. No other user of this machine may read new files, even in an open folder.
process.umask(0o077);
collectGarbageSeldom();

/** A server writes its own line about its stop, in the form of its log. */
let isServing = false;
const signal = onInterrupt(process, (sentence) => {
  if (isServing && !process.stderr.isTTY) return;
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${sentence}\n` : `${sentence}\n`);
});

// If the event loop runs empty before the command has answered, the exit must not look like
// success.
process.exitCode = EXIT.internalError;
const sayUnfinished = (): void => {
  process.stderr.write(
    'countersign: a defect of Countersign: the program stopped before it was done\n',
  );
};
process.once('exit', sayUnfinished);

const exitCode = runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  random: new PooledRandom({ fill: (into) => crypto.getRandomValues(into) }),
  signal,
  hangUps: (until) => on(process, 'SIGHUP', { signal: until }),
  startServer: async (request) => {
    isServing = true;
    const server = await import('./server/start-server.ts');
    return server.startServer(request);
  },
});
// Set the code and let the process end by itself, so that output is never truncated.
void exitCode.then((code) => {
  process.off('exit', sayUnfinished);
  process.exitCode = code;
  // A producer may write to stdin forever, and an interrupted import reads no more of it.
  process.stdin.destroy();
});
