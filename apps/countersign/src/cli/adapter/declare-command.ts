import { assert } from '@countersign/core';
import { InvalidArgumentError, Option, type Command as Parser } from 'commander';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import type { ExitCode } from '../process/exit-code.ts';
import { refuseRemote } from '../process/remote.ts';
import type { Binding, Choice, FlagChoice, OwnFlag, OwnValues } from './binding.ts';
import type { BoundCall } from './bound-call.ts';
import { examplesText } from './examples-text.ts';
import { camelCase, type Parameter } from './flags.ts';
import { keyOf, parseValues, type RawValues, readValues } from './read-input.ts';
import { runBinding } from './run-binding.ts';
import { dryRunOption, type WriterValues, writerOptions } from './writer-options.ts';

/** One command: an operation, and others that its flags select. */
export type CliCommand = {
  /** Within the group: `hold` of `ledger hold`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The first one is the default. */
  readonly bindings: readonly [Binding, ...Binding[]];
  /** A long-running process that a flag starts. */
  readonly process?: CliProcess;
  /** Commands below this one. */
  readonly subcommands?: readonly CliCommand[];
};

export type CliProcess = {
  /** The flag that starts it. */
  readonly when: string;
  readonly ownFlags: readonly OwnFlag[];
  run(context: Context, flags: RawValues): Promise<ExitCode>;
};

export type CliGroup = {
  readonly name: string;
  /** A former name. It works, but help does not list it. */
  readonly isFormer?: true;
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly subcommands: readonly (CliCommand | CliGroup)[];
};

/** Runs a bound call, or only inspects it. */
type RunCall = (context: Context, call: BoundCall) => Promise<ExitCode>;

export function declareAll(
  parent: Parser,
  bind: BindCommand,
  commands: readonly (CliCommand | CliGroup)[],
  run: RunCall = runBinding,
): void {
  for (const command of commands) {
    if ('bindings' in command) declareCommand(parent, bind, command, run);
    else {
      const { name, isFormer = false, aliases = [] } = command;
      const { summary, description, subcommands } = command;
      const group = parent
        .command(name, { hidden: isFormer })
        .summary(summary)
        .description(description);
      for (const alias of aliases) group.alias(alias);
      declareAll(group, bind, subcommands, run);
    }
  }
}

function declareCommand(
  parent: Parser,
  bind: BindCommand,
  command: CliCommand,
  run: RunCall,
): void {
  const { name, aliases = [], bindings, subcommands = [] } = command;
  const [{ operation }] = bindings;
  const parser = parent
    .command(name)
    .summary(operation.summary)
    .description(operation.description)
    .addHelpText('after', examplesText(bindings.flatMap((each) => each.operation.examples)));
  for (const alias of aliases) parser.alias(alias);
  if (bindings.some(({ dashes }) => dashes === 'allowed')) parser.allowUnknownOption();
  const positions = declarePositions(parser, bindings);
  declareFlags(parser, command);
  parser.action(bind(handlerOf(command, positions, run), 'elsewhere'));
  declareAll(parser, bind, subcommands, run);
}

/** Declares positional arguments; optional if one of the operations does not need them. */
function declarePositions(parser: Parser, bindings: readonly Binding[]): readonly Parameter[] {
  const positions = new Map<string, Parameter>();
  for (const parameter of bindings.flatMap((binding) => inOrder(binding))) {
    if (!positions.has(parameter.name)) positions.set(parameter.name, parameter);
  }
  for (const { name, isRepeatable, isRequired, description } of positions.values()) {
    const text = isRepeatable ? `${name}...` : name;
    const isNeeded = isRequired && bindings.every((each) => hasPosition(each, name));
    parser.argument(isNeeded ? `<${text}>` : `[${text}]`, description);
  }
  return [...positions.values()];
}

function inOrder(binding: Binding): readonly Parameter[] {
  return binding.positional.map((member) => {
    const parameter = binding.parameters.find((each) => each.member === member);
    assert(parameter !== undefined, `${binding.operation.name} has the member ${member}`);
    return parameter;
  });
}

function hasPosition(binding: Binding, name: string): boolean {
  return inOrder(binding).some((parameter) => parameter.name === name && parameter.isRequired);
}

function declareFlags(parser: Parser, { bindings, process }: CliCommand): void {
  const declared = new Set<string>();
  const add = (flag: string, option: () => Option): void => {
    if (declared.has(flag)) return;
    declared.add(flag);
    parser.addOption(option());
  };
  for (const own of process?.ownFlags ?? []) add(own.flag, () => ownOption(own));
  for (const binding of bindings) {
    for (const parameter of binding.parameters) {
      const { place, name, formerName } = parameter;
      if (place === 'flag') add(name, () => optionOf(parameter, bindings));
      if (formerName === undefined) continue;
      add(formerName, () => optionOf({ ...parameter, name: formerName }, bindings).hideHelp());
    }
    const { when, ownFlags } = binding;
    if (when !== undefined && 'flag' in when) declareChoice(when, add);
    for (const own of ownFlags) add(own.flag, () => ownOption(own));
  }
  const writing = bindings.filter(({ operation }) => operation.effect === 'write');
  if (writing.some(({ operation }) => operation.dryRun === 'offered')) {
    add('dry-run', dryRunOption);
  }
  if (writing.length > 0) for (const option of writerOptions()) add(option.name(), () => option);
}

