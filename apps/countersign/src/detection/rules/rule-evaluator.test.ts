import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemo, read } from '@countersign/ocsf';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { SignalRow } from '../../store/rows/signal-row.ts';
import { endOfItself } from '../findings/limitation-finding.ts';
import { signalsInMemory } from './memory-signals.ts';
import { ruleContent } from './rule-content.ts';
import { RuleEvaluator } from './rule-evaluator.ts';
import { isThrottledOf } from './throttled-rule.ts';

const DAY_MS = 86_400_000;
const DAY = Date.UTC(2026, 2, 9) / DAY_MS;
const ID = '00000000-0000-4000-8000-00000000000b';

const CHAIN = `
title: One thing, and then another
id: ${ID}
level: high
correlation:
  type: temporal_ordered
  rules: [first, second]
  group-by: [actor_name]
  timespan: 1h
---
title: One thing
name: first
id: 00000000-0000-4000-8000-00000000000c
logsource: { product: countersign, service: records }
detection: { selection: { operation: one }, condition: selection }
---
title: Another
name: second
id: 00000000-0000-4000-8000-00000000000d
logsource: { product: countersign, service: records }
detection: { selection: { operation: another }, condition: selection }
`;

const GROUP = '["ada"]';

/** The first part `times` times, a second apart, followed by the other. */
function chain(times: number): SignalRow[] {
  return Array.from({ length: times + 1 }, (_, index) => ({
    ...{ stream: ID, group: GROUP, index, part: index === times ? 1 : 0, tenant: 't' },
    ...{ timeMs: DAY * DAY_MS + index * 1_000, values: '["ada"]', about: '{}' },
  }));
}

function evaluatedTitles(rows: readonly SignalRow[], samplesMax: number): readonly string[] {
  const content = ruleContent({ rules: [{ path: 'chain.yml', text: CHAIN }], pipelines: [] });
  const detector = new RuleEvaluator(content, { samplesMax });
  const day = { stream: ID, group: GROUP, day: DAY };
  return detector.evaluateDays([day], signalsInMemory(rows)).map((draft) => {
    if (!isThrottledOf(draft, ID)) return draft.rule;
    assert.equal(endOfItself(draft), (DAY + 1) * DAY_MS);
    return draft.title;
  });
}

test('a rule that did not compare all values of a record reports it, with what it feeds', () => {
  const rules = [{ path: 'chain.yml', text: CHAIN.replace('operation: one', 'Members: one') }];
  const content = ruleContent({ rules, pipelines: [] });
  const signaler = new SignalExtractor(content.plan);
  const rowsOf = (members: number): SignalRow[] => {
    const Members = Array.from({ length: members }, (_, at) => String(at));
    const at = '2026-03-09T10:00:00Z';
    const value = { CreationTime: at, Operation: 'x', UserId: 'ada', Members: [...Members, 'one'] };
    const record = { source: 'm365.export/unified-audit-log', tenant: 't', id: 'a', at, value };
    return signaler.of(read(record, createMemo())).map((signal) => {
      const { stream, group, part, values, about } = signal;
      return { stream, group, part, values, about, timeMs: Date.parse(at), index: 7, tenant: 't' };
    });
  };
  const said = (rows: readonly SignalRow[]) => {
    const touched = rows.map(({ stream, group }) => ({ stream, group, day: DAY }));
    const evaluator = new RuleEvaluator(content);
    return [...evaluator.affected(touched)].flatMap((day) =>
      evaluator.evaluateDays([day], signalsInMemory(rows)),
    );
  };
  assert.deepEqual(said(rowsOf(999)), []);
  const [draft, ...more] = said(rowsOf(1_000));
  assert.ok(draft !== undefined && isThrottledOf(draft, ID));
  assert.deepEqual([more, draft.entries], [[], [7]]);
  assert.deepEqual([draft.windowMs, endOfItself(draft)], [DAY * DAY_MS, (DAY + 1) * DAY_MS]);
  assert.match(draft.title, /compared only 1000 values of a field in 1 record on 2026/);
});

test('a correlation reports a group with more samples than it examined', () => {
  assert.deepEqual(evaluatedTitles(chain(4), 5), [ID]);
  // The completing event comes after a flood of the first part.
  const title =
    'The rule "One thing, and then another" read only the first 5 records of a group on 2026-03-09';
  assert.deepEqual(evaluatedTitles(chain(5), 5), [title]);
});

test('steps within one second count as ordered if a log states whole seconds', () => {
  /** The first part and the other, in milliseconds of the day. */
  const steps = (first: number, second: number): SignalRow[] =>
    [first, second].map((ms, part) => ({
      ...{ stream: ID, group: GROUP, index: part, part, tenant: 't' },
      ...{ timeMs: DAY * DAY_MS + ms, values: '["ada"]', about: '{}' },
    }));
  assert.deepEqual(evaluatedTitles(steps(5_400, 5_000), 9), [ID]);
  assert.deepEqual(evaluatedTitles(steps(5_000, 5_400), 9), [ID]);
  assert.deepEqual(evaluatedTitles(steps(5_000, 4_900), 9), []);
  assert.deepEqual(evaluatedTitles(steps(5_400, 5_300), 9), []);
  assert.deepEqual(evaluatedTitles(steps(6_000, 5_000), 9), []);
});
