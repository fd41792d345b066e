import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeAnswer } from '../../kit/answer/whole-answer.ts';
import { type Feed, feedsAnswer } from './feeds-answer.ts';

const FEED: Feed = {
  ...{ name: 'siem', kind: 'syslog', state: 'running', because: null, proof: 'accepted' },
  ...{ deliveredUpTo: 41, sentUpTo: 41, lag: 3, records: 42, deliveredMs: 1, failures: 0 },
  ...{ failingSinceMs: null, retryMs: null, lastError: null, erasure: 'informed' },
  ...{ refusedCount: 0, refused: [] },
};

test('a yes states up to which entry the slowest system has the account', () => {
  const { answer, text } = feedsAnswer([FEED, { ...FEED, name: 'lake', deliveredUpTo: 12 }]);
  assert.equal(answer.kind, 'yes');
  assert.match(text, /up to entry 12\b/);
});

test('what is not known is no yes', () => {
  for (const feeds of [
    [],
    [{ ...FEED, proof: 'sent' as const }],
    [{ ...FEED, proof: null }],
    [FEED, { ...FEED, deliveredUpTo: null }],
  ]) {
    assert.equal(feedsAnswer(feeds).answer.kind, 'unknown');
  }
  assert.equal(feedsAnswer([FEED, { ...FEED, state: 'failing' }]).answer.kind, 'no');
  assert.equal(feedsAnswer([{ ...FEED, refusedCount: 1 }]).answer.kind, 'no');
});

test('a yes about a list that was not read to its end is none, and a no stays', () => {
  const complete = { kind: 'yes', because: [] } as const;
  const last = { items: [], complete, asOf: null, next: 'more', notices: [] };
  const whole = { ...last, next: null };
  const yes = { answer: complete, text: 'all' };
  assert.equal(wholeAnswer(yes, last, 'unknown').answer.kind, 'unknown');
  assert.equal(wholeAnswer(yes, whole, 'unknown'), yes);
  const no = { answer: { kind: 'no', because: [] }, text: 'one' } as const;
  assert.equal(wholeAnswer(no, last, 'unknown'), no);
});
