import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { healthProblemOf, hecOutcomeOf, indexedAcksOf } from './hec-answer.ts';

const CODES: readonly (readonly [status: number, code: number, kind: string])[] = [
  [200, 0, 'taken'],
  [403, 1, 'misconfigured'],
  [401, 2, 'misconfigured'],
  [401, 3, 'misconfigured'],
  [403, 4, 'misconfigured'],
  [400, 5, 'refused'],
  [400, 6, 'refused'],
  [400, 7, 'misconfigured'],
  [500, 8, 'retry'],
  [503, 9, 'retry'],
  [400, 10, 'misconfigured'],
  [400, 11, 'misconfigured'],
  [400, 12, 'refused'],
  [400, 13, 'refused'],
  [400, 14, 'misconfigured'],
  [400, 15, 'refused'],
  [400, 16, 'misconfigured'],
  [503, 18, 'retry'],
  [503, 19, 'retry'],
  [503, 20, 'retry'],
  [503, 23, 'retry'],
  [429, 24, 'retry'],
  [429, 25, 'retry'],
  // Not of the table: a code counts for more than its status.
  [200, 9, 'retry'],
  [200, 6, 'refused'],
  [200, 4, 'misconfigured'],
  [500, 0, 'retry'],
  [400, 99, 'refused'],
  [503, 99, 'retry'],
];

describe('an answer of HEC', () => {
  for (const [status, code, kind] of CODES) {
    test(`${status} with code ${code} is ${kind}`, () => {
      const outcome = hecOutcomeOf(status, JSON.stringify({ text: 'the text', code, ackId: 3 }));
      assert.equal(outcome.kind, kind);
      if (outcome.kind === 'taken') assert.equal(outcome.ackId, 3);
      else assert.match(outcome.because, new RegExp(`${status}, code ${code}: "the text"`));
    });
  }

  test('names the refused event, counted from 0 or from 1', () => {
    const outcome = hecOutcomeOf(400, '{"text":"x","code":6,"invalid-event-number":4}');
    assert.deepEqual('suspects' in outcome && outcome.suspects, [3, 4]);
  });

  const FOREIGN: readonly (readonly [status: number, kind: string])[] = [
    [200, 'retry'],
    [400, 'misconfigured'],
    [403, 'misconfigured'],
    [404, 'misconfigured'],
    [413, 'refused'],
    [429, 'retry'],
    [502, 'retry'],
  ];
  for (const [status, kind] of FOREIGN) {
    test(`${status} of a proxy is ${kind}`, () => {
      for (const body of ['<html>sign in</html>', '', 'null', '[0]', '{"code":"0"}']) {
        assert.equal(hecOutcomeOf(status, body).kind, kind);
      }
    });
  }

  test('to a poll names what is indexed', () => {
    assert.deepEqual(indexedAcksOf('{"acks":{"7":true,"8":false,"9":"true","12":true}}'), [7, 12]);
    for (const body of ['', '{}', '{"acks":null}', '[]']) assert.deepEqual(indexedAcksOf(body), []);
  });

  test('to a health check is good with code 17, or without one', () => {
    assert.equal(healthProblemOf(200, '{"text":"HEC is healthy","code":17}'), undefined);
    assert.equal(healthProblemOf(200, ''), undefined);
    assert.match(healthProblemOf(503, '{"text":"queues are full","code":18}') ?? '', /full/);
    assert.match(healthProblemOf(404, '<html>') ?? '', /404/);
  });
});
