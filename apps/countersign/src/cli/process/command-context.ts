import type { Readable } from 'node:stream';
import type { Clock, Random, TenantId } from '@countersign/core';
import type { StartServer } from '../../operations/host/server-request.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ExitCode } from './exit-code.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** All that a command may know of the world around it. */
export type Context = {
  readonly terminal: Terminal;
  readonly stdin: Readable;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute. */
  readonly dataDir: string;
  /** The same, only if this very command line names it. */
  readonly namedDataDir: string | undefined;
  readonly tenant: TenantId | undefined;
  readonly json: boolean;
  /** Aborted by the first Ctrl-C: a command stops after its current batch. */
  readonly signal: AbortSignal;
  /** The server of this program; the command line does not import it. */
  readonly startServer: StartServer;
  /** Runs another command line in the same world. */
  readonly run: (line: readonly string[]) => Promise<ExitCode>;
};

/** A command answers with an exit code, or throws what `failureOf` turns into one. */
export type CommandHandler<Args extends readonly unknown[] = readonly unknown[]> = (
  context: Context,
  ...args: Args
) => Promise<ExitCode>;

/** Binds a command to the command-line parser: the one place that builds a context. */
export type BindCommand = <Args extends readonly unknown[]>(
  command: CommandHandler<Args>,
) => (...args: Args) => Promise<void>;
