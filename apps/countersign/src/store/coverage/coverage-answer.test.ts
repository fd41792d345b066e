import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoverageRow } from '../rows/entry-rows.ts';
import { row } from '../testing/rows.ts';
import { collectedPeriod, coverageWithin } from './coverage-answer.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 2, 2);
const NOW_MS = START_MS + 48 * HOUR_MS;

type IntervalOptions = {
  readonly toHour: number;
  readonly comingToHour?: number;
  readonly fromHour?: number;
};

/** A source that was collected up to one hour and is awaited up to another. */
function intervalOf(
  source: string,
  { fromHour = 0, toHour, comingToHour }: IntervalOptions,
): CoverageRow[] {
  const of = (from: number, to: number, parts: Pick<CoverageRow, 'state' | 'because'>) => ({
    ...{ index: 1, tenant: row(0).tenant, source, workload: null, subject: null, bound: null },
    ...{ fromMs: START_MS + from * HOUR_MS, toMs: START_MS + to * HOUR_MS, ...parts },
  });
  const good = of(fromHour, toHour, { state: 'collected', because: 'it was asked for' });
  if (comingToHour === undefined) return [good];
  const because = 'records may still come: 99 % of them came within 1 h';
  return [good, of(toHour, comingToHour, { state: 'late', because })];
}

function hoursOf(...facts: readonly CoverageRow[][]): number[] | undefined {
  const period = collectedPeriod(facts.flat(), NOW_MS);
  return period && [period.fromMs, period.toMs].map((ms) => (ms - START_MS) / HOUR_MS);
}

const RUNNING: IntervalOptions = { toHour: 46, comingToHour: 48 };

test('the collected period ends at the earliest end of the running sources', () => {
  const hours = hoursOf(
    intervalOf('a', RUNNING),
    intervalOf('b', { ...RUNNING, fromHour: 3, toHour: 45 }),
  );
  assert.deepEqual(hours, [3, 45]);
});

test('a hole of one tenant is not filled by another tenant of the same name', () => {
  const named = (tenant: string, toHour: number): CoverageRow[] =>
    intervalOf('a', { toHour }).map((fact) => ({ ...fact, tenant, tenantName: 'Contoso' }));
  const facts = [...named('one', 10), ...named('two', 24)];
  const period = { fromMs: START_MS, toMs: START_MS + 24 * HOUR_MS };
  const head = { asOf: { origin: 'log', size: 2, at: null }, origin: 'log', size: 2, root: '' };
  const { answer } = coverageWithin(facts, period, head);
  assert.equal(answer.kind, 'unknown');
});

test('a source that fell silent does not end the period, and leaves a hole in it', () => {
  for (const silent of [{ toHour: 20 }, { toHour: 20, comingToHour: 21 }]) {
    assert.deepEqual(hoursOf(intervalOf('a', RUNNING), intervalOf('b', silent)), [0, 46]);
  }
});

test('if all sources fell silent, the period ends now', () => {
  assert.deepEqual(
    hoursOf(intervalOf('a', { toHour: 20 }), intervalOf('b', { toHour: 30 })),
    [0, 48],
  );
});

test('without collected data there is no collected period', () => {
  assert.equal(hoursOf(intervalOf('graph/auditLogQuery', { toHour: 48 })), undefined);
  assert.equal(hoursOf(), undefined);
});
