/** A JSON Schema of the OpenAPI document (draft 2020-12), as far as our documents use it. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
};

/** Who writes the value: a caller may write an optional member as undefined. */
export type Direction = 'input' | 'output';

const COLUMNS_MAX = 98;

/** The TypeScript type of a schema. Lines after the first start with `indent`. */
export function typeOf(schema: Schema, direction: Direction, indent: string = ''): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if ('const' in schema) return literal(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map(literal), indent);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return union(
      choices.map((each) => typeOf(each, direction, indent)),
      indent,
    );
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.map((each) => inList(each, typeOf(each, direction, indent))).join(' & ');
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length === 0) return 'unknown';
  return union(
    types.map((type) => typeNamed(type, schema, direction, indent)),
    indent,
  );
}

function typeNamed(type: string, schema: Schema, direction: Direction, indent: string): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayType(schema, direction, indent);
    case 'object':
      return objectType(schema, direction, indent);
    default:
      throw new Error(`the client generator does not know the JSON type "${type}"`);
  }
}

function arrayType({ items, prefixItems }: Schema, direction: Direction, indent: string): string {
  if (prefixItems !== undefined) {
    const parts = prefixItems.map((each) => typeOf(each, direction, indent));
    return `readonly [${parts.join(', ')}]`;
  }
  return `readonly ${inList(items ?? {}, typeOf(items ?? {}, direction, indent))}[]`;
}

function objectType(schema: Schema, direction: Direction, indent: string): string {
  const { properties = {}, required = [], additionalProperties = {} } = schema;
  const names = Object.keys(properties);
  const others = additionalProperties === true ? {} : additionalProperties;
  if (names.length === 0) {
    const value = others === false ? 'never' : typeOf(others, direction, indent);
    return `Readonly<Record<string, ${value}>>`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const isRequired = required.includes(name);
    const type = typeOf(property, direction, inner);
    const isUndefined = !isRequired && direction === 'input';
    const value = isUndefined ? union([type, 'undefined'], inner) : type;
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    const mark = isRequired ? '' : '?';
    const about = comment(property.description, inner);
    return `${about}${inner}readonly ${key}${mark}: ${value};\n`;
  });
  // An index signature must allow the values of all named members.
  if (others !== false) lines.push(`${inner}readonly [member: string]: unknown;\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return `'${value.replaceAll(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

/** On one line if it fits behind the longest name that we have. */
function union(types: readonly string[], indent: string): string {
  const distinct = [...new Set(types)];
  const line = distinct.join(' | ');
  const room = COLUMNS_MAX - indent.length - 40;
  if (distinct.length === 1 || line.length <= room || line.includes('\n')) return line;
  return distinct.map((type) => `\n${indent}  | ${type}`).join('');
}

/** A union, and `readonly`, bind less than what stands beside them. */
function inList(schema: Schema, type: string): string {
  const { enum: values = [], anyOf = [], oneOf = [], type: types = [] } = schema;
  const parts = Math.max(values.length, anyOf.length, oneOf.length, [types].flat().length);
  const isUnion = schema.$ref === undefined && parts > 1;
  return isUnion || type.startsWith('readonly ') ? `(${type})` : type;
}

/** A doc comment, with the words that end a comment or a line taken apart. */
export function comment(text: string | undefined, indent: string): string {
  if (text === undefined || text === '') return '';
  const safe = text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ');
  if (indent.length + safe.length + 7 <= COLUMNS_MAX) return `${indent}/** ${safe} */\n`;
  const lines: string[] = [''];
  for (const word of safe.split(' ')) {
    const last = lines.at(-1) as string;
    if (last !== '' && indent.length + 3 + last.length + word.length > COLUMNS_MAX)
      lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
