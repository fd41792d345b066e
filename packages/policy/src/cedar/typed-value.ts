import type { CedarValueJson } from './cedar-engine.ts';
import type { Attributes, CedarType } from './cedar-schema.ts';
import { parseAddress } from './ip-range.ts';

/** A value as policies see it, or the reason why it does not have this type. */
export type TypedValue =
  | { readonly kind: 'value'; readonly value: CedarValueJson }
  | { readonly kind: 'wrong'; readonly what: string };

/**
 * Reads plain JSON as a value of the schema's type. A value of another type is refused. Otherwise a
 * policy that compares it would silently say no although the value is unknown.
 */
export function toTypedValue(given: unknown, type: CedarType): TypedValue {
  switch (type.kind) {
    case 'Bool':
      return typeof given === 'boolean' ? value(given) : wrong('true or false');
    case 'String':
      return typeof given === 'string' ? value(given) : wrong('text');
    case 'Long':
      return Number.isSafeInteger(given) ? value(given as number) : wrong('a whole number');
    case 'Extension':
      return typeof given === 'string' ? extension(type.name, given) : wrong(type.name);
    case 'Entity':
      return typeof given === 'string'
        ? value({ __entity: { type: type.name, id: given } })
        : wrong(`the id of a ${type.name}`);
    case 'Set':
      return Array.isArray(given) ? set(given, type.element) : wrong('a list');
    case 'Record':
      return isRecord(given) ? record(given, type.attributes) : wrong('names and values');
  }
}

type ExtensionForm = { readonly fn: string; readonly isOne: (text: string) => boolean };

const EXTENSIONS: ReadonlyMap<string, ExtensionForm> = new Map([
  ['ipaddr', { fn: 'ip', isOne: (text) => parseAddress(text) !== undefined }],
  ['decimal', { fn: 'decimal', isOne: (text) => /^-?\d{1,14}\.\d{1,4}$/.test(text) }],
]);

function extension(name: string, text: string): TypedValue {
  const known = EXTENSIONS.get(name);
  if (known === undefined) return wrong(`of a type that no input has (${name})`);
  return known.isOne(text) ? value({ __extn: { fn: known.fn, arg: text } }) : wrong(name);
}

function set(items: readonly unknown[], element: CedarType): TypedValue {
  const values: CedarValueJson[] = [];
  for (const item of items) {
    const read = toTypedValue(item, element);
    if (read.kind === 'wrong') return wrong(`a list, and of each item ${read.what}`);
    values.push(read.value);
  }
  return value(values);
}

function record(given: Readonly<Record<string, unknown>>, attributes: Attributes): TypedValue {
  const fields: Record<string, CedarValueJson> = {};
  for (const [name, { type, presence }] of attributes) {
    const item = given[name];
    if (item === undefined || item === null) {
      if (presence === 'required') return wrong(`something with ${name}`);
      continue;
    }
    const read = toTypedValue(item, type);
    if (read.kind === 'wrong') return wrong(`something whose ${name} is ${read.what}`);
    fields[name] = read.value;
  }
  return value(fields);
}

export function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function value(of: CedarValueJson): TypedValue {
  return { kind: 'value', value: of };
}

function wrong(what: string): TypedValue {
  return { kind: 'wrong', what };
}
