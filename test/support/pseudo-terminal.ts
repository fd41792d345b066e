import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM, REPOSITORY } from './command-line.ts';

/** Why no test can use a terminal here; false: `script` of util-linux makes one. */
export const WITHOUT_TERMINAL: string | false = hasScript()
  ? false
  : 'there is no script command of util-linux: install it (apt-get install bsdutils)';

/** The command line at a person's terminal. */
export type PseudoTerminal = {
  /** Everything that was written so far. */
  readonly screen: string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  type(keys: string): void;
  /** Resolves once the screen matches. Rejects if the command ends before. */
  shows(pattern: RegExp): Promise<void>;
  kill(): void;
};

/** @param bin a folder whose programs come before those of the machine */
export async function openTerminal(args: readonly string[], bin: string): Promise<PseudoTerminal> {
  // Without `exec`, the shell waits, and its own end by Ctrl-C would be the exit code.
  const command = `exec ${[process.execPath, PROGRAM, ...args].map(quoted).join(' ')}`;
  const { COUNTERSIGN_DATA: _, COUNTERSIGN_DEBUG: __, FORCE_COLOR: ___, ...env } = process.env;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: REPOSITORY,
    env: { ...env, NO_COLOR: '1', SHELL: '/bin/sh', PATH: `${bin}:${env['PATH'] ?? ''}` },
  });
  let screen = '';
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  await once(child, 'spawn');
  return {
    get screen() {
      return screen;
    },
    ended,
    type: (keys) => child.stdin.write(keys),
    async shows(pattern) {
      while (!pattern.test(screen)) {
        if (child.exitCode !== null) throw new Error(`the command ended:\n${screen}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function hasScript(): boolean {
  return spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
