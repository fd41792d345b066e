import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ProblemError } from '../http/problem.ts';
import { bodyOf } from './read-request.ts';

const JSON_TYPE = 'application/json';

test('a body without a repeated member is read, whatever its members', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
      const text = JSON.stringify(object, undefined, indent);
      assert.deepEqual(bodyOf(JSON_TYPE, text), JSON.parse(text));
    }),
  );
});

test('a member that an object has twice is refused, at any depth and in any writing', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      fc.jsonValue(),
      fc.array(fc.constantFrom('[', '{"x":'), { maxLength: 5 }),
      fc.nat(80),
      (name, value, around, spaces) => {
        const written = JSON.stringify(name);
        // Another writing of the same name: each character as an escape.
        const escaped = `"${[...Array(name.length).keys()]
          .map((at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join('')}"`;
        const gap = ' '.repeat(spaces);
        const inner = `{${written}${gap}:${JSON.stringify(value)},${escaped}${gap}:1}`;
        const closing = [...around].reverse().map((open) => (open === '[' ? ']' : '}'));
        const text = `{"y":${around.join('')}${inner}${closing.join('')}}`;
        JSON.parse(text);
        assert.throws(() => bodyOf(JSON_TYPE, text), hasCode('repeated-member'));
      },
    ),
  );
});

test('bodies of other forms and types are refused', () => {
  for (const text of ['[]', '1', 'null', '"x"', '{', '{"a":1}x', '\u0000']) {
    assert.throws(() => bodyOf(JSON_TYPE, text), hasCode('invalid-json'));
  }
  assert.throws(() => bodyOf('text/html', '{}'), hasCode('media-type'));
  assert.deepEqual(bodyOf(undefined, ' '), {});
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ProblemError && error.problem.code === code;
}
