import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { blank } from '../model/interpretation.ts';
import { createMemo } from '../values/memo.ts';
import { fieldReader, lacksField } from './field-reader.ts';
import { ReadingParts } from './reading-parts.ts';
import type { Reading } from './record-reading.ts';

const name = fc.constantFrom(
  'a',
  'A',
  'b',
  'B',
  'properties',
  'Properties',
  '__proto__',
  'toString',
);
const leaf = fc.constantFrom<unknown>('x', 1, null, true, [], ['y', { a: 'z' }], '{"a":"opened"}');
const inner = fc.dictionary(name, leaf);
const members = fc.dictionary(name, fc.oneof(leaf, inner));

/**
 * The reference implementation: in each root the exact name, or else the first that differs only in
 * case.
 */
function plainly(roots: readonly object[], wanted: string): unknown {
  for (const root of roots) {
    const names = Object.keys(root);
    const key =
      names.find((is) => is === wanted) ?? names.find((is) => is.toLowerCase() === wanted);
    if (key !== undefined) return Object.getOwnPropertyDescriptor(root, key)?.value;
  }
  return undefined;
}

function readingOf(body: object, value: unknown): Reading {
  const record = { source: 's', tenant: 't', id: 'i', at: '', value };
  const memo = createMemo();
  const subject = { record, body: body as Reading['subject']['body'], isUal: true, memo };
  return { subject: { ...subject, signIn: null, directory: null }, event: blank() };
}

test('finds a member as if each record were searched for each name', () => {
  const parts = new ReadingParts();
  const early = ['a', 'b'].map((of) => [of, fieldReader(`raw.${of}`, parts)] as const);
  fc.assert(
    fc.property(members, members, inner, fc.boolean(), (body, around, properties, isBare) => {
      const outer = isBare ? body : { ...around, properties };
      const within = plainly([outer], 'properties');
      const isInner = typeof within === 'object' && within !== null && !Array.isArray(within);
      const reading = readingOf(body, outer);
      // Names that are requested later are also found in records that were read before.
      const late = ['properties', '__proto__', 'tostring', 'none'].map(
        (of) => [of, fieldReader(`raw.${of}`, parts)] as const,
      );
      for (const [of, read] of [...early, ...late]) {
        const roots = [body, outer, ...(isInner ? [within] : [])];
        // A text or list in place of an object is parsed; its content is not compared here.
        if (!isInner && within !== undefined && plainly(roots, of) === undefined) continue;
        assert.deepEqual(read?.(reading), plainly(roots, of), of);
      }
    }),
    runs(300),
  );
});

test('a record lacks no field that it states, and its shape tells which fields it lacks', () => {
  const parts = new ReadingParts();
  const fields = ['raw.a', 'raw.b.x', 'raw.none'];
  const readers = fields.map((field) => [field, fieldReader(field, parts)] as const);
  const lacking = new Map<unknown, readonly boolean[]>();
  fc.assert(
    fc.property(
      members,
      members,
      fc.option(inner),
      fc.boolean(),
      (body, around, within, isBare) => {
        const outer = within === null ? around : { ...around, properties: within };
        const reading = readingOf(body, isBare ? body : outer);
        const lacks = readers.map(([field, read]) => {
          const isLacking = lacksField(reading, field, parts);
          if (isLacking) assert.equal(read?.(reading), undefined, field);
          return isLacking;
        });
        const shape = parts.names(reading);
        assert.deepEqual(lacks, lacking.get(shape) ?? lacks);
        lacking.set(shape, lacks);
        assert.equal(lacksField(reading, 'actor_name', parts), false);
      },
    ),
    runs(300),
  );
  assert.ok(lacking.size > 1);
  assert.ok([...lacking.values()].some(([a]) => a === true));
});

test('records with more names than are remembered are read alike', () => {
  const parts = new ReadingParts();
  const read = fieldReader('raw.wanted', parts);
  for (let round = 0; round < 100; round++) {
    const names = Array.from({ length: 240 + (round % 40) }, (_, n) => `${round} ${n}`);
    const body = { ...Object.fromEntries(names.map((each) => [each, 1])), Wanted: round };
    assert.equal(read?.(readingOf(body, body)), round);
    assert.equal(lacksField(readingOf(body, body), 'raw.wanted', parts), false);
  }
});

test('parts of one record never leak into another', () => {
  const parts = new ReadingParts();
  const fields = ['param.Identity', 'params', 'detail.os', 'changed', 'text', 'raw.x.y'];
  const shared = fields.map((field) => fieldReader(field, parts));
  const pair = (of: string, value: string): object => ({ Name: of, Value: value });
  const body = fc.record({
    Parameters: fc.array(fc.constantFrom(pair('Identity', '1'), pair('Other', '2'))),
    ExtendedProperties: fc.array(fc.constantFrom(pair('OS', 'one'), pair('os', 'two'))),
    ModifiedProperties: fc.array(fc.constant({ Name: 'role', OldValue: '', NewValue: 'n' })),
    X: fc.constantFrom(null, { y: 1 }, [{ Y: 2 }, { y: 3 }]),
  });
  fc.assert(
    fc.property(fc.array(body), (bodies) => {
      const readings = bodies.map((each) => readingOf(each, each));
      for (const reading of [...readings, ...readings.toReversed()]) {
        for (const [at, field] of fields.entries()) {
          assert.deepEqual(shared[at]?.(reading), fieldReader(field)?.(reading), field);
        }
      }
    }),
    runs(100),
  );
});
