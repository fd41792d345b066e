import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { CountersignError } from '@countersign/core';
import { CommanderError } from 'commander';
import { ownPackage } from '../../config/installed-package.ts';
import { type Conclusion, YES } from '../../operations/definition/conclusion.ts';
import { OperationError } from '../../operations/definition/errors.ts';
import type { LedgerOperation, OperationContext } from '../../operations/definition/operation.ts';
import type { DryRun } from '../../operations/host/handlers.ts';
import { asOfText, isBehind, Readers } from '../../operations/readers/readers.ts';
import type { Context } from '../process/command-context.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import type { BoundCall } from './bound-call.ts';
import type { WriterValues } from './writer-options.ts';

/** Runs an operation, prints its output, and returns the exit code of its conclusion. */
export async function runBinding(context: Context, call: BoundCall): Promise<ExitCode> {
  const { terminal, remote } = context;
  if (remote !== undefined) {
    // Loaded on demand: most commands run here.
    const { runRemote } = await import('./run-remote.ts');
    return runRemote(context, remote, call);
  }
  const notices: string[] = [];
  using readers = new Readers(context);
  try {
    call.binding.before?.(context, call.own);
    const conclusion = await runAndPrint(context, call, {
      ...operationContext(context, call, readers),
      notice: (text) => notices.push(text),
    });
    tellNotices(context, notices);
    if (conclusion.kind === 'failed') throw conclusion.error;
    const { head } = readers;
    if (head !== undefined && (!context.json || isBehind(head))) {
      terminal.note(`As of ${asOfText(head)}.`);
    }
    return conclusion.kind === 'yes' ? EXIT.done : EXIT.no;
  } catch (error) {
    terminal.progressEnd();
    tellNotices(context, notices);
    throw withWatermark(error, readers);
  }
}

function tellNotices({ terminal }: Context, notices: string[]): void {
  terminal.progressEnd();
  for (const text of notices.splice(0)) terminal.note(text);
}

async function runAndPrint(
  context: Context,
  { binding, input, own }: BoundCall,
  caller: OperationContext,
): Promise<Conclusion> {
  const { operation, print } = binding;
  const { terminal, json } = context;
  if (operation.runsIn === 'ledger') {
    const output = await caller.perform(operation, input);
    if (print !== undefined) await print(context, { output, view: output }, own);
    else if (json) terminal.document(output);
    else await binding.render(context, output, input, own);
    for (const notice of operation.notices?.(output) ?? []) caller.notice(notice);
    return operation.conclude?.(output, context) ?? YES;
  }
  if (operation.kind === 'list') {
    const list = await operation.run(caller, input);
    if (print !== undefined) await print(context, list, own);
    else if (json) await terminal.items(list);
    else await binding.render(context, list.view, input, own);
    return list.conclude();
  }
  const { output, view, conclusion } = await operation.run(caller, input);
  terminal.progressEnd();
  if (print !== undefined) await print(context, { output, view }, own);
  else if (json) terminal.document(output);
  else await binding.render(context, view, input, own);
  return conclusion;
}

function operationContext(
  context: Context,
  { binding, writer }: BoundCall,
  readers: Readers,
): Omit<OperationContext, 'notice'> {
  const { dataDir, tenant, clock, random, env, signal, terminal } = context;
  const progress = (state: unknown): void => {
    const shown = binding.progressOf(state);
    if (shown !== undefined) terminal.progress(shown);
  };
  return {
    ...{ dataDir, tenant, clock, random, env, signal, readers, progress },
    perform: (operation, input) =>
      performOperation(context, { operation, input, writer, progress }),
  };
}

/**
 * Runs an operation here or in the process that holds the ledger. A dry run is printed here and
 * ends the command, because the result's texts do not apply to it.
 */
export async function performOperation<Input extends object, Output>(
  context: Context,
  call: {
    readonly operation: LedgerOperation<Input, Output>;
    readonly input: Input;
    readonly writer: WriterValues;
    readonly progress: (progress: unknown) => void;
  },
): Promise<Output> {
  const { terminal, dataDir, cwd, tenant, env, clock, random, signal, stdin } = context;
  const { key, acceptFork, dryRun } = call.writer;
  const mode = dryRun === true ? 'rehearse' : 'perform';
  // Loaded on demand: help and ledger questions do not need these modules.
  const { runLedgerOperation } = await import('../../operations/host/run-command.ts');
  try {
    const output = await runLedgerOperation({
      ...{ ...call, mode, dir: dataDir, tenant, clock, random, env, signal, stdin },
      who: operatorName(),
      version: ownPackage().version,
      keyFile: key === undefined ? undefined : resolve(cwd, key),
      acceptFork: acceptFork === true ? 'accept' : undefined,
      waiting: () => terminal.note(`waiting for the process that holds the ledger in ${dataDir}`),
      finishing: (pending) =>
        terminal.note(
          `finishing the work that other processes handed over (${pending}); please wait`,
        ),
    });
    if (mode === 'perform') return output as Output;
    tellDryRun(context, output as DryRun);
  } finally {
    terminal.progressEnd();
  }
  throw new CommanderError(EXIT.done, 'countersign.dryRun', '');
}

function tellDryRun({ terminal, json }: Context, answer: DryRun): void {
  const { entries } = answer;
  if (json) {
    terminal.document(answer);
    return;
  }
  if (entries.length === 0) {
    terminal.line('dry run: the command would change nothing');
    return;
  }
  terminal.line(
    'dry run: nothing was changed; the command would append this entry and carry it out',
  );
  for (const { kind, says } of entries) {
    terminal.line(`kind ${kind}`);
    for (const line of JSON.stringify(says, undefined, 2).split('\n')) terminal.line(line);
  }
}

/** The operating system account, as entries state it. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function withWatermark(error: unknown, { head }: Readers): unknown {
  if (head === undefined || !isBehind(head)) return error;
  if (!(error instanceof CountersignError) || error.code !== 'CANNOT_TELL') return error;
  const text = `${error.message} (as of ${asOfText(head)})`;
  return new OperationError('CANNOT_TELL', text, { cause: error });
}
