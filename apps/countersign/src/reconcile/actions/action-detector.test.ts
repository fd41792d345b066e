import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interval, type TenantId } from '@countersign/core';
import { CUT_OFF } from '../../detection/detectors/windows/window-detector.ts';
import { endOfItself } from '../../detection/findings/limitation-finding.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { LIST_MAX } from '../limits.ts';
import { reconcileDetector, resultOf } from './action-detector.ts';
import { NO_AUTHORIZATIONS } from './authorization-status.ts';

const DAY_MS = 86_400_000;
const DAY = Date.UTC(2026, 2, 9);
/** The two days before have no findings. */
const DAYS = interval(DAY - 2 * DAY_MS, DAY + DAY_MS);

const FOUND: FindingDraft = {
  ...{ rule: 'reconcile/no-sign-in', version: 1, tenant: 't' as TenantId, group: 'ada' },
  ...{ windowMs: DAY, title: 'mail read', message: '', next: '', severity: 4, techniques: [] },
  ...{ entries: [7], firstMs: DAY, lastMs: DAY, principals: [], sessions: [], apps: [] },
  ...{ addresses: [], confidence: null },
};

test('the findings of a completely examined day are final', () => {
  const said = resultOf({ dayMs: DAY, drafts: [FOUND], isCut: false }, DAYS);
  assert.deepEqual(said, { drafts: [FOUND], covers: [DAYS] });
});

test('reports a day with more actions than the limit, and only that day', () => {
  const findingsOfDay = { dayMs: DAY, drafts: [FOUND], isCut: true };
  const { drafts, covers, cutShort = [] } = resultOf(findingsOfDay, DAYS);
  const [found, cut, ...more] = drafts;
  assert.ok(cut !== undefined);
  assert.deepEqual([found, more, covers], [FOUND, [], [DAYS]]);
  assert.deepEqual([cut.rule, cut.windowMs, endOfItself(cut)], [CUT_OFF, DAY, DAY + DAY_MS]);
  assert.match(cut.title, new RegExp(`the first ${LIST_MAX} candidate events on 2026-03-09$`));
  // Findings of an earlier run about that day stay, even if they are not among the first.
  assert.deepEqual(
    cutShort.map(({ from, to, rules }) => [from, to, rules.includes(FOUND.rule)]),
    [[DAY, DAY + DAY_MS, true]],
  );
});

test('the health of reconciliation shows that the day was not examined', () => {
  const { drafts } = resultOf({ dayMs: DAY, drafts: [], isCut: true }, DAYS);
  const [profile] = reconcileDetector(async () => NO_AUTHORIZATIONS).profiles;
  assert.deepEqual(
    drafts.map(({ group }) => group),
    [profile?.unit ?? profile?.id],
  );
});
