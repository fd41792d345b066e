import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '../..');

export type ProcessResult = {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
};

export type Command = {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly timeoutMs: number;
  readonly output: 'shown' | 'kept';
};

/** Runs our own Node on `args`. All processes that it started have ended when this resolves. */
export function runNode(command: Command): Promise<ProcessResult> {
  const startedMs = performance.now();
  const chunks: Buffer[] = [];
  const child = spawn(process.execPath, command.args, {
    cwd: ROOT,
    env: { ...process.env, ...command.env },
    stdio:
      command.output === 'shown' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that all processes that a test started can be ended with it.
    detached: true,
  });
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // No process of the group is left, as intended.
    }
  };
  const stop = (signal: NodeJS.Signals): void => {
    endGroup();
    // The listener was removed, so the signal ends this process as usual.
    process.kill(process.pid, signal);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      chunks.push(Buffer.from(`\nstopped after ${command.timeoutMs / 1000} s\n`));
      endGroup();
    }, command.timeoutMs);
    child.on('error', reject);
    child.on('exit', endGroup);
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      const seconds = (performance.now() - startedMs) / 1000;
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString(), seconds });
    });
  });
}

/** The JavaScript file of a package's command, so that neither a shell nor PATH is needed. */
export function commandOf(packageName: string, command: string): string {
  const folder = join(ROOT, 'node_modules', packageName);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  if (file === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, file);
}
