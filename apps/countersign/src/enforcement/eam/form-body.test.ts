import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseForm } from './form-body.ts';
import { PARAMETERS_MAX } from './limits.ts';

const TYPE = 'application/x-www-form-urlencoded';
const parse = (text: string, type: string | undefined = TYPE) => parseForm(type, Buffer.from(text));

test('parses a form as browsers encode it', () => {
  const name = fc.string({ minLength: 1, maxLength: 10 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the parser refuses these characters
  const value = fc.string({ maxLength: 50 }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
  const forms = fc.uniqueArray(fc.tuple(name, value), {
    selector: ([key]) => key,
    maxLength: 20,
  });
  fc.assert(
    fc.property(forms, (pairs) => {
      const text = String(new URLSearchParams(pairs as [string, string][]));
      assert.deepEqual([...(parse(text, `${TYPE}; charset=UTF-8`) ?? [])], pairs);
    }),
  );
});

test('refuses ambiguous forms', () => {
  assert.equal(parse('a=1&a=1'), undefined);
  assert.equal(parse('a=1&%61=2'), undefined);
  assert.equal(parse('a=%00'), undefined);
  assert.equal(parse('a=1%0d%0aSet-Cookie:x'), undefined);
  assert.equal(parseForm(TYPE, Buffer.from([0x61, 0x3d, 0xff])), undefined);
  assert.equal(parse('a=1', 'application/json'), undefined);
  assert.equal(parse('a=1', 'multipart/form-data; boundary=x'), undefined);
  assert.equal(parseForm(undefined, Buffer.from('a=1')), undefined);
});

test('refuses values that are too long, and too many parameters', () => {
  assert.equal(parse(`state=${'x'.repeat(2049)}`), undefined);
  assert.equal(parse(`state=${'x'.repeat(2048)}`)?.size, 1);
  assert.equal(parse(`id_token_hint=${'x'.repeat(2049)}`)?.size, 1);
  const pairs = Array.from({ length: PARAMETERS_MAX + 1 }, (_, at) => `p${at}=1`);
  assert.equal(parse(pairs.join('&')), undefined);
  assert.equal(parse(pairs.slice(1).join('&'))?.size, PARAMETERS_MAX);
});
