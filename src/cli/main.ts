import { systemClock } from '../core/index.ts';
import { onInterrupt } from './interrupt.ts';
import { runCommandLine } from './run.ts';

const signal = onInterrupt(process, (sentence) => {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${sentence}\n` : `${sentence}\n`);
});

// The exit code is set, and the process left to end by itself, so that output is never cut off.
process.exitCode = await runCommandLine(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  random: { fill: (into) => crypto.getRandomValues(into) },
  signal,
});
