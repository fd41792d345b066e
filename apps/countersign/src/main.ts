import { systemClock } from '@countersign/core';
import { collectGarbageSeldom } from './cli/process/collect-garbage.ts';
import { EXIT } from './cli/process/exit-code.ts';
import { onInterrupt } from './cli/process/interrupt.ts';
import { runCommandLine } from './cli/run-command-line.ts';

// Books name people: nobody else on this machine reads them, however open the folder was before.
process.umask(0o077);
collectGarbageSeldom();

const signal = onInterrupt(process, (sentence) => {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${sentence}\n` : `${sentence}\n`);
});

// Should nothing be left to wait for before the command has answered, then silence is no success.
process.exitCode = EXIT.ourDefect;
const sayUnfinished = (): void => {
  process.stderr.write('countersign: a defect of ours: the program stopped before it was done\n');
};
process.once('exit', sayUnfinished);

const exitCode = runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  random: { fill: (into) => crypto.getRandomValues(into) },
  signal,
  startServer: async (request) => {
    const server = await import('./server/start-server.ts');
    return server.startServer(request);
  },
});
// The code is set, and the process left to end by itself, so that output is never cut off.
void exitCode.then((code) => {
  process.off('exit', sayUnfinished);
  process.exitCode = code;
  // Whoever writes to us may go on for ever; an import that was interrupted reads no more of it.
  process.stdin.destroy();
});
