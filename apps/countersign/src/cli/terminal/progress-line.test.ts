import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, numberText } from '@countersign/core';
import { bytesText, durationText, ProgressLine, progressText } from './progress-line.ts';

const state = {
  task: 'importing',
  records: 1_234_567,
  bytes: 4.1e8,
  bytesTotal: 1e9,
  on: 'a.csv',
};

test('prints rate, records, bytes, percentage and remaining time', () => {
  assert.equal(
    progressText(state, 10_000),
    'importing  41 %  1,234,567 records  410.0 MB of 1.0 GB  123,457/s  00:14 left  a.csv',
  );
});

test('prints no percentage and remaining time if the total is unknown', () => {
  assert.equal(
    progressText({ task: 'importing', records: 5, bytes: 900 }, 1000),
    'importing  5 records  900 B  5/s',
  );
});

test('redraws its line on a terminal, at most ten times a second, within its width', () => {
  const { line, written, clock } = progressLine(30);
  line.update(state);
  line.update(state);
  clock.advance(100);
  line.update(state);
  assert.equal(written.length, 2);
  assert.equal(written[0], '\rimporting  41 %  1,234,567 r…\x1b[K');
  line.clear();
  assert.equal(written.at(-1), '\r\x1b[K');
});

test('writes one line per ten seconds without a terminal on standard error', () => {
  const { line, written, clock } = progressLine(undefined);
  for (let second = 0; second < 25; second++) {
    clock.advance(1000);
    line.update(state);
  }
  line.clear();
  assert.equal(written.length, 2);
  assert.match(written[0] ?? '', /^importing .*a\.csv\n$/);
});

test('prints the name of a hostile file as text', () => {
  const { line, written, clock } = progressLine(undefined);
  clock.advance(10_000);
  line.update({ ...state, on: '\x1b[2J\n' });
  assert.match(written[0] ?? '', /␛\[2J␊\n$/);
});

test('formats numbers, sizes and durations for people', () => {
  assert.equal(numberText(1234567), '1,234,567');
  assert.equal(numberText(999), '999');
  assert.equal(bytesText(999), '999 B');
  assert.equal(bytesText(999_960), '1.0 MB');
  assert.equal(bytesText(2.5e12), '2.5 TB');
  assert.equal(durationText(59_600), '01:00');
  assert.equal(durationText(3_661_000), '1:01:01');
});

function progressLine(columns: number | undefined): {
  line: ProgressLine;
  written: string[];
  clock: ManualClock;
} {
  const written: string[] = [];
  const clock = new ManualClock(0);
  const sink = { write: (text: string) => written.push(text) };
  return { line: new ProgressLine({ sink, clock, columns }), written, clock };
}

test('prints what it counts, without a rate, if it does not count records', () => {
  const state = { task: 'simulating', unit: 'hour', records: 126, recordsTotal: 504 };
  assert.equal(progressText(state, 60_000), 'simulating  25 %  126 hours  03:00 left');
});
