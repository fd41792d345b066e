import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from './errors.ts';

test('carries a stable code, facts and the cause', () => {
  const cause = new Error('the disk is full');
  const error = new errors.InputError('INVALID_INSTANT', 'no such time', {
    cause,
    data: { line: 7 },
  });
  assert.equal(error.name, 'InputError');
  assert.equal(error.code, 'INVALID_INSTANT');
  assert.deepEqual(error.data, { line: 7 });
  assert.equal(error.cause, cause);
  assert.ok(error instanceof errors.CountersignError);
});

test('has no cause if none was given', () => {
  assert.ok(!('cause' in new errors.InputError('INVALID_TENANT', 'no')));
});

test('names the broken invariant', () => {
  assert.doesNotThrow(() => errors.assert(1, 'one is true'));
  assert.throws(() => errors.assert(0, 'the tree only grows'), {
    name: 'AssertionFailure',
    message: 'broken invariant: the tree only grows',
  });
});

test('names the unexpected value of an exhaustive switch', () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  for (const value of ['new kind', 7n, undefined, cyclic]) {
    assert.throws(() => errors.unreachable(value as never), { name: 'AssertionFailure' });
  }
});

test('reads a message from any thrown value', () => {
  assert.equal(errors.messageOf(new Error('full')), 'full');
  assert.equal(errors.messageOf('plain text'), 'plain text');
  assert.equal(errors.messageOf(undefined), 'undefined');
});

test('quoted() shortens a value and escapes control characters', () => {
  assert.equal(errors.quoted('a "b"'), '"a \\"b\\""');
  assert.equal(errors.quoted('\u001b[2J\u009b\u202e'), '"\\u001b[2J\\u009b\\u202e"');
  assert.equal(errors.quoted('x'.repeat(500)).length, 83);
});
