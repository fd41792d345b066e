import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type TenantId, tenantId } from '@countersign/core';
import { FAILED_MAPPING, shortfallStream } from '../../projection/signals/signal-plan.ts';
import type { CoverageRow, FindingRow } from '../../store/rows/entry-rows.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { Store } from '../../store/store.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { CUT_OFF } from '../detectors/windows/window-detector.ts';
import { failedDraft } from '../findings/failure.ts';
import { RESOLVED } from '../findings/finding-status.ts';
import { THROTTLED } from '../rules/throttled-rule.ts';
import type { DetectorProfile } from '../runner/detector-profile.ts';
import { type DetectorHealth, detectorHealth } from './detector-health.ts';

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2026, 2, 9);
const TO_MS = FROM_MS + DAY_MS;
const TENANT: TenantId = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const WATCHERS: readonly DetectorProfile[] = [
  { id: 'rule-a', title: 'A rule', detector: 'sigma', logs: ['signInLog'] },
  { id: 'rule-ab', title: 'Another', detector: 'sigma', logs: ['signInLog'] },
  { id: 'stream/x', title: 'Guesses', detector: 'stream/x', logs: ['signInLog'] },
  { id: 'stream/y', title: 'Hits', detector: 'stream/x', logs: ['signInLog'], unit: 'stream/x' },
];

const COLLECTED: CoverageRow = {
  ...{ index: 0, tenant: TENANT, source: 'graph/signIns', workload: null, subject: null },
  ...{ fromMs: FROM_MS - 30 * DAY_MS, toMs: TO_MS + DAY_MS, state: 'corroborated', bound: null },
  because: '',
};

function said(rule: string, group: string, windowMs: number, endMs = windowMs + 1): FindingRow {
  const draft: FindingDraft = {
    ...{ rule, version: 1, tenant: TENANT, group, windowMs, title: `too much: ${group}` },
    ...{ message: '', next: '', severity: 2, techniques: [], entries: [], firstMs: windowMs },
    ...{ lastMs: endMs - 1, principals: [], sessions: [], apps: [], addresses: [] },
    confidence: null,
  };
  return { index: 1, uid: 'f', detector: 'j', state: 'open', because: null, revision: 0, draft };
}

async function statesWith(
  finding: FindingRow | undefined,
  { isResolved = false, isNow = false } = {},
): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-sights-'));
  try {
    const store = await Store.open(dir);
    const mark = { index: 2, uid: 'f', status: RESOLVED, reason: 'looked', untilMs: null };
    store.post({
      facts: {
        coverage: [COLLECTED],
        findings: finding === undefined ? [] : [finding],
        findingMarks: isResolved ? [{ ...mark, by: 'ada', atMs: TO_MS }] : [],
      },
    });
    store.commit(3);
    store.close();
    const reader = await StoreReader.open(dir);
    const period = { kind: 'period', fromMs: FROM_MS, toMs: TO_MS } as const;
    const scope = isNow ? ({ kind: 'now', nowMs: TO_MS } as const) : period;
    const healths = detectorHealth(reader, WATCHERS, { scope, nowMs: TO_MS });
    reader.close();
    return healths.map(shown);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function shown({ health: { state, because } }: DetectorHealth): string {
  return because === null ? state : `${state}: ${because}`;
}

const LIVE = ['live', 'live', 'live', 'live'];

test('with all required logs collected, every detector is live', async () => {
  assert.deepEqual(await statesWith(undefined), LIVE);
});

test('a rule that threw on a record is failed; if a mapping threw, every rule is', async () => {
  const failed = (unit: string): FindingRow => {
    const failure = { detector: 'sigma', unit, entry: 0, title: unit, because: 'x', from: 0 };
    const draft = failedDraft({ ...failure, seenMs: FROM_MS, atMs: FROM_MS });
    return { ...said('', '', FROM_MS), draft };
  };
  const states = async (unit: string): Promise<string[]> =>
    (await statesWith(failed(unit))).map((text) => text.split(':')[0] ?? '');
  const [rule, mapping] = [shortfallStream('failed', 'rule-a'), FAILED_MAPPING];
  assert.deepEqual(await states(rule), ['failed', 'live', 'live', 'live']);
  assert.deepEqual(await states(mapping), ['failed', 'failed', 'live', 'live']);
});

test('a throttled rule did not examine the whole day', async () => {
  const partial = 'partial: it did not examine everything: too much: rule-a 1';
  const asked = said(THROTTLED, 'rule-a 1', FROM_MS);
  assert.deepEqual(await statesWith(asked), [partial, 'live', 'live', 'live']);
  for (const windowMs of [FROM_MS - DAY_MS, TO_MS]) {
    assert.deepEqual(await statesWith(said(THROTTLED, 'rule-a 1', windowMs)), LIVE, 'another day');
  }
  assert.deepEqual(await statesWith(asked, { isNow: true }), LIVE, 'of now it looks');
});

test('a detector that stopped did not examine the period up to the stated end', async () => {
  const partial = 'partial: it did not examine everything: too much: stream/x';
  for (const endMs of [FROM_MS + 1, TO_MS, TO_MS + DAY_MS]) {
    const found = await statesWith(said(CUT_OFF, 'stream/x', FROM_MS - 20 * DAY_MS, endMs));
    assert.deepEqual(found, ['live', 'live', partial, partial]);
  }
  const before = said(CUT_OFF, 'stream/x', FROM_MS - 20 * DAY_MS, FROM_MS);
  assert.deepEqual(await statesWith(before), LIVE, 'it looked at what comes behind');
});

test('without a stated end, it counts as never having examined anything after', async () => {
  const partial = 'partial: it did not examine everything: too much: stream/x';
  for (const windowMs of [FROM_MS - 20 * DAY_MS, FROM_MS]) {
    const found = await statesWith(said(CUT_OFF, 'stream/x', windowMs));
    assert.deepEqual(found, ['live', 'live', partial, partial]);
  }
  assert.deepEqual(await statesWith(said(CUT_OFF, 'stream/x', TO_MS)), LIVE, 'later');
});

test('resolved and withdrawn shortfalls count as examined', async () => {
  const asked = said(THROTTLED, 'rule-a 1', FROM_MS);
  assert.deepEqual(await statesWith(asked, { isResolved: true }), LIVE);
  assert.deepEqual(await statesWith({ ...asked, state: 'withdrawn' }), LIVE);
});
