import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Random, TenantId } from '@countersign/core';
import { Command as Parser } from 'commander';
import { ownPackage } from '../config/installed-package.ts';
import type { StartServer } from '../operations/host/server-request.ts';
import { declareCommands } from './commands/index.ts';
import { declareGlobals } from './global-options.ts';
import type { BindCommand, Context, Environment } from './process/command-context.ts';
import { failureOf, stackLines } from './process/describe-failure.ts';
import { EXIT, type ExitCode } from './process/exit-code.ts';
import type { Remote, RemoteFlags } from './process/remote.ts';
import { paint } from './terminal/color.ts';
import { Terminal } from './terminal/terminal.ts';

/** The process environment of a command line. */
export type ProcessEnvironment = {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted by the first Ctrl-C. Its reason is the exit code to use. */
  readonly signal: AbortSignal;
  /** One item for each hang-up signal from the call on, until `signal` is aborted. */
  readonly hangUps: (signal: AbortSignal) => AsyncIterable<unknown>;
  readonly startServer: StartServer;
};

type Globals = RemoteFlags & { data?: string; tenant?: TenantId; json?: true; debug?: true };

/**
 * Runs one command line (without `node` and the script) and returns the exit code.
 *
 * Never throws, and never ends the process. Everything opened is closed when this resolves.
 */
export async function runCommandLine(
  argv: readonly string[],
  world: ProcessEnvironment,
): Promise<ExitCode> {
  const terminal = new Terminal(world);
  const program = newProgram(terminal);
  let exitCode: ExitCode = EXIT.done;
  const bind: BindCommand = (command, where = 'here') => {
    return async (...args) => {
      const globals = program.opts<Globals>();
      const remote = await remoteIn(globals, where, world);
      exitCode = await command(contextOf(globals, terminal, world, remote), ...args);
    };
  };
  try {
    await declareCommands(program, bind, argv);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    terminal.progressEnd();
    const failure = failureOf(error);
    exitCode = failure.exitCode;
    if (failure.sentence !== undefined) terminal.note(failure.sentence);
    const isDebug = program.opts<Globals>().debug || (world.env.COUNTERSIGN_DEBUG ?? '') !== '';
    if (isDebug && exitCode !== EXIT.done) {
      for (const line of stackLines(error)) terminal.note({ text: line, style: 'faint' });
    }
  }
  await terminal.end();
  if (terminal.failure !== undefined) {
    const failure = failureOf(terminal.failure);
    terminal.note(`${failure.sentence} while writing standard output`);
    return exitCode === EXIT.done ? failure.exitCode : exitCode;
  }
  return exitCode;
}

function newProgram(terminal: Terminal): Parser {
  const program = declareGlobals(new Parser('countersign'));
  program
    .usage('COMMAND [options]')
    .version(ownPackage().version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => command.name(),
      styleTitle: (title) => heading(title, terminal),
    })
    .configureOutput({
      writeOut: (text) => terminal.trusted(text, 'stdout'),
      writeErr: (text) => terminal.trusted(text, 'stderr'),
      // describe-failure.ts writes the sentence about an error.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.proseColumns,
      getErrHelpWidth: () => terminal.proseColumns,
      getOutHasColors: () => terminal.color === 'color',
      getErrHasColors: () => terminal.color === 'color',
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, yes · 1 no, problems found · 2 wrong usage, nothing read ·\n' +
        '3 cannot tell · 70 a defect of Countersign · 130 interrupted',
    );
  return program;
}

/** Loaded on demand: most commands run here. @throws CliError USAGE */
async function remoteIn(
  globals: Globals,
  where: 'here' | 'elsewhere',
  world: ProcessEnvironment,
): Promise<Remote | undefined> {
  const { server, tokenFile, data } = globals;
  if (server === undefined && tokenFile === undefined) return undefined;
  const { refuseRemote, remoteOf } = await import('./process/remote.ts');
  const remote = remoteOf(globals, { ...world, data });
  if (where === 'here') refuseRemote(remote);
  return remote;
}

function contextOf(
  globals: Globals,
  terminal: Terminal,
  world: ProcessEnvironment,
  remote: Remote | undefined,
): Context {
  const { stdin, env, cwd, clock, random, signal, hangUps, startServer } = world;
  const namedDataDir = globals.data === undefined ? undefined : resolve(cwd, globals.data);
  return {
    terminal,
    stdin,
    env,
    cwd,
    clock,
    random,
    signal,
    hangUps,
    startServer,
    namedDataDir,
    dataDir: namedDataDir ?? resolve(cwd, env.COUNTERSIGN_DATA || 'countersign-data'),
    remote,
    tenant: globals.tenant,
    json: globals.json === true,
    run: (line) => runCommandLine(line, world),
  };
}

function heading(title: string, terminal: Terminal): string {
  return terminal.color === 'color' ? paint(title, 'heading') : title;
}
