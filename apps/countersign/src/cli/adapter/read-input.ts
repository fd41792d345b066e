import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { messageOf } from '@countersign/core';
import type { FieldMeta } from '../../operations/definition/fields.ts';
import { parseInput } from '../../operations/definition/parse-input.ts';
import type { Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import type { Binding } from './binding.ts';
import { camelCase, type Parameter } from './flags.ts';

/** Values from the command line parser: by flag, and by name for positional arguments. */
export type RawValues = Readonly<Record<string, unknown>>;

/**
 * The values of the input, by member.
 * @throws CliError USAGE
 */
export async function readValues(
  context: Context,
  { parameters }: Binding,
  raw: RawValues,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const value = raw[keyOf(parameter)] ?? formerValue(parameter, raw);
    if (isGiven(value, parameter))
      values[parameter.member] = await fieldValue(context, parameter, value);
    else if (parameter.isRequired) throw usage(missingText(parameter));
  }
  return values;
}

/**
 * Validates the input of an operation.
 * @throws OperationError INVALID_INPUT
 */
export function parseValues({ operation, parameters }: Binding, values: object): object {
  const nameOf = (member: string): string => {
    const parameter = parameters.find((each) => each.member === member);
    if (parameter === undefined) return member;
    return parameter.place === 'flag' ? `--${parameter.name}` : `the ${parameter.name}`;
  };
  return parseInput(operation.input, values, nameOf);
}

function formerValue({ formerName }: Parameter, raw: RawValues): unknown {
  return formerName === undefined ? undefined : raw[camelCase(formerName)];
}

export function keyOf({ place, name }: Pick<Parameter, 'place' | 'name'>): string {
  return place === 'flag' ? camelCase(name) : `<${name}>`;
}

function isGiven(value: unknown, { isRepeatable, isRequired }: Parameter): boolean {
  if (value === undefined) return false;
  // A schema that requires a list reports an empty one itself.
  return !isRepeatable || isRequired || (Array.isArray(value) && value.length > 0);
}

function missingText({ place, name, value }: Parameter): string {
  return place === 'flag'
    ? `required option '--${name} <${value}>' not specified; see --help`
    : `missing required argument '${name}'; see --help`;
}

async function fieldValue(
  context: Context,
  parameter: Parameter,
  given: unknown,
): Promise<unknown> {
  if (Array.isArray(given)) {
    return Promise.all(given.map((each) => fieldValue(context, parameter, each)));
  }
  if (typeof given !== 'string') return given;
  const { meta, kind } = parameter;
  if (meta.isFileOf !== undefined) return contentOf(context, given, meta);
  if (meta.isTextOrStdin === true && given === '-') return text(context.stdin);
  if (meta.isPath === true) return given === '-' ? given : resolve(context.cwd, given);
  return kind === 'number' ? numberOf(given) : given;
}

/** Other text stays text, so that the schema's error names it. */
function numberOf(text: string): number | string {
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

async function contentOf(
  context: Context,
  given: string,
  { isFileOf, bytesMax }: FieldMeta,
): Promise<unknown> {
  if (isFileOf === 'bytes') return bytesOf(context, given, bytesMax);
  const file = resolve(context.cwd, given);
  if (isFileOf === 'source') {
    const { readConfigFile } = await import('@countersign/yaml-document');
    return readConfigFile(file);
  }
  const content = readFileSync(file, 'utf8');
  if (isFileOf === 'text') return content;
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw usage(`${file} is not JSON: ${messageOf(error)}`);
  }
}

/** One byte more than allowed, so that the operation can refuse it. */
async function bytesOf(
  { cwd, stdin }: Context,
  file: string,
  bytesMax = Infinity,
): Promise<Uint8Array> {
  const source: AsyncIterable<Buffer> =
    file === '-' ? stdin : createReadStream(resolve(cwd, file), { end: bytesMax });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > bytesMax) break;
  }
  return Buffer.concat(chunks);
}
