import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import { JsonScanner } from './json-scanner.ts';

const nested = fc.oneof(
  fc.dictionary(fc.string(), fc.jsonValue()),
  fc.array(fc.jsonValue()),
  fc.string({ unit: 'binary' }),
);

test('ends where the value ends, wherever the bytes are split', () => {
  fc.assert(
    fc.property(nested, fc.nat(3), fc.nat(40), fc.string(), (value, indent, cut, after) => {
      const text = JSON.stringify(value, null, indent);
      const bytes = Buffer.from(text + after);
      const length = Buffer.byteLength(text);
      const scanner = new JsonScanner();
      scanner.begin(0);
      let state = scanner.run(bytes, 0);
      for (let end = 1 + cut; state === 'more'; end += 1 + cut) {
        state = scanner.run(bytes, Math.min(end, bytes.length));
      }
      assert.equal(state, 'done');
      assert.equal(scanner.position, length);
    }),
    runs(500, 20_000),
  );
});

test('reports nothing as broken that JSON.parse accepts', () => {
  const fragments = fc.array(
    fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', 'true', ' ', '\n', '-2e+5', 'null'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fragments, (parts) => {
      const text = `{"a":[${parts.join('')}]}`;
      const scanner = new JsonScanner();
      scanner.begin(0);
      const state = scanner.run(Buffer.from(text), Buffer.byteLength(text));
      if (isJson(text)) assert.equal(state, 'done');
    }),
    runs(2000, 50_000),
  );
});

test('names the problem', () => {
  const problems: Readonly<Record<string, string>> = {
    '{"a":1]': 'brackets that do not match',
    '{"a":"b"c': 'text that is not JSON',
    '{"a":"b" "c"}': 'no comma between two values',
    '{"a":{"b":1},{"c":2}}': 'an object without its end',
    '{"a":"b\nc"}': 'a raw control character inside a string',
  };
  for (const [text, problem] of Object.entries(problems)) {
    const scanner = new JsonScanner();
    scanner.begin(0);
    assert.equal(scanner.run(Buffer.from(text), text.length), 'broken');
    assert.equal(scanner.problem, problem);
  }
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
