import type { Readable } from 'node:stream';
import type { Clock, Random, TenantId } from '@countersign/core';
import type { StartServer } from '../../operations/host/server-request.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { ExitCode } from './exit-code.ts';
import type { Remote } from './remote.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that a command may use of its environment. */
export type Context = {
  readonly terminal: Terminal;
  readonly stdin: Readable;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Absolute. */
  readonly dataDir: string;
  /** The same, but only if this command line names it. */
  readonly namedDataDir: string | undefined;
  /** The service elsewhere that runs the operations; undefined: this process. */
  readonly remote: Remote | undefined;
  readonly tenant: TenantId | undefined;
  readonly json: boolean;
  /** Aborted by the first Ctrl-C. A command stops after its current batch. */
  readonly signal: AbortSignal;
  /** One item for each hang-up signal from now on, until `signal` is aborted. */
  readonly hangUps: (signal: AbortSignal) => AsyncIterable<unknown>;
  /** Starts the server, which the command line does not import. */
  readonly startServer: StartServer;
  /** Runs another command line in the same environment. */
  readonly run: (line: readonly string[]) => Promise<ExitCode>;
};

/** A command returns an exit code, or throws an error that `failureOf` turns into one. */
export type CommandHandler<Args extends readonly unknown[] = readonly unknown[]> = (
  context: Context,
  ...args: Args
) => Promise<ExitCode>;

/** Binds a command to the command line parser. Only this builds a context. */
export type BindCommand = <Args extends readonly unknown[]>(
  command: CommandHandler<Args>,
  /** `elsewhere`: it also runs at a service elsewhere. */
  where?: 'here' | 'elsewhere',
) => (...args: Args) => Promise<void>;
