import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '@countersign/core';
import type {
  Counterfactual,
  DecidedEntry,
  DecisionInput,
  PolicyOutcome,
} from '@countersign/policy';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../../config/installed-package.ts';
import type { DecideWork } from '../../../operations/decide.ts';
import { reasonsText } from '../../answers/open-readers.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import type { Column } from '../../terminal/table.ts';

type DecideFlags = WriterFlags & {
  readonly door?: string;
  readonly policies?: string;
  readonly directory?: string;
  readonly register?: string;
  readonly flip?: true;
  readonly dryRun?: true;
};

export function declareDecide(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('decide')
    .summary('one AuthZEN decision, explained')
    .description(
      'Decides one request, as a door would, and accounts for it: which policies decided, by ' +
        'which inputs, how old each was. Exits 0 for a permit, 1 for a deny, and 3 where an ' +
        'input that policies read is missing or stale, which never permits.',
    )
    .argument('<request.json>', 'an AuthZEN evaluation: subject, action, resource, context')
    .option('--door <door>', 'which door asks (default: "door" in the request, else authzen)')
    .option('--policies <dir>', 'a folder of policies (default: those in force, else our own)')
    .option('--directory <file>', 'people, groups, devices, apps and waves, as YAML')
    .option('--register <file>', 'the register of workload identities, as YAML')
    .option('--flip', 'tell the smallest change that would turn the decision round')
    .option('--dry-run', 'only decide: without a ledger, without an entry');
  declareWriter(parser).action(bind(decide));
}

const decide: CommandHandler<[file: string, flags: DecideFlags]> = async (context, file, flags) => {
  const { decideWork, evaluateWork } = await import('../../../operations/decide.ts');
  const work = decideWork(whoActs(), workOf(context, file, flags));
  if (flags.dryRun === true) {
    const policyOutcome = evaluateWork(work, context.clock, context.random);
    return print(context, policyOutcome, undefined);
  }
  const decided = (await write(context, {
    work,
    flags,
    ledger: 'makes',
    repeatable: false,
    progressOf: noProgress,
  })) as DecidedEntry;
  return print(context, decided.decision, decided.entry);
};

function workOf(context: Context, file: string, flags: DecideFlags): DecideWork {
  const { cwd, tenant } = context;
  const { policies, directory, register, flip } = flags;
  const path = (given: string | undefined): string | undefined =>
    given === undefined ? undefined : resolve(cwd, given);
  const request = readRequest(resolve(cwd, file));
  return {
    request: request.text,
    door: flags.door ?? request.door ?? 'authzen',
    tenant,
    policies: path(policies),
    defaults: join(contentFolder(), 'policies'),
    directory: path(directory),
    register: path(register),
    flip: flip === true ? 'smallest' : undefined,
  };
}

function readRequest(file: string): { readonly text: string; readonly door: string | undefined } {
  const text = readFileSync(file, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usage(`${file} is not JSON: ${messageOf(error)}`);
  }
  const { door } = (value ?? {}) as { door?: unknown };
  return { text, door: typeof door === 'string' ? door : undefined };
}

type PrintedDecision = PolicyOutcome & {
  readonly id?: string;
  readonly flip?: Counterfactual | null | undefined;
};

/** AuthZEN 1.0 section 6.2; all that explains it is in its context. */
function print(
  context: Context,
  printed: PrintedDecision,
  entry: number | undefined,
): Promise<ExitCode> {
  const { terminal } = context;
  const { effect, ...explained } = printed;
  const decision = effect === 'permit';
  if (context.json) {
    terminal.document({
      decision,
      context: { ...explained, ...(entry !== undefined && { entry }) },
    });
    return Promise.resolve(exitOf(printed));
  }
  return explain(context, printed, entry);
}

async function explain(
  { terminal }: Context,
  printed: PrintedDecision,
  entry: number | undefined,
): Promise<ExitCode> {
  const { effect, policies, obligations, inputs, because, flip } = printed;
  terminal.line({ text: effect, style: effect === 'permit' ? 'yes' : 'no' });
  for (const { text } of because) terminal.line(`  ${text}`);
  if (policies.length > 0) terminal.line(`by ${policies.join(', ')}`);
  if (obligations.length > 0) terminal.line(`owed: ${obligations.join(', ')}`);
  if (flip !== undefined) terminal.line(flipText(flip));
  await terminal.table(COLUMNS, inputs);
  if (entry !== undefined) terminal.line(`entry ${entry} holds it`);
  return exitOf(printed);
}

function exitOf({ effect, cause, because }: PrintedDecision): ExitCode {
  if (effect === 'permit') return EXIT.done;
  if (cause === 'unknown' || cause === 'error') {
    throw new CliError('CANNOT_TELL', `${reasonsText(because)}: so it is denied`);
  }
  return EXIT.no;
}

function flipText(flip: Counterfactual | null): string {
  if (flip === null) return 'no change of one or two inputs turns it round';
  const changes = flip.changes.map(({ input, to }) => `${input} were ${to}`);
  return `it would be the other way round if ${changes.join(' and ')}`;
}

const COLUMNS: readonly Column<DecisionInput>[] = [
  { title: 'input', kind: 'text', cell: ({ name }) => name },
  { title: 'state', kind: 'whole', cell: ({ state }) => ({ text: state, style: styleOf(state) }) },
  { title: 'source', kind: 'text', fold: 1, cell: ({ source }) => source ?? undefined },
  {
    title: 'age',
    kind: 'number',
    cell: ({ ageMs }) => (ageMs === null ? undefined : `${Math.round(ageMs / 1000)} s`),
  },
];

function styleOf(state: DecisionInput['state']): 'yes' | 'unknown' {
  return state === 'fresh' ? 'yes' : 'unknown';
}