function declareChoice(
  { flag, formerFlag, description }: FlagChoice,
  add: (flag: string, option: () => Option) => void,
): void {
  add(flag, () => new Option(`--${flag}`, description));
  if (formerFlag === undefined) return;
  add(formerFlag, () => new Option(`--${formerFlag}`).hideHelp().implies({ [flag]: true }));
}

function optionOf(parameter: Parameter, bindings: readonly Binding[]): Option {
  const { name, kind, description, value, choices, isRepeatable, isRequired } = parameter;
  const isNeeded = isRequired && bindings.length === 1;
  const option = new Option(kind === 'switch' ? `--${name}` : `--${name} <${value}>`, description);
  if (isNeeded) option.makeOptionMandatory();
  if (choices !== undefined) option.choices(choices);
  if (parameter.default !== undefined) option.default(parameter.default);
  if (isRepeatable) {
    option.argParser((text: string, before: readonly string[] = []) => {
      if (choices !== undefined && !choices.includes(text)) {
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      }
      return appended(text, before);
    });
  }
  return option;
}

function ownOption(own: OwnFlag): Option {
  const { flag, short, description, value, choices, isRequired, isRepeatable } = own;
  const names = short === undefined ? `--${flag}` : `-${short}, --${flag}`;
  const option = new Option(value === undefined ? names : `${names} <${value}>`, description);
  if (choices !== undefined) option.choices(choices);
  if (isRequired === true) option.makeOptionMandatory();
  if (isRepeatable === true) option.argParser(appended);
  return option;
}

function appended(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function handlerOf(
  { bindings, process }: CliCommand,
  positions: readonly Parameter[],
  run: RunCall,
): CommandHandler<unknown[]> {
  return async (context, ...given) => {
    // The parser passes each argument, then the flags, then itself.
    const flags = given[positions.length] as RawValues;
    const raw: Record<string, unknown> = { ...flags };
    takeFlagsOfParent(given[positions.length + 1] as Parser, raw);
    for (const [at, position] of positions.entries()) raw[keyOf(position)] = given[at];
    if (process !== undefined && isSet(raw, process.when)) {
      refuseRemote(context.remote);
      return process.run(context, raw);
    }
    const chosen = bindings.flatMap((each) =>
      each.when !== undefined && isChosen(raw, each.when) ? [{ ...each, when: each.when }] : [],
    );
    const [binding = bindings[0], ...more] = chosen;
    if (more.length > 0) {
      throw usage(`give one of ${chosen.map(({ when }) => choiceText(when)).join(' and ')}`);
    }
    refuseOthers(binding, bindings, raw);
    const values = await readValues(context, binding, raw);
    return run(context, {
      ...{ binding, given: values },
      input: parseValues(binding, values),
      own: ownValues(binding, raw),
      writer: raw as WriterValues,
    });
  };
}

/**
 * The parser gives a flag that a command and its subcommand share to the command, wherever it
 * stands. It moves to the subcommand; another flag of the command is refused.
 */
function takeFlagsOfParent(parser: Parser, raw: Record<string, unknown>): void {
  const { parent } = parser;
  // Flags of the program hold for every command.
  if (parent?.parent == null) return;
  for (const option of parent.options) {
    const key = option.attributeName();
    if (parent.getOptionValueSource(key) !== 'cli') continue;
    if (!parser.options.some((own) => own.attributeName() === key)) {
      throw usage(`${option.long} cannot be given with ${parent.name()} ${parser.name()}`);
    }
    raw[key] = parent.getOptionValue(key);
  }
}

function isSet(raw: RawValues, flag: string): boolean {
  return raw[camelCase(flag)] !== undefined;
}

function isChosen(raw: RawValues, when: Choice): boolean {
  if ('flag' in when) return isSet(raw, when.flag);
  return raw[keyOf({ place: 'position', name: when.argument })] !== undefined;
}

function choiceText(when: Choice): string {
  return 'flag' in when ? `--${when.flag}` : `the argument ${when.argument}`;
}

/** Refuses a flag or argument of another operation of the command. */
function refuseOthers(binding: Binding, all: readonly Binding[], raw: RawValues): void {
  const own = new Set(binding.parameters.map((parameter) => keyOf(parameter)));
  for (const other of all) {
    for (const parameter of other.parameters) {
      const value = raw[keyOf(parameter)];
      const isGiven = Array.isArray(value) ? value.length > 0 : value !== undefined;
      if (!isGiven || own.has(keyOf(parameter)) || value === parameter.default) continue;
      const { place, name } = parameter;
      const what = place === 'flag' ? `--${name}` : `the argument ${name}`;
      const chosen = binding.when === undefined ? 'here' : `with ${choiceText(binding.when)}`;
      throw usage(`${what} cannot be given ${chosen}`);
    }
  }
}

function ownValues({ ownFlags }: Binding, raw: RawValues): OwnValues {
  const entries = ownFlags.map(({ flag }) => [flag, raw[camelCase(flag)]] as const);
  return Object.fromEntries(entries) as OwnValues;
}
