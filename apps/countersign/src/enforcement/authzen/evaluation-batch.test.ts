import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { evaluationOf, weightOf } from './evaluation.ts';
import { batchOf, ends } from './evaluation-batch.ts';
import { EVALUATION_CHARACTERS_MAX, EVALUATIONS_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';

const ALICE = { type: 'user', id: 'alice' };
const READ = { name: 'read' };
const RECORD = { type: 'record', id: 'record-1' };
const WHOLE = { subject: ALICE, action: READ, resource: RECORD };

const refused = (work: () => unknown, message: RegExp, code = 'MALFORMED'): void => {
  assert.throws(work, (error: Error & { code?: string }) => {
    assert.match(error.message, message);
    assert.equal(error.code, code);
    return true;
  });
};

describe('an evaluation', () => {
  test('reads the specified members and ignores the rest', () => {
    const message = { ...WHOLE, context: { time: 'now' }, extra: [1], options: null };
    assert.deepEqual(evaluationOf(message), { ...WHOLE, context: { time: 'now' } });
  });

  const missing: readonly (readonly [string, unknown, RegExp])[] = [
    ['no subject', { action: READ, resource: RECORD }, /^subject is missing$/],
    ['no action', { subject: ALICE, resource: RECORD }, /^action is missing$/],
    ['no resource', { subject: ALICE, action: READ }, /^resource is missing$/],
    ['null for a subject', { ...WHOLE, subject: null }, /^subject is missing$/],
    ['no type of a subject', { ...WHOLE, subject: { id: 'a' } }, /^subject\.type is missing$/],
    ['no id of a subject', { ...WHOLE, subject: { type: 'a' } }, /^subject\.id is missing$/],
    ['no name of an action', { ...WHOLE, action: {} }, /^action\.name is missing$/],
    ['no type of a resource', { ...WHOLE, resource: { id: 'a' } }, /^resource\.type is missing$/],
    ['no id of a resource', { ...WHOLE, resource: { type: 'a' } }, /^resource\.id is missing$/],
    ['text for a subject', { ...WHOLE, subject: 'alice' }, /^subject is not an object$/],
    ['a list for a resource', { ...WHOLE, resource: [RECORD] }, /^resource is not an object$/],
    ['a number for a name', { ...WHOLE, action: { name: 123 } }, /^action\.name is not a string$/],
    ['an empty id', { ...WHOLE, subject: { type: 'user', id: '' } }, /^subject\.id is empty$/],
    [
      'an id that is far too long',
      { ...WHOLE, subject: { type: 'user', id: 'a'.repeat(TEXT_CHARACTERS_MAX + 1) } },
      /^subject\.id is longer/,
    ],
    [
      'properties that are none',
      { ...WHOLE, subject: { ...ALICE, properties: 'admin' } },
      /^subject\.properties is not an object$/,
    ],
    ['a context that is none', { ...WHOLE, context: [] }, /^context is not an object$/],
  ];
  for (const [name, message, what] of missing) {
    test(`refuses ${name}`, () =>
      refused(() => evaluationOf(message as Record<string, unknown>), what));
  }

  test('may be as large as a decision can store, and no larger', () => {
    const at = (weight: number) => {
      const bare = weightOf(evaluationOf({ ...WHOLE, context: { a: '' } }));
      return () => evaluationOf({ ...WHOLE, context: { a: 'x'.repeat(weight - bare) } });
    };
    assert.doesNotThrow(at(EVALUATION_CHARACTERS_MAX));
    refused(at(EVALUATION_CHARACTERS_MAX + 1), /^one evaluation has more than/, 'TOO_LARGE');
    const id = 'a'.repeat(TEXT_CHARACTERS_MAX);
    assert.equal(evaluationOf({ ...WHOLE, subject: { type: 'user', id } }).subject.id, id);
  });

  test('measures values and names at every depth', () => {
    for (const [value, weight] of [
      ['abc', 3],
      ['', 0],
      [null, 1],
      [12345, 1],
      [{}, 1],
      [{ ab: 'c' }, 4],
      [{ a: { b: 'cd' } }, 6],
      [['ab', 'c'], 6],
    ] as const) {
      assert.equal(weightOf(value), weight, JSON.stringify(value));
    }
  });

  test('inherits nothing from the prototype of objects', () => {
    const message = JSON.parse('{"__proto__": {"subject": {"type": "user", "id": "a"}}}') as object;
    refused(() => evaluationOf(message as Record<string, unknown>), /^subject is missing$/);
  });
});

describe('a batch', () => {
  test('without evaluations is a single one', () => {
    for (const evaluations of [undefined, null, []]) {
      const batch = batchOf({ ...WHOLE, evaluations });
      assert.equal(batch.kind, 'single');
    }
    refused(() => batchOf({ ...WHOLE, evaluations: {} }), /evaluations is not a list/);
  });

  test("an item's member replaces the whole default", () => {
    const batch = batchOf({
      ...WHOLE,
      subject: { ...ALICE, properties: { role: 'admin' } },
      context: { a: 1 },
      evaluations: [{}, { subject: { type: 'user', id: 'bob' }, context: { b: 2 } }],
    });
    assert.ok(batch.kind === 'batch' && batch.count === 2);
    const [first, second] = [batch.item(0), batch.item(1)];
    assert.ok(first.kind === 'evaluation' && second.kind === 'evaluation');
    assert.deepEqual(first.evaluation.subject.properties, { role: 'admin' });
    assert.deepEqual(first.evaluation.context, { a: 1 });
    assert.deepEqual(second.evaluation.subject, { type: 'user', id: 'bob' });
    assert.deepEqual(second.evaluation.context, { b: 2 });
    assert.deepEqual(second.evaluation.action, READ);
  });

  test('needs no defaults if each item states everything', () => {
    const batch = batchOf({ evaluations: [WHOLE] });
    assert.ok(batch.kind === 'batch');
    assert.deepEqual(batch.item(0), { kind: 'evaluation', evaluation: { ...WHOLE, context: {} } });
  });

  test('a bad item spoils only itself', () => {
    const batch = batchOf({ ...WHOLE, evaluations: [{ action: { name: 7 } }, 'x', {}] });
    assert.ok(batch.kind === 'batch');
    const kinds = [0, 1, 2].map((at) => batch.item(at).kind);
    assert.deepEqual(kinds, ['problem', 'problem', 'evaluation']);
  });

  test('is refused as a whole for an invalid default or option', () => {
    refused(() => batchOf({ ...WHOLE, subject: 'alice', evaluations: [{}] }), /subject/);
    refused(() => batchOf({ ...WHOLE, action: 'read', evaluations: [{}] }), /action/);
    refused(() => batchOf({ ...WHOLE, resource: 'r', evaluations: [{}] }), /resource/);
    refused(() => batchOf({ ...WHOLE, context: 'x', evaluations: [{}] }), /context/);
    const of = (options: unknown) => () => batchOf({ ...WHOLE, options, evaluations: [{}] });
    refused(of('x'), /options is not an object/);
    refused(of({ evaluations_semantic: 'first_wins' }), /must be one of execute_all/);
    assert.doesNotThrow(of(null));
    assert.doesNotThrow(of({ other: 1 }));
  });

  test("of ten thousand is read, and a larger one refused with the limit's name", () => {
    const many = (count: number): unknown[] => Array.from({ length: count }, () => ({}));
    const batch = batchOf({ ...WHOLE, evaluations: many(EVALUATIONS_MAX) });
    assert.ok(batch.kind === 'batch' && batch.count === 10_000);
    const more = { ...WHOLE, evaluations: many(EVALUATIONS_MAX + 1) };
    refused(() => batchOf(more), /10001 evaluations: the maximum is 10000/, 'TOO_LARGE');
  });

  test('stops as its semantic requires', () => {
    const table = [
      ['execute_all', false, false],
      ['deny_on_first_deny', false, true],
      ['permit_on_first_permit', true, false],
    ] as const;
    for (const [semantic, permit, deny] of table) {
      assert.equal(ends(semantic, 'permit'), permit);
      assert.equal(ends(semantic, 'deny'), deny);
    }
  });
});
