import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf } from '@countersign/core';
import { parseInput } from '../../operations/definition/parse-input.ts';
import { usage } from '../process/errors.ts';
import type { Binding } from './binding.ts';
import { camelCase, type Parameter, parametersOf } from './flags.ts';

/** Values as the parser of the command line gives them: by flag, and by name for positions. */
export type RawValues = Readonly<Record<string, unknown>>;

/**
 * The validated input of an operation from the values of a command line.
 * @throws CliError USAGE, OperationError INVALID_INPUT
 */
export function readInput(binding: Binding, raw: RawValues, cwd: string): object {
  const parameters = parametersOf(binding);
  const input: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const value = raw[keyOf(parameter)] ?? formerValue(parameter, raw);
    if (isGiven(value, parameter)) input[parameter.member] = fieldValue(parameter, value, cwd);
    else if (parameter.isRequired) throw usage(missingText(parameter));
  }
  const nameOf = (member: string): string => {
    const parameter = parameters.find((each) => each.member === member);
    if (parameter === undefined) return member;
    return parameter.place === 'flag' ? `--${parameter.name}` : `the ${parameter.name}`;
  };
  return parseInput(binding.operation.input, input, nameOf);
}

function formerValue({ formerName }: Parameter, raw: RawValues): unknown {
  return formerName === undefined ? undefined : raw[camelCase(formerName)];
}

export function keyOf({ place, name }: Pick<Parameter, 'place' | 'name'>): string {
  return place === 'flag' ? camelCase(name) : `<${name}>`;
}

function isGiven(value: unknown, { isRepeatable, isRequired }: Parameter): boolean {
  if (value === undefined) return false;
  // A schema that requires a list says itself what is missing in an empty one.
  return !isRepeatable || isRequired || (Array.isArray(value) && value.length > 0);
}

function missingText({ place, name, value }: Parameter): string {
  return place === 'flag'
    ? `required option '--${name} <${value}>' not specified; see --help`
    : `missing required argument '${name}'; see --help`;
}

function fieldValue(parameter: Parameter, given: unknown, cwd: string): unknown {
  if (Array.isArray(given)) return given.map((each) => fieldValue(parameter, each, cwd));
  if (typeof given !== 'string') return given;
  const { meta, kind } = parameter;
  if (meta.isFileOf !== undefined) return contentOf(resolve(cwd, given), meta.isFileOf);
  if (meta.isPath === true) return given === '-' ? given : resolve(cwd, given);
  return kind === 'number' ? numberOf(given) : given;
}

/** What is no number stays a text, so that the schema refuses it by name. */
function numberOf(text: string): number | string {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function contentOf(file: string, form: 'text' | 'json'): unknown {
  const text = readFileSync(file, 'utf8');
  if (form === 'text') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw usage(`${file} is not JSON: ${messageOf(error)}`);
  }
}
