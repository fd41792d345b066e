import { execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export type PeerInput = {
  /** NDJSON: one record per line. */
  readonly file: string;
  readonly count: number;
  /** A folder for output, emptied after the run. */
  readonly folder: string;
};

/** The cost of one run. */
export type Cost = {
  readonly units: number;
  readonly seconds: number;
  /** The CPU time of all processes and threads. */
  readonly cpuSeconds: number;
};

/** A tool that a user would pick instead, for a part of the job. */
export type Peer = {
  readonly name: string;
  /** The part of the job that it does here, in a few words. docs/benchmarks.md says more. */
  readonly part: string;
  /** Undefined if it is not installed. */
  readonly version: () => Promise<string | undefined>;
  /** @throws Error if the tool fails: a failure must not count as fast */
  readonly measure: (input: PeerInput) => Promise<Cost>;
};

/** The first line that a command prints; undefined if it cannot run. */
export function firstLine(command: string, args: readonly string[]): string | undefined {
  try {
    const stdio: StdioOptions = ['ignore', 'pipe', 'ignore'];
    return execFileSync(command, args, { encoding: 'utf8', stdio }).trim().split('\n')[0];
  } catch {
    return undefined;
  }
}

/** Only a shell reports the processor time of its children, on every POSIX system (`times`). */
const TIMED = `"$@"; code=$?; times >&2; exit $code`;

/** Runs a command from its start to its end. Its output goes to a file. */
export async function timed(
  command: readonly string[],
  output: string,
): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
  const to = openSync(output, 'w');
  try {
    const started = performance.now();
    const child = spawn('sh', ['-c', TIMED, 'sh', ...command], { stdio: ['ignore', to, 'pipe'] });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (performance.now() - started) / 1000;
    if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${stderr}`);
    return { seconds, cpuSeconds: cpuSecondsOf(stderr) };
  } finally {
    closeSync(to);
  }
}

/** The last line of `times`: user and system time of the children, such as `0m1.23s 0m0.04s`. */
function cpuSecondsOf(text: string): number {
  const last = text.trim().split('\n').at(-1) ?? '';
  const times = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  return times.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
