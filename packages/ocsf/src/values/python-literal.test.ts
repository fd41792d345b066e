import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { object } from './json-value.ts';
import { jsonOfPythonLiteral } from './python-literal.ts';

test('a dictionary printed by a Python script reads like JSON', () => {
  assert.deepEqual(
    object("{'errorCode': 50126, 'failureReason': \"it's wrong\", 'x': None, 'y': [True, False]}"),
    { errorCode: 50126, failureReason: "it's wrong", x: null, y: [true, false] },
  );
  assert.deepEqual(object("{'a': 'it\\'s \\xe9 \\u00e9 \\n'}"), { a: "it's é é \n" });
});

test('any other text reads as null, and nothing is evaluated', () => {
  for (const text of ["{'a': datetime.now()}", "{'a': 'b'", "{'a': __import__('os')}", '{None}']) {
    assert.deepEqual(object(text), {}, text);
  }
});

test('any JSON, written by Python, reads back', () => {
  const property = fc.property(fc.dictionary(fc.string(), fc.jsonValue(), PLAIN), (value) => {
    const written = pythonOf(value);
    assert.deepEqual(JSON.parse(jsonOfPythonLiteral(written)), JSON.parse(JSON.stringify(value)));
  });
  fc.assert(property, runs(300));
});

const PLAIN = { noNullPrototype: true };

function pythonOf(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return JSON.stringify(value);
  if (typeof value === 'string') return quotedByPython(value);
  if (Array.isArray(value)) return `[${value.map(pythonOf).join(', ')}]`;
  const members = Object.entries(value as object);
  return `{${members.map(([k, v]) => `${quotedByPython(k)}: ${pythonOf(v)}`).join(', ')}}`;
}

/** Like `repr`: in single quotes, but in double quotes if the text has only single ones. */
function quotedByPython(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`)
    .replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `${quote}${inner}${quote}`;
}
