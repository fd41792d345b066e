import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseForm } from './form-body.ts';
import { PARAMETERS_MAX } from './limits.ts';

const TYPE = 'application/x-www-form-urlencoded';
const read = (text: string, type: string | undefined = TYPE) => parseForm(type, Buffer.from(text));

test('reads browser posts', () => {
  const name = fc.string({ minLength: 1, maxLength: 10 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are refused, see below
  const value = fc.string({ maxLength: 50 }).filter((text) => !/[\u0000-\u001f\u007f]/.test(text));
  const forms = fc.uniqueArray(fc.tuple(name, value), {
    selector: ([each]) => each,
    maxLength: 20,
  });
  fc.assert(
    fc.property(forms, (pairs) => {
      const text = String(new URLSearchParams(pairs as [string, string][]));
      assert.deepEqual([...(read(text, `${TYPE}; charset=UTF-8`) ?? [])], pairs);
    }),
  );
});

test('refuses ambiguous forms', () => {
  assert.equal(read('a=1&a=1'), undefined);
  assert.equal(read('a=1&%61=2'), undefined);
  assert.equal(read('a=%00'), undefined);
  assert.equal(read('a=1%0d%0aSet-Cookie:x'), undefined);
  assert.equal(parseForm(TYPE, Buffer.from([0x61, 0x3d, 0xff])), undefined);
  assert.equal(read('a=1', 'application/json'), undefined);
  assert.equal(read('a=1', 'multipart/form-data; boundary=x'), undefined);
  assert.equal(parseForm(undefined, Buffer.from('a=1')), undefined);
});

test('enforces limits', () => {
  assert.equal(read(`state=${'x'.repeat(2049)}`), undefined);
  assert.equal(read(`state=${'x'.repeat(2048)}`)?.size, 1);
  assert.equal(read(`id_token_hint=${'x'.repeat(2049)}`)?.size, 1);
  const pairs = Array.from({ length: PARAMETERS_MAX + 1 }, (_, at) => `p${at}=1`);
  assert.equal(read(pairs.join('&')), undefined);
  assert.equal(read(pairs.slice(1).join('&'))?.size, PARAMETERS_MAX);
});
