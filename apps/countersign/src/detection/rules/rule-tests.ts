import { normalizeInstant, TENANT_NOT_STATED } from '@countersign/core';
import { createMemo, type Memo, read } from '@countersign/ocsf';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { SignalRow } from '../../store/rows/signal-row.ts';
import { byGroup } from './group-days.ts';
import { signalsInMemory } from './memory-signals.ts';
import type { RuleContent } from './rule-content.ts';
import { RuleEvaluator } from './rule-evaluator.ts';
import type { RuleTest } from './rule-extension.ts';

export type TestOutcome = {
  readonly rule: string;
  readonly title: string;
  readonly test: string;
  readonly passed: 'yes' | 'no';
  /** The expected result that is missing, or the unexpected one. */
  readonly because: string | null;
};

/** Runs the tests in rules: each rule on its own events, through the normal path of a record. */
export function runRuleTests(content: RuleContent): TestOutcome[] {
  const signaler = new SignalExtractor(content.plan);
  const memo = createMemo();
  return [...content.sayings].flatMap(([rule, { document, custom }]) =>
    custom.tests.map((each): TestOutcome => {
      const found = finds({ content, signaler, memo }, rule, each) ? 'yes' : 'no';
      const passed = found === each.finds ? 'yes' : 'no';
      const said = found === 'yes' ? 'it finds something' : 'it finds nothing';
      const because = passed === 'yes' ? null : `${said} in these events`;
      return { rule, title: document.title, test: each.name, passed, because };
    }),
  );
}

type Bench = {
  readonly content: RuleContent;
  readonly signaler: SignalExtractor;
  readonly memo: Memo;
};

function finds({ content, signaler, memo }: Bench, rule: string, test: RuleTest): boolean {
  const rows: SignalRow[] = [];
  const events = Array.from({ length: test.repeat }, () => test.events).flat();
  for (const [index, event] of events.entries()) {
    const { source, value } = sourced(event, test.source);
    const record = { source, tenant: TENANT_NOT_STATED, id: String(index) };
    const reading = read({ ...record, at: timeOf(value), value }, memo);
    for (const { stream, group, part, values, about } of signaler.of(reading)) {
      const { timeMs } = reading.event;
      const tenant = TENANT_NOT_STATED;
      rows.push({ stream, group, timeMs, index, part, tenant, values, about });
    }
  }
  const source = signalsInMemory(rows);
  const detector = new RuleEvaluator(content);
  const touched = rows.map(({ stream, group, timeMs }) => {
    return { stream, group, day: Math.floor(timeMs / DAY_MS) };
  });
  for (const day of detector.affected(touched.sort(byGroup))) {
    if (day.stream === rule && detector.evaluateDays([day], source).length > 0) return true;
  }
  return false;
}

/** In a test with several sources, each event is wrapped as `{ source, record }`. */
function sourced(
  event: unknown,
  otherwise: string,
): { readonly source: string; readonly value: unknown } {
  const { source, record, ...rest } = (event ?? {}) as Json;
  const isSourced = typeof source === 'string' && record !== undefined;
  if (!isSourced || Object.keys(rest).length > 0) return { source: otherwise, value: event };
  return { source, value: record };
}

const TIMES = ['CreationTime', 'createdDateTime', 'activityDateTime', 'time', 'TimeGenerated'];

/** A default day for tests without a time. */
function timeOf(value: unknown): string {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Json;
  for (const name of [...TIMES, 'Timestamp']) {
    const written = members[name];
    const instant = typeof written === 'string' ? normalizeInstant(written) : undefined;
    if (instant !== undefined) return instant;
  }
  return '2026-03-02T09:00:00Z';
}

type Json = { readonly [name: string]: unknown };
