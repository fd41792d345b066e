import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../tools/property.ts';
import { SIGNALS_TOGETHER_MAX } from './limits.ts';
import type { SignalRow, SignalSpan } from './signals.ts';
import { State } from './state.ts';

const STREAM = 'rule';
const GROUPS = ['["a"]', '["b \\"x\\""]', '["c"]'];

function inState<T>(rows: readonly SignalRow[], work: (state: State) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'signals-'));
  const state = State.openForWriting(dir);
  try {
    state.transaction(() => state.signals.add({ rows, counts: [] }, 1));
    return work(state);
  } finally {
    state.close();
    rmSync(dir, { recursive: true });
  }
}

function signal(group: string, timeMs: number, index: number, stream = STREAM): SignalRow {
  return { stream, group, timeMs, index, part: 0, tenant: 't', values: '[]', about: '{}' };
}

test('each span gets the signals of its group and time in order, or none of too few', () => {
  const group = fc.constantFrom(...GROUPS);
  const timeMs = fc.integer({ min: -5, max: 20 });
  const row = fc.tuple(group, timeMs, fc.constantFrom(STREAM, 'other'));
  const span = fc.record({ group, fromMs: timeMs, toMs: timeMs });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.array(span, { maxLength: 12 }),
      fc.integer({ min: 0, max: 4 }),
      (made, spans, atLeast) => {
        const rows = made.map(([own, time, stream], i) => signal(own, time, i, stream));
        const found = inState(rows, ({ signals }) => [...signals.ofSpans(STREAM, spans, atLeast)]);
        assert.deepEqual(
          found,
          spans.map((each) => wantedOf(rows, each, atLeast)),
        );
      },
    ),
    runs(20),
  );
});

test('groups that are read apart come in their order as well', () => {
  const many = Math.floor(SIGNALS_TOGETHER_MAX * 0.6);
  const rows = ['["a"]', '["b"]', '["c"]'].flatMap((group) =>
    Array.from({ length: many }, (_, i) => signal(group, i, i)),
  );
  const spans = ['["c"]', '["none"]', '["a"]', '["b"]'].map((group) => {
    return { group, fromMs: 0, toMs: many };
  });
  const found = inState(rows, ({ signals }) => [...signals.ofSpans(STREAM, spans, 1)]);
  assert.deepEqual(
    found.map((own) => [own.length, own[0]?.group]),
    [
      [many, '["c"]'],
      [0, undefined],
      [many, '["a"]'],
      [many, '["b"]'],
    ],
  );
});

function wantedOf(
  rows: readonly SignalRow[],
  { group, fromMs, toMs }: SignalSpan,
  atLeast: number,
): SignalRow[] {
  const own = rows
    .filter((row) => row.stream === STREAM && row.group === group)
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)
    .sort((a, b) => a.timeMs - b.timeMs || a.index - b.index);
  return own.length < atLeast ? [] : own;
}
