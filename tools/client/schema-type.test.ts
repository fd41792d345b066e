import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comment, typeOf } from './schema-type.ts';

test('each form of a schema has its type', () => {
  const cases = [
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ const: "it's" }, String.raw`'it\'s'`],
    [{ type: 'string', enum: ['a', 'b'] }, "'a' | 'b'"],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, "readonly ('a' | 'b')[]"],
    [{ type: 'array', items: { type: 'array', items: {} } }, 'readonly (readonly unknown[])[]'],
    [{ type: 'array', prefixItems: [{ type: 'string' }, {}] }, 'readonly [string, unknown]'],
    [{ $ref: '#/components/schemas/Answer' }, 'Answer'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ allOf: [{ enum: [1, 2] }, { $ref: '#/A' }] }, '(1 | 2) & A'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [
      { type: 'object', additionalProperties: { type: 'number' } },
      'Readonly<Record<string, number>>',
    ],
    [{ type: 'object', additionalProperties: false }, 'Readonly<Record<string, never>>'],
  ] as const;
  for (const [schema, type] of cases) assert.equal(typeOf(schema, 'output'), type);
});

test('an object has its members, and an index signature if it has others', () => {
  const properties = { 'a-b': { type: 'string', description: 'what */ it is' }, c: {} };
  const closed = { type: 'object', properties, required: ['a-b'], additionalProperties: false };
  assert.equal(
    typeOf(closed, 'input'),
    "{\n  /** what * / it is */\n  readonly 'a-b': string;\n  readonly c?: unknown | undefined;\n}",
  );
  const open = { ...closed, additionalProperties: {} };
  assert.match(typeOf(open, 'output'), /readonly c\?: unknown;\n {2}readonly \[member: string\]/);
});

test('a type that is not known stops the generator', () => {
  assert.throws(() => typeOf({ type: 'decimal' }, 'output'), /decimal/);
});

test('a long description is wrapped', () => {
  const text = comment('word '.repeat(60).trim(), '  ');
  for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  assert.equal(text.match(/word/g)?.length, 60);
});
