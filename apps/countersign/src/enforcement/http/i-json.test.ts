import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { BODY_DEPTH_MAX, canonical, parseJson, parseObject } from './i-json.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const refused = (text: string | Uint8Array, code: string, message?: RegExp): void => {
  const given = typeof text === 'string' ? bytes(text) : text;
  assert.throws(
    () => parseObject(given),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      if (message !== undefined) assert.match(error.message, message);
      return true;
    },
  );
};

describe('I-JSON', () => {
  test('parses the same values as JSON.parse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        assert.deepEqual(parseJson(bytes(text)), JSON.parse(text));
      }),
      runs(300),
    );
  });

  test('refuses a repeated name in one object, in any escape form', () => {
    refused('{"a":1,"b":{},"a":2}', 'MALFORMED', /"a" is twice/);
    refused('{"subject":1,"\\u0073ubject":2}', 'MALFORMED', /"subject" is twice/);
    refused('{"x":[{"y":{"z":1,"z":1}}]}', 'MALFORMED', /"z" is twice/);
    refused('{"__proto__":1,"__proto__":2}', 'MALFORMED', /__proto__/);
    assert.deepEqual(parseObject(bytes('{"a":[{"a":1},{"a":"a"}],"b":"a"}')), {
      a: [{ a: 1 }, { a: 'a' }],
      b: 'a',
    });
  });

  test('finds a repeated name at any position', () => {
    const document = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue({ maxDepth: 3 }),
      { minKeys: 1 },
    );
    const space = fc.stringMatching(/^[ \n\t]{0,3}$/);
    fc.assert(
      fc.property(document, fc.nat(), space, (members, at, gap) => {
        const names = Object.keys(members);
        const twice = names[at % names.length] as string;
        const body = JSON.stringify(members).slice(0, -1);
        refused(`${body},${gap}${JSON.stringify(twice)}${gap}:null}`, 'MALFORMED', /twice/);
        refused(`[${body},${gap}${JSON.stringify(twice)}${gap}:null}]`, 'MALFORMED', /twice/);
      }),
      runs(200),
    );
  });

  test('treats a member named __proto__ as a member', () => {
    const value = parseObject(bytes('{"__proto__":{"admin":true}}'));
    assert.deepEqual(Object.keys(value), ['__proto__']);
    assert.equal(value['admin'], undefined);
  });

  test('refuses invalid UTF-8, lone surrogates and numbers beyond a double', () => {
    refused(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 'MALFORMED', /UTF-8/);
    refused('{"a":"\\ud800"}', 'MALFORMED', /surrogate/);
    refused('{"a":{"\\uDC00":1}}', 'MALFORMED', /surrogate/);
    refused('{"a":[1e999]}', 'MALFORMED', /double/);
    refused(`{"a":${'9'.repeat(400)}}`, 'MALFORMED', /double/);
    assert.deepEqual(parseJson(bytes('["\\ud83d\\ude00", 1e3]')), ['😀', 1000]);
  });

  test('refuses a byte order mark, trailing text and empty input', () => {
    refused('\ufeff{}', 'MALFORMED', /not JSON/);
    refused('{} {}', 'MALFORMED', /not JSON/);
    refused('', 'MALFORMED', /empty/);
    refused(' \n', 'MALFORMED', /empty/);
    refused('"text"', 'MALFORMED', /no JSON object/);
    refused('[]', 'MALFORMED', /no JSON object/);
    refused('null', 'MALFORMED', /no JSON object/);
  });

  test('refuses deep nesting before it recurses', () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    assert.doesNotThrow(() => parseJson(bytes(nested(BODY_DEPTH_MAX))));
    refused(nested(BODY_DEPTH_MAX + 1), 'TOO_LARGE', /nested deeper/);
    refused('['.repeat(4_000_000), 'TOO_LARGE', /nested deeper/);
    // Siblings are not nesting.
    const wide = (each: string): string => `[${`${each},`.repeat(BODY_DEPTH_MAX + 1)}1]`;
    for (const each of ['[]', '{}', '[{}]'])
      assert.doesNotThrow(() => parseJson(bytes(wide(each))));
    // Brackets inside a string are not nesting.
    assert.doesNotThrow(() => parseJson(bytes(JSON.stringify('[{"'.repeat(100)))));
  });

  test('throws only the documented errors', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.string().map(bytes)), (given) => {
        try {
          parseJson(given);
        } catch (error) {
          assert.equal((error as Error).name, 'EndpointError');
        }
      }),
      runs(500),
    );
  });

  test('errors repeat no part of an unreadable body', () => {
    try {
      parseJson(bytes('{"password":"hush-4f6b",'));
      assert.fail('this is not JSON');
    } catch (error) {
      assert.doesNotMatch(String(error), /hush/);
    }
  });
});

describe('the canonical text of a value', () => {
  test('is independent of member order at every depth', () => {
    const written = '{"b":[{"d":1,"c":[{"f":null,"e":2}]}],"a":{"z":"x","y":true}}';
    const turned = '{"a":{"y":true,"z":"x"},"b":[{"c":[{"e":2,"f":null}],"d":1}]}';
    assert.equal(canonical(JSON.parse(written)), turned);
    assert.equal(canonical(JSON.parse(turned)), turned);
  });

  test('differs for different values', () => {
    assert.notEqual(canonical([1, 2]), canonical([2, 1]));
    assert.notEqual(canonical({ a: [] }), canonical({ a: {} }));
    assert.notEqual(canonical({ a: 1 }), canonical({ a: '1' }));
    assert.equal(canonical({ a: undefined, b: 1 }), '{"b":1}');
    assert.equal(canonical(undefined), 'null');
  });

  test('is independent of any reordering', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(value, (given) => assert.equal(canonical(turnedAbout(given)), canonical(given))),
      runs(200),
    );
  });
});

/** Reverses the member order of every object. */
function turnedAbout(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedAbout);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toReversed();
  return Object.fromEntries(members.map(([name, item]) => [name, turnedAbout(item)]));
}
