import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { msOfEventTime } from './event-time.ts';

test('agrees with Date on every second of the calendar', () => {
  const SECONDS_MAX = 253_402_300_799;
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800, max: SECONDS_MAX }), (second) => {
      const at = new Date(second * 1000).toISOString().replace('.000Z', 'Z');
      assert.equal(msOfEventTime(at), second * 1000);
    }),
    runs(2000, 200_000),
  );
});

for (const [at, ms] of [
  ['1970-01-01T00:00:00Z', 0],
  ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
  ['2024-01-12T08:31:07.1234567Z', Date.UTC(2024, 0, 12, 8, 31, 7, 123)],
  ['2024-01-12T08:31:07', Date.UTC(2024, 0, 12, 8, 31, 7)],
  ['2024-01-12 08:31:07', Date.UTC(2024, 0, 12, 8, 31, 7)],
  ['1/12/2024 8:31:07 AM', Date.UTC(2024, 0, 12, 8, 31, 7)],
  ['20x4-01-12T08:31:07Z', 0],
  ['2024-13-12T08:31:07Z', 0],
  ['soon', 0],
  ['', 0],
] as const) {
  test(`"${at}" is ${ms}`, () => {
    assert.equal(msOfEventTime(at), ms);
  });
}
