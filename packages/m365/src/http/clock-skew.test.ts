import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOffText } from './clock-skew.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

test('a clock difference is reported with the next step', () => {
  assert.equal(clockOffText(4 * MINUTE_MS, HOUR_MS), undefined);
  assert.equal(clockOffText(-4 * MINUTE_MS, HOUR_MS), undefined);
  assert.equal(
    clockOffText(-10 * MINUTE_MS, HOUR_MS),
    "the service's clock is 10 min behind this machine's: set this machine's clock",
  );
  assert.equal(
    clockOffText(62 * MINUTE_MS, HOUR_MS),
    "the service's clock is 62 min ahead of this machine's, more than the allowed 60 min: " +
      "set this machine's clock",
  );
});
