import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import { createMemo, read } from '@countersign/ocsf';
import { IS_LONG, SEED } from '../../../../../tools/property.ts';
import { HOSTILE_VALUES, pathsOf, withValue } from '../../../../../tools/testing/hostile-values.ts';
import { draftText, parseFinding } from '../../projection/entries/finding-body.ts';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import { SignalExtractor } from '../../projection/signals/signal-extractor.ts';
import type { SignalRow } from '../../store/rows/signal-row.ts';
import { findingUid } from '../findings/finding-identity.ts';
import { mergeDrafts } from '../findings/merge.ts';
import { byGroup } from './group-days.ts';
import { signalsInMemory } from './memory-signals.ts';
import { ruleContent } from './rule-content.ts';
import { RuleEvaluator } from './rule-evaluator.ts';

const folder = join(import.meta.dirname, '../../../../../content/sigma');

function filesOf(name: string): { path: string; text: string }[] {
  return readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml') || path.endsWith('.yaml'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, name, path), 'utf8') }));
}

const content = ruleContent({ rules: filesOf('rules'), pipelines: filesOf('pipelines') });
const AT = '2026-03-02T09:00:00Z';
/** The short form tests one in this many hostile values per place. */
const SHARE = IS_LONG ? 1 : 12;

/** Each event of each rule test, with a hostile value in each place in turn. */
function* hostileEvents(): Generator<{ source: string; value: unknown }> {
  let n = SEED;
  for (const { custom } of content.sayings.values()) {
    for (const { source, events } of custom.tests) {
      for (const event of events) {
        const { source: own, record } = event as { source?: string; record?: unknown };
        const of = typeof own === 'string' && record !== undefined ? own : source;
        const value = of === own && record !== undefined ? record : event;
        yield { source: of, value };
        for (const path of pathsOf(value, () => false)) {
          for (const hostile of HOSTILE_VALUES) {
            if (n++ % SHARE === 0) yield { source: of, value: withValue(value, path, hostile) };
          }
        }
      }
    }
  }
}

test('no rule throws on a hostile value in any place, and every finding has an id', () => {
  const signaler = new SignalExtractor(content.plan);
  const memo = createMemo();
  const rows: SignalRow[] = [];
  let index = 0;
  for (const { source, value } of hostileEvents()) {
    const record = { source, tenant: TENANT_NOT_STATED, id: String(index) };
    const reading = read({ ...record, at: AT, value }, memo);
    for (const { stream, group, part, values, about } of signaler.of(reading)) {
      const { timeMs } = reading.event;
      const tenant = TENANT_NOT_STATED;
      rows.push({ stream, group, timeMs, index, part, tenant, values, about });
    }
    index += 1;
  }
  assert.ok(index > 5000, `${index} records`);
  const streams = new Set(rows.map(({ stream }) => stream));
  const source = signalsInMemory(rows);
  const detector = new RuleEvaluator(content);
  const touched = rows.map(({ stream, group, timeMs }) => {
    return { stream, group, day: Math.floor(timeMs / DAY_MS) };
  });
  const found = [...detector.affected(touched.sort(byGroup))].flatMap((day) => {
    return detector.evaluateDays([day], source);
  });
  const silent = [...content.sayings].filter(([key, { alerts, document }]) => {
    return alerts && 'logsource' in document && !streams.has(key);
  });
  assert.deepEqual(
    silent.map(([key]) => key),
    [],
    'each rule meets records that fit it',
  );
  for (const same of Map.groupBy(found, findingUid).values()) {
    const merged = mergeDrafts(same as [(typeof same)[0]]);
    const reversed = mergeDrafts([...same].reverse() as [(typeof same)[0]]);
    assert.equal(draftText(merged), draftText(reversed), 'whatever their order');
    const body = { what: 'finding', uid: 'u', detector: 'j', state: 'open', revision: 0 };
    assert.ok(parseFinding({ ...body, draft: merged }) !== undefined, 'it can be read back');
    const entries = new Set(same.flatMap((draft) => draft.entries));
    assert.deepEqual(new Set(merged.entries), entries, 'all evidence is kept');
  }
});
