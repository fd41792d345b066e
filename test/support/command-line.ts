import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const REPOSITORY: string = join(import.meta.dirname, '../..');

/**
 * What tests start: the sources, or the program as it is published, which the test command bundles
 * before the system tests. It loads a tenth of the files, in half of the time.
 */
export const PROGRAM: string =
  process.env['COUNTERSIGN_TEST_PROGRAM'] ?? join(REPOSITORY, 'apps/countersign/src/main.ts');

export type ProcessResult = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
};

/** Starts the command line as users do. The caller manages the child. */
export function start(args: readonly string[], options: RunOptions = {}): ChildProcess {
  const { COUNTERSIGN_DATA: _, COUNTERSIGN_DEBUG: __, FORCE_COLOR: ___, ...env } = process.env;
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? REPOSITORY,
    env: { ...env, NO_COLOR: '1', ...options.env },
    stdio: 'pipe',
  });
}

/** Runs one command to its end. */
export async function countersign(
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProcessResult> {
  const child = start(args, options);
  child.stdin?.on('error', () => undefined).end(options.input);
  return ended(child);
}

/** Collects the output of a child until it ends. */
export async function ended(child: ChildProcess): Promise<ProcessResult> {
  const exit = new Promise<Pick<ProcessResult, 'code' | 'signal'>>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal }));
  });
  const said = (stream: ChildProcess['stdout']): Promise<string> =>
    stream === null ? Promise.resolve('') : text(stream);
  const [stdout, stderr] = await Promise.all([said(child.stdout), said(child.stderr)]);
  return { ...(await exit), stdout, stderr };
}
