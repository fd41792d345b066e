import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodText, withReadableTimes } from './time-text.ts';

const at = (text: string): number => Date.parse(text);

test('a period states once what both ends share', () => {
  const from = at('2026-03-09T21:02:10Z');
  assert.equal(periodText(from, at('2026-03-09T21:02:50Z')), '9 Mar 2026 21:02');
  assert.equal(periodText(from, at('2026-03-09T22:10:00Z')), '9 Mar 2026 21:02 – 22:10');
  assert.equal(periodText(from, at('2026-03-11T09:10:00Z')), '9 Mar 2026 21:02 – 11 Mar 09:10');
  assert.equal(periodText(from, at('2027-01-01T00:00:00Z')), '9 Mar 2026 21:02 – 1 Jan 2027 00:00');
});

test('instants and periods in a text become readable', () => {
  const text =
    'read from 2026-03-10T02:02:00Z to 2026-03-12T04:03:00.500Z, since 2026-03-07T02:42:00Z';
  const expected = 'read 10 Mar 2026 02:02 – 12 Mar 04:03 UTC, since 7 Mar 2026 02:42 UTC';
  assert.equal(withReadableTimes(text), expected);
  assert.equal(withReadableTimes('from here to there'), 'from here to there');
});
