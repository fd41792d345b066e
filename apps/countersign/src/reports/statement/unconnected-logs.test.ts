import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { type RowParts, row, START_MS } from '../../store/testing/rows.ts';
import { notConnected } from './unconnected-logs.ts';

const PERSON: RowParts = { actorName: 'alice@contoso.example', actorType: 1 };
const SERVICE: RowParts = { actorName: 'Backup', actorType: 4 };

function collected(source: string, state: CoverageRow['state'] = 'collected'): CoverageRow {
  return {
    ...{ index: 1, tenant: row(0).tenant, source, workload: null, subject: null },
    ...{ fromMs: START_MS, toMs: START_MS + 1, state, bound: null, because: 'so it was' },
  };
}

function missing(facts: readonly CoverageRow[], of: RowParts): string[] {
  const texts = notConnected(facts, [row(0, of)]).map(({ text }) => text);
  return texts.map((text) => /no connected source reports (.*)$/.exec(text)?.[1] ?? text);
}

test('without non-interactive sign-ins, a statement is incomplete', () => {
  const audit = ['AzureActiveDirectory', 'Exchange', 'General', 'SharePoint'].map((type) =>
    collected(`m365.activity/Audit.${type}`),
  );
  // The audit log reports the interactive sign-ins of people.
  assert.deepEqual(missing(audit, PERSON), ['sign-ins without interaction']);
  assert.deepEqual(missing(audit, SERVICE), ["applications' sign-ins"]);
  const silent = collected('azure-monitor/NonInteractiveUserSignInLogs', 'lost');
  assert.deepEqual(missing([...audit, silent], PERSON), ['sign-ins without interaction']);
  const whole = [...audit, collected('azure-monitor/NonInteractiveUserSignInLogs')];
  assert.deepEqual(missing(whole, PERSON), []);
  assert.deepEqual(missing([...audit, collected('graph/signIns')], SERVICE), []);
});

test('with sign-ins only, the actions are unknown', () => {
  const texts = missing([collected('graph/signIns')], PERSON);
  assert.deepEqual(texts, ['the activity of people and applications']);
});

test('without any source, the coverage itself says so', () => {
  assert.deepEqual(missing([collected('graph/signIns', 'unknown')], PERSON), []);
});
