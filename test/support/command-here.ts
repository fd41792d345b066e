import { Readable, Writable } from 'node:stream';
import type { Clock } from '@countersign/core';
import { runCommandLine } from '../../apps/countersign/src/cli/run-command-line.ts';

export type CommandResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs one command line in this process, at a time that the test sets. */
export async function commandHere(
  args: readonly string[],
  clock: Clock,
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const [stdout, stderr] = [new TextSink(), new TextSink()];
  const code = await runCommandLine(args, {
    ...{ stdin: Readable.from([]), stdout, stderr, env, cwd: process.cwd(), clock },
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
