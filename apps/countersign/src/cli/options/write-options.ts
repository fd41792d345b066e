import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { CommanderError, type Command as Parser } from 'commander';
import { ownPackage } from '../../config/installed-package.ts';
import type { Command } from '../../operations/forwarding/command.ts';
import type { DryRun } from '../../operations/host/handlers.ts';
import type { Context } from '../process/command-context.ts';
import { EXIT } from '../process/exit-code.ts';
import type { ProgressState } from '../terminal/progress-line.ts';

/** Options of every command that may append to the ledger. */
export type WriterFlags = {
  readonly key?: string;
  readonly acceptFork?: true;
  readonly dryRun?: true;
};

/** The option of every command that cannot be undone. */
export const DRY_RUN = [
  '--dry-run',
  'check everything and say what would be done, and change nothing',
] as const;

export function declareWriter(parser: Parser): Parser {
  return parser
    .option('--key <file>', 'the signing key of the log, where it lies outside the data folder')
    .option('--accept-fork', 'append to a restored folder, although entries may be missing');
}

export type Writing = {
  readonly work: Command;
  readonly flags: WriterFlags;
  /** `makes` a data folder that is not there, or `needs` one. */
  readonly ledger: 'makes' | 'needs';
  /** True for work that adds nothing when it is done twice. */
  readonly repeatable: boolean;
  /** `alone`: not by another process, and with nobody's work beside it. */
  readonly where?: 'alone';
  /** What a progress of this work is called and means. */
  readonly progressOf: (progress: unknown) => ProgressState | undefined;
};

/**
 * Does a writing command, here or in the process that holds the ledger; tells its result. A dry run
 * is told here, and ends the command: none of what a command says of its result is true of it.
 */
export async function write(context: Context, writing: Writing): Promise<unknown> {
  if (writing.flags.dryRun !== true) return writeWork(context, writing);
  const { dryRunOf } = await import('../../operations/host/handlers.ts');
  const work = dryRunOf(writing.work);
  tellDryRun(context, (await writeWork(context, { ...writing, work })) as DryRun);
  throw new CommanderError(EXIT.done, 'countersign.dryRun', '');
}

function tellDryRun({ terminal, json }: Context, report: DryRun): void {
  const { entries } = report;
  if (json) {
    terminal.document(report);
    return;
  }
  if (entries.length === 0) {
    terminal.line('dry run: there is nothing to do');
    return;
  }
  terminal.line('dry run: nothing was changed; the command would say this entry and carry it out');
  for (const { kind, says } of entries) {
    terminal.line(`kind ${kind}`);
    for (const line of JSON.stringify(says, undefined, 2).split('\n')) terminal.line(line);
  }
}

async function writeWork(context: Context, writing: Writing): Promise<unknown> {
  const { terminal, dataDir, cwd, env, clock, random, signal, stdin } = context;
  const { work, flags, ledger, repeatable } = writing;
  // The stages behind it are heavy: help and questions about the log do without them.
  const { write: writeThere } = await import('../../operations/host/run-command.ts');
  try {
    return await writeThere({
      where: writing.where ?? 'anywhere',
      dir: dataDir,
      clock,
      random,
      env,
      signal,
      stdin,
      work,
      ledger,
      repeatable,
      version: ownPackage().version,
      keyFile: flags.key === undefined ? undefined : resolve(cwd, flags.key),
      acceptFork: flags.acceptFork === true ? 'accept' : undefined,
      progress: (progress) => {
        const state = writing.progressOf(progress);
        if (state !== undefined) terminal.progress(state);
      },
      waiting: () => terminal.note(`waiting for the process that holds the ledger in ${dataDir}`),
      finishing: (pending) =>
        terminal.note(`finishing what other processes handed over (${pending}); please wait`),
    });
  } finally {
    terminal.progressEnd();
  }
}

/** For work that takes no time worth telling of. */
export function noProgress(): undefined {
  return undefined;
}

/** Who acts, as entries state it: the account of the operating system. */
export function whoActs(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
