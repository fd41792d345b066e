import { type Answer, Client, ClientError, type ItemList, type Reply } from '@countersign/client';
import { CountersignError, watermarkText } from '@countersign/core';
import { reasonsText } from '../../operations/definition/conclusion.ts';
import { cannotTell } from '../../operations/definition/errors.ts';
import { NOT_OFFERED, operationIdOf } from '../../operations/offers.ts';
import type { Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import type { Remote } from '../process/remote.ts';
import type { Binding } from './binding.ts';
import type { BoundCall } from './bound-call.ts';

/** Documents whose renderer needs only the output, besides acts on the ledger. */
const RENDERED: ReadonlySet<string> = new Set([
  'decide preview',
  'doctor',
  'evidence export',
  'ledger checkpoint',
  'ledger fsck',
  'ledger prove',
  'statement',
  'tokens create',
  'verified',
]);

/** Lists whose rows are their items. */
const RENDERED_LISTS: ReadonlySet<string> = new Set(['tail']);

/** What every operation of the client has, whatever its types. */
type AnyCall = (id: string, input: object, options: object) => Promise<Reply<unknown>>;
type AnyList = (id: string, input: object, options: object) => ItemList<unknown>;

/** Runs an operation at a service elsewhere, with the same output and exit codes. */
export async function runRemote(
  context: Context,
  remote: Remote,
  call: BoundCall,
): Promise<ExitCode> {
  const { operation } = call.binding;
  refuseLocal(call);
  call.binding.before?.(context, call.own);
  const token = remote.token();
  try {
    const client = new Client({ url: remote.url, token: () => token });
    if (operation.name === 'tail') return await printTail(context, client, call);
    return operation.kind === 'list'
      ? await printList(context, client, call)
      : await printDocument(context, client, call);
  } catch (error) {
    context.terminal.progressEnd();
    throw error instanceof ClientError ? failureOf(error) : error;
  }
}

/** @throws CliError USAGE for what only this machine can do */
function refuseLocal({ binding, given, writer }: BoundCall): void {
  const { operation, parameters } = binding;
  const because = NOT_OFFERED[operation.name];
  if (because !== undefined) {
    throw usage(`"${operation.name}" cannot run with --server: ${because}`);
  }
  const { key, acceptFork, dryRun } = writer;
  if (key !== undefined || acceptFork !== undefined || dryRun !== undefined) {
    throw usage('--key, --accept-fork and --dry-run need the data folder: leave out --server');
  }
  for (const { member, name, meta } of parameters) {
    const isFile = meta.isPath === true || meta.isFileOf === 'source' || meta.isFileOf === 'bytes';
    if (isFile && given[member] !== undefined) {
      throw usage(`--${name} names a file of this machine: leave it out, or leave out --server`);
    }
  }
}

function inputOf({ tenant }: Context, { given }: BoundCall): object {
  return { ...given, ...(tenant !== undefined && { tenant }) };
}

async function printDocument(context: Context, client: Client, call: BoundCall): Promise<ExitCode> {
  const { terminal, signal } = context;
  const { operation } = call.binding;
  const id = operationIdOf(operation.name);
  const input = inputOf(context, call);
  const options = { signal, ...(operation.name === 'findings mark' && { ifMatch: '*' }) };
  const reply = await (client.call as AnyCall).call(client, id, input, options);
  const { answer, result, notices, asOf } = reply;
  if (result !== null) await printResult(context, call, result);
  for (const text of notices) terminal.note(text);
  if (asOf !== null && !context.json) terminal.note(`As of ${watermarkText(asOf)}.`);
  return exitOf(answer);
}

async function printResult(context: Context, call: BoundCall, result: unknown): Promise<void> {
  const { binding, own, input } = call;
  const { terminal, json } = context;
  const { operation, print } = binding;
  const isRendered = operation.runsIn === 'ledger' || RENDERED.has(operation.name);
  if (print !== undefined && (isRendered || json || own['format'] === 'json')) {
    return print(context, { output: result, view: result }, own);
  }
  if (json) terminal.document(result);
  else if (isRendered) await binding.render(context, result, input, own);
  else {
    refuseOwn(binding, own);
    noteJson(context);
    terminal.document(result);
  }
}

async function printList(context: Context, client: Client, call: BoundCall): Promise<ExitCode> {
  const { terminal, json, signal } = context;
  const { binding, own } = call;
  const id = operationIdOf(binding.operation.name);
  const input = { ...inputOf(context, call), limit: PAGE_ITEMS };
  const list = (client.list as AnyList).call(client, id, input, { signal });
  let count = 0;
  let isNo = false;
  const counted = (async function* () {
    for await (const item of list) {
      count += 1;
      isNo ||= (item as { readonly answer?: unknown } | null)?.answer === 'open';
      yield item;
    }
  })();
  if (binding.print !== undefined && own['format'] === 'json') {
    await binding.print(context, counted, own);
  } else {
    refuseOwn(binding, own);
    if (!json) noteJson(context);
    await terminal.items(counted);
  }
  for (const text of list.notices) terminal.note(text);
  if (list.asOf !== null && !json) terminal.note(`As of ${watermarkText(list.asOf)}.`);
  const { complete } = list;
  // A list with items is an answer if the service states as a notice what may be missing.
  const isNoted = list.notices.some((text) => text.includes(reasonsText(complete.because)));
  if (complete.kind === 'unknown' && count > 0 && isNoted) return EXIT.done;
  return isNo && complete.kind === 'yes' ? EXIT.no : exitOf(complete);
}

/** Fewer round trips, and still a page that fits in memory. */
const PAGE_ITEMS = 1000;

async function printTail(context: Context, client: Client, call: BoundCall): Promise<ExitCode> {
  const { terminal, json, signal } = context;
  const { binding, input, own } = call;
  const records = client.tail(inputOf(context, call), { signal });
  if (json || !RENDERED_LISTS.has(binding.operation.name)) await terminal.items(records);
  else await binding.render(context, records, input, own);
  return EXIT.done;
}

function noteJson({ terminal }: Context): void {
  terminal.note('The tables of this command need the data folder. With --server it prints JSON.');
}

/** Flags that only the command line has choose a form that needs the data folder. */
function refuseOwn({ ownFlags }: Binding, own: BoundCall['own']): void {
  const given = ownFlags.find(({ flag }) => own[flag] !== undefined && flag !== 'all');
  if (given === undefined) return;
  throw usage(`--${given.flag} needs the data folder: use --json, or leave out --server`);
}

/** @throws OperationError CANNOT_TELL for unknown, which must not look like a no */
function exitOf({ kind, because }: Answer): ExitCode {
  switch (kind) {
    case 'yes':
      return EXIT.done;
    case 'no':
      return EXIT.no;
    case 'unknown':
      throw cannotTell(reasonsText(because));
  }
}

/** Codes of problems that the caller cannot cure by another request. */
class RemoteError extends CountersignError<'LOST' | 'INVALID_INPUT'> {
  override readonly name = 'RemoteError';
}

function failureOf(error: ClientError): RemoteError {
  const { status, code, message } = error;
  const isBusy = status === undefined || status === 429 || status >= 500;
  if (code === 'insecure-url') return new RemoteError('INVALID_INPUT', `--server: ${message}`);
  const cure = status === 401 ? ': the token is wrong, expired or revoked; create a new one' : '';
  const text = status === undefined ? message : `the service refused: ${message}${cure}`;
  return new RemoteError(isBusy ? 'LOST' : 'INVALID_INPUT', text, { cause: error });
}
