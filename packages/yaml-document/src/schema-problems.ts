import { quoted } from '@countersign/core';
import type { z } from 'zod';
import type { DocumentProblem } from './errors.ts';
import { suggestion } from './suggestion.ts';
import type { YamlDocument } from './yaml-document.ts';

/**
 * Converts schema issues to problems: a sentence with a fix, at a line. `formerNames` maps each
 * former name of a member to its current name.
 */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  document: YamlDocument,
  schema: z.ZodType,
  formerNames: ReadonlyMap<string, string> = new Map(),
): DocumentProblem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = membersAt(schema, issue.path, document.value);
      return issue.keys.map((key) =>
        document.problemOfKey(issue.path, key, unknownMember(key, known, formerNames)),
      );
    }
    return [document.problemAt(issue.path, sentenceOf(issue, valueAt(document.value, issue.path)))];
  });
}

function unknownMember(
  key: string,
  known: readonly string[],
  formerNames: ReadonlyMap<string, string>,
): string {
  const name = formerNames.get(key);
  if (name !== undefined && known.includes(name)) return `has another name: write ${name}`;
  const meant = suggestion(key, known);
  if (meant !== undefined) return `is not known: did you mean ${meant}?`;
  return `is not known: remove it, or write one of ${known.join(', ')}`;
}

function sentenceOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_type':
      return wrongType(issue.expected, value);
    case 'invalid_value':
      return wrongValue(issue.values.map(String), value);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? wrongValue(issue.options.map(String), value)
        : wrongType('string', value);
    case 'too_small':
      return issue.origin === 'array'
        ? 'is empty: write at least one'
        : `is ${String(value)}: write at least ${String(issue.minimum)}`;
    case 'too_big':
      return `is ${String(value)}: write at most ${String(issue.maximum)}`;
    default:
      return issue.message;
  }
}

function wrongValue(allowed: readonly string[], value: unknown): string {
  const choice = allowed.join(', ');
  if (value === undefined) return `is missing: write one of ${choice}`;
  if (typeof value !== 'string') return `is ${kindOf(value)}: write one of ${choice}`;
  const meant = suggestion(value, allowed);
  if (meant !== undefined) return `${quoted(value)} is not known: did you mean ${meant}?`;
  return `${quoted(value)} is not known: write one of ${choice}`;
}

const WANTED: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'names and values'],
]);

function wrongType(expected: string, value: unknown): string {
  const wanted = WANTED.get(expected) ?? expected;
  if (value === undefined) return `is missing: write ${wanted}`;
  if (value === null) return `is empty: write ${wanted}`;
  const quotes = expected === 'string' && typeof value !== 'object' ? ', in quotes' : '';
  return `is ${kindOf(value)}: write ${wanted}${quotes}`;
}

/** Never shows the value itself: it may be a secret that was pasted in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'names and values';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}

/** The allowed names in the map at `path`. `value` decides which option of a union it is. */
function membersAt(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): readonly string[] {
  let at: unknown = inner(schema, value);
  for (const [depth, step] of path.entries()) {
    const held = at as { shape?: Record<PropertyKey, unknown>; element?: unknown } | undefined;
    const next = typeof step === 'number' ? held?.element : held?.shape?.[step];
    at = inner(next, valueAt(value, path.slice(0, depth + 1)));
  }
  return Object.keys((at as { shape?: object } | undefined)?.shape ?? {});
}

type Definition = {
  readonly innerType?: unknown;
  readonly in?: unknown;
  readonly discriminator?: string;
  readonly options?: readonly unknown[];
};

/** Unwraps defaults, options, checks and transforms, and selects the option of a union. */
function inner(schema: unknown, value: unknown): unknown {
  let at = schema;
  for (;;) {
    const { def } = at as { def?: Definition };
    const next = def?.innerType ?? def?.in ?? optionOf(def, value);
    if (next === undefined) return at;
    at = next;
  }
}

function optionOf(def: Definition | undefined, value: unknown): unknown {
  const { discriminator, options } = def ?? {};
  if (discriminator === undefined || typeof value !== 'object' || value === null) return undefined;
  const stated = (value as Record<string, unknown>)[discriminator];
  return options?.find((option) => {
    const { shape } = inner(option, undefined) as { shape?: Record<string, unknown> };
    const { values } = (shape?.[discriminator] ?? {}) as { values?: ReadonlySet<unknown> };
    return values?.has(stated) === true;
  });
}
