import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionFailure, InputError } from '@countersign/core';
import { LedgerError } from '@countersign/ledger';
import { failureOf, stackLines } from './describe-failure.ts';
import { CliError, usage } from './errors.ts';

for (const [what, error, exitCode] of [
  ['wrong usage', usage('give a file'), 2],
  ['a bad value', new InputError('INVALID_INSTANT', 'no time'), 2],
  ['a damaged segment', new LedgerError('SEGMENT_CORRUPT', 'damaged'), 3],
  ['a draft that only we can have made', new LedgerError('INVALID_DRAFT', 'bad'), 70],
  ['a folder of another version', new LedgerError('FOLDER_VERSION', 'format 9'), 2],
  ['a lock that another process holds', new LedgerError('LOCKED', 'held'), 3],
  ['a full disk', new LedgerError('DISK_FULL', 'full'), 3],
  ['a disk that fills up under us', system('ENOSPC'), 3],
  ['a file that is not ours to read', system('EACCES'), 2],
  ['an unknown answer', new CliError('CANNOT_TELL', 'nothing came'), 3],
  ['Ctrl-C', new CliError('INTERRUPTED', 'interrupted'), 130],
  ['a package that is not installed', missing("Cannot find package 'zod' imported from /x"), 2],
  ['a native part that is not', missing("Cannot find module '@duckdb/node-x/duckdb.node'\nat"), 2],
  ['a missing file of the installation', missing("Cannot find module '/x/dist/a.js' from /x"), 70],
  ['a broken invariant', new AssertionFailure('broken'), 70],
  ['an unexpected error', new TypeError('x is not a function'), 70],
  ['a value that is no error', 'text', 70],
] as const) {
  test(`${what} exits ${exitCode} with one sentence`, () => {
    const failure = failureOf(error);
    assert.equal(failure.exitCode, exitCode);
    assert.doesNotMatch(failure.sentence ?? '', /\n/);
  });
}

test('an unknown answer has the wording of the contract', () => {
  const { sentence } = failureOf(new CliError('CANNOT_TELL', 'nothing came'));
  assert.equal(sentence, 'cannot tell, because nothing came');
});

test('a defect is reported as ours', () => {
  assert.match(failureOf(new TypeError('no')).sentence ?? '', /a defect of Countersign: no/);
});

test('the stack follows the causes, and ends', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  const loop = new Error('loop');
  loop.cause = loop;
  assert.ok([...stackLines(error)].some((line) => /cause: Error: inner/.test(line)));
  assert.ok([...stackLines(loop)].length < 1000);
});

function missing(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' });
}

function system(code: string): Error {
  return Object.assign(new Error(code), { code, path: 'x' });
}
