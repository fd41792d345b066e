import { Readable, Writable } from 'node:stream';
import { type Clock, systemClock } from '@countersign/core';
import { runCommandLine } from '../../apps/countersign/src/cli/run-command-line.ts';

export type CommandResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

export type CommandOptions = {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array | undefined;
};

/**
 * Runs one command line as `countersign` does, but in this process: without the second in
 * which a process loads its modules. For tests of what a command does, not of the process.
 */
export function countersignHere(
  args: readonly string[],
  { cwd, env = {}, input }: CommandOptions = {},
): Promise<CommandResult> {
  // As the program does.
  process.umask(0o077);
  return commandHere(args, systemClock, { ...PROCESS_ENV, ...env }, { cwd, input });
}

const { COUNTERSIGN_DATA: _, COUNTERSIGN_DEBUG: __, FORCE_COLOR: ___, ...own } = process.env;
const PROCESS_ENV = { ...own, NO_COLOR: '1' } as Readonly<Record<string, string>>;

/** Runs one command line in this process, at a time that the test sets. */
export async function commandHere(
  args: readonly string[],
  clock: Clock,
  env: Readonly<Record<string, string>> = {},
  { cwd = process.cwd(), input = '' }: Pick<CommandOptions, 'cwd' | 'input'> = {},
): Promise<CommandResult> {
  const [stdout, stderr] = [new TextSink(), new TextSink()];
  const stdin = Readable.from(input.length === 0 ? [] : [Buffer.from(input)]);
  const code = await runCommandLine(args, {
    ...{ stdin, stdout, stderr, env, cwd, clock },
    random: { fill: (into) => crypto.getRandomValues(into) },
    signal: new AbortController().signal,
    hangUps: () => Readable.from([]),
    startServer: async (request) => {
      const server = await import('../../apps/countersign/src/server/start-server.ts');
      return server.startServer(request);
    },
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
