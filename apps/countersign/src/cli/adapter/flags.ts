import { z } from 'zod';
import type { FieldMeta } from '../../operations/definition/fields.ts';
import type { Operation } from '../../operations/definition/operation.ts';

/** An operation, and how a command line names the members of its input. */
export type ParameterSource = {
  readonly operation: Operation;
  /** Positional members. An array takes the rest. */
  readonly positional: readonly string[];
  /** Flags whose name differs from their member. */
  readonly flags: Readonly<Record<string, string>>;
  /** Former names of flags, by member. They work, but help does not list them. */
  readonly formerFlags: Readonly<Record<string, string>>;
};

/** One input member in the form of the command line. */
export type Parameter = {
  readonly member: string;
  /** `from` of `--from`, or the name of a positional argument. */
  readonly name: string;
  readonly formerName: string | undefined;
  readonly place: 'flag' | 'position';
  readonly kind: 'switch' | 'number' | 'text';
  readonly isRepeatable: boolean;
  readonly isRequired: boolean;
  readonly choices: readonly string[] | undefined;
  readonly default: unknown;
  readonly description: string;
  /** The placeholder of its value. */
  readonly value: string;
  readonly meta: FieldMeta;
};

type JsonSchema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly description?: string;
} & FieldMeta;

/** The parameters of a command, from the input schema of its operation. */
export function parametersOf({
  operation,
  positional,
  flags,
  formerFlags,
}: ParameterSource): readonly Parameter[] {
  const schema = z.toJSONSchema(operation.input, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([member, property]) => {
    if (property.isInternal === true || property.isForRemote === true) return [];
    const isRepeatable = property.type === 'array';
    const single = isRepeatable ? (property.items ?? {}) : property;
    const isPositional = positional.includes(member);
    const choices = single.enum ?? (single.const === undefined ? undefined : [single.const]);
    const name = isPositional ? (property.value ?? member) : (flags[member] ?? kebabCase(member));
    return {
      member,
      name,
      formerName: formerFlags[member],
      place: isPositional ? 'position' : 'flag',
      kind: kindOf(single),
      isRepeatable,
      isRequired: required.has(member),
      choices,
      default: property.default,
      description: property.description ?? '',
      value: property.value ?? member,
      meta: property,
    };
  });
}

function kindOf({ type }: JsonSchema): Parameter['kind'] {
  if (type === 'boolean') return 'switch';
  return type === 'integer' || type === 'number' ? 'number' : 'text';
}

function kebabCase(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The parser's key of a flag. */
export function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
