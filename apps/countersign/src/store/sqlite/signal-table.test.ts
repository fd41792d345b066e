import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { SIGNALS_TOGETHER_MAX, TOUCHED_TOGETHER_MAX } from '../limits.ts';
import type { FindingRow } from '../rows/entry-rows.ts';
import type { FindingDraft } from '../rows/finding.ts';
import type { SignalMinimum, SignalRow, SignalSpan } from '../rows/signal-row.ts';
import { signalBatch } from '../testing/rows.ts';
import { StateDatabase } from './state-database.ts';

const DAY_MS = 86_400_000;
const STREAM = 'rule';
const GROUPS = ['["a"]', '["b \\"x\\""]', '["c"]'];

function inState<T>(rows: readonly SignalRow[], work: (state: StateDatabase) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'signals-'));
  const state = StateDatabase.openForWriting(dir);
  try {
    state.transaction(() => state.signals.add(signalBatch(rows), 1));
    return work(state);
  } finally {
    state.close();
    rmSync(dir, { recursive: true });
  }
}

function signal(group: string, timeMs: number, index: number, stream = STREAM): SignalRow {
  return { stream, group, timeMs, index, part: 0, tenant: 't', values: '[]', about: '{}' };
}

test('returns the signals of each span in order, or none below the minimum', () => {
  const group = fc.constantFrom(...GROUPS);
  const timeMs = fc.integer({ min: -5, max: 20 });
  const row = fc.tuple(group, timeMs, fc.constantFrom(STREAM, 'other'));
  const span = fc.record({ group, fromMs: timeMs, toMs: timeMs });
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.array(span, { maxLength: 12 }),
      fc.record({ rows: fc.integer({ min: 0, max: 4 }), parts: fc.integer({ min: 0, max: 2 }) }),
      (made, spans, least) => {
        const rows = made.map(([own, time, stream], i) => {
          return { ...signal(own, time, i, stream), part: i % 2 };
        });
        const found = inState(rows, ({ signals }) => [...signals.ofSpans(STREAM, spans, least)]);
        assert.deepEqual(
          found,
          spans.map((each) => wantedOf(rows, each, least)),
        );
      },
    ),
    runs(20),
  );
});

test('returns groups from separate reads in order too', () => {
  const many = Math.floor(SIGNALS_TOGETHER_MAX * 0.6);
  const rows = ['["a"]', '["b"]', '["c"]'].flatMap((group) =>
    Array.from({ length: many }, (_, i) => signal(group, i, i)),
  );
  const spans = ['["c"]', '["none"]', '["a"]', '["b"]'].map((group) => {
    return { group, fromMs: 0, toMs: many };
  });
  const found = inState(rows, ({ signals }) => [
    ...signals.ofSpans(STREAM, spans, { rows: 1, parts: 1 }),
  ]);
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

test('returns every touched group once, across several reads', () => {
  const many = TOUCHED_TOGETHER_MAX + 3;
  const rows = Array.from({ length: many }, (_, i) => {
    return signal(`["${Math.floor(i / 3)}"]`, DAY_MS * (i % 3), i, i % 2 === 0 ? STREAM : 'other');
  });
  const found = inState(rows, (state) => {
    state.transaction(() => state.signals.add(signalBatch(rows.slice(0, 2)), 7));
    assert.equal([...state.signals.touchedSince(1)].length, 2, 'since the first');
    return [...state.signals.touchedSince(0)];
  });
  const names = found.map(({ stream, group, day }) => `${stream}\t${group}\t${day}`);
  const wanted = rows.map(({ stream, group, timeMs }) => `${stream}\t${group}\t${timeMs / DAY_MS}`);
  assert.deepEqual(names.toSorted(), wanted.toSorted());
  assert.deepEqual(
    found.map(({ stream, group }) => `${stream}\t${group}`),
    found.map(({ stream, group }) => `${stream}\t${group}`).toSorted(),
    'those of one group stand together',
  );
});

test('finds findings by rule, group and window, in any version', () => {
  const of = (index: number, rule: string, group: string, windowMs: number): FindingRow => ({
    ...{ index, uid: `${rule} ${group} ${windowMs}`, detector: 'j', because: null },
    ...{ state: 'open', revision: 0 },
    draft: { ...DRAFT, rule, group, windowMs },
  });
  const facts = [
    of(1, 'r', '["a"]', 0),
    { ...of(2, 'r', '["a"]', 0), revision: 1 },
    of(3, 'r', '["a\\"]', DAY_MS),
    of(4, 'r', '["b"]', 0),
    of(5, 'other', '["a"]', 0),
  ];
  const found = inState([], (state) => {
    state.transaction(() => {
      for (const fact of facts) state.findings.add(fact);
    });
    return state.findings.ofGroups('r', [
      { group: '["a"]', windowMs: 0 },
      { group: '["a\\"]', windowMs: DAY_MS },
      { group: '["b"]', windowMs: DAY_MS },
    ]);
  });
  const indices = found.map(({ index, revisions }) => [index, ...revisions]);
  assert.deepEqual(
    indices.toSorted(([a = 0], [b = 0]) => a - b),
    [
      [2, 1, 2],
      [3, 3],
    ],
  );
});

const DRAFT: FindingDraft = {
  ...{ rule: 'r', version: 1, tenant: tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21') },
  ...{ group: '', windowMs: 0, title: '', message: '', next: '', severity: 3, techniques: [] },
  ...{ entries: [], firstMs: 0, lastMs: 0, principals: [], sessions: [], apps: [], addresses: [] },
  confidence: null,
};

function wantedOf(
  rows: readonly SignalRow[],
  { group, fromMs, toMs }: SignalSpan,
  least: SignalMinimum,
): SignalRow[] {
  const own = rows
    .filter((row) => row.stream === STREAM && row.group === group)
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)
    .sort((a, b) => a.timeMs - b.timeMs || a.index - b.index);
  const parts = new Set(own.map(({ part }) => part)).size;
  return own.length < least.rows || parts < least.parts ? [] : own;
}

test('an erasure lowers the count of a day, but never ends its throttling', () => {
  inState([], ({ signals }) => {
    const count = (): number | undefined => signals.counts()[0]?.count;
    const add = (index: number, own: number, max: number): void => {
      const counts = [{ stream: STREAM, day: 0, count: own, max }];
      signals.add({ ...signalBatch([signal('["a"]', 1, index)]), counts }, index);
    };
    add(1, 1, 2);
    add(2, 1, 2);
    signals.forget(1);
    assert.equal(count(), 1);
    add(3, 3, 2);
    signals.forget(2);
    assert.equal(count(), 4, 'two of the four were never evaluated');
  });
});
