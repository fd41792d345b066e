import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import { REPORTED_MS, REPORTED_TENANT } from '../testing/reported-sign-ins.ts';
import { checkDrafts } from './check-findings.ts';

const MONTH_MS = Date.UTC(2026, 0);
const DEVICE = 'check/device-seen-unhealthy';
const FACTOR = 'check/second-factor';
const WAVE = 'check/open-wave';

/** A sign-in of person n by phone, which this policy denies. */
function phone(n: number, changes: Partial<CheckRow> = {}, ...rules: readonly string[]): CheckRow {
  const broken = rules.length === 0 ? [DEVICE] : rules;
  return {
    ...{ tenant: REPORTED_TENANT, action: `a${n}`, entries: [n], timeMs: REPORTED_MS + n },
    ...{ flow: 'nonInteractiveUser', state: 'checked', cause: null, principal: `p${n}` },
    ...{ address: '192.0.2.7', session: `s${n}`, app: 'Phone', decision: null, strength: null },
    disagreements: broken.map((rule) => ({ rule, text: `${rule} says no.` })),
    ...changes,
  };
}

function phones(count: number, ...rules: readonly string[]): CheckRow[] {
  return Array.from({ length: count }, (_, n) => phone(n, {}, ...rules));
}

/** `people`: number of people who signed in within the month. */
function draftsOf(rows: readonly CheckRow[], people: number): readonly FindingDraft[] {
  const counts = { tenant: REPORTED_TENANT, monthMs: MONTH_MS, kind: 'person' } as const;
  return checkDrafts(() => rows, [{ ...counts, principals: people }]);
}

function groupsOf(drafts: readonly FindingDraft[]): string[] {
  return drafts.map(({ rule, group }) => `${rule} ${group}`);
}

test('a policy that disagrees with a large part of the company is one finding', () => {
  const [draft, ...more] = draftsOf([...phones(30), ...phones(30)], 40);
  assert.ok(draft !== undefined);
  assert.deepEqual(more, []);
  assert.equal(draft.title, 'Policy device-seen-unhealthy disagrees with 30 of 40 people');
  assert.match(draft.message, /Since 2026-01-01, .* 60 sign-ins .* Examples: p0, p1, p2, p3, p4\./);
  assert.match(draft.next, /policy replay --policies DIR --from 2026-01-01 --to 2026-02-01/);
  assert.deepEqual([draft.windowMs, draft.entries], [MONTH_MS, [0, 1, 2, 3, 4]]);
  assert.deepEqual(draft.principals, [], 'it raises the risk of no person');
});

test('a policy that disagrees with few people gives a finding for each', () => {
  assert.equal(draftsOf(phones(4), 4).length, 4, 'four people are looked at one by one');
  assert.equal(draftsOf(phones(7), 40).length, 7, 'so is less than a fifth');
  assert.equal(draftsOf(phones(8), 40).length, 1);
});

test('a person who also breaks another policy has a separate finding', () => {
  const drafts = draftsOf([...phones(30), phone(3, {}, DEVICE, FACTOR)], 40);
  assert.deepEqual(groupsOf(drafts), [`${DEVICE} *`, `${FACTOR} p3`]);
  assert.match(drafts[1]?.message ?? '', /Also broken: check\/device-seen-unhealthy\./);
});

test('people who break two common policies together have separate findings', () => {
  const apart = [...phones(30), ...phones(20, WAVE)];
  const drafts = draftsOf([...apart, phone(3, {}, DEVICE, WAVE)], 40);
  assert.deepEqual(groupsOf(drafts), [`${DEVICE} *`, `${WAVE} *`, `${DEVICE} p3`, `${WAVE} p3`]);
  const together = draftsOf(phones(30, DEVICE, WAVE), 40);
  assert.deepEqual(groupsOf(together), [`${DEVICE} *`, `${WAVE} *`]);
});

test('a person who breaks it where others comply has a separate finding', () => {
  const portal = phone(3, { flow: 'interactiveUser', app: 'Azure Portal', session: 'other' });
  const drafts = draftsOf([...phones(30), portal], 40);
  assert.deepEqual(groupsOf(drafts), [`${DEVICE} *`, `${DEVICE} p3`]);
  assert.deepEqual(drafts[1]?.sessions, ['other']);
});

test('an act against a decision is always reported by person', () => {
  for (const rule of ['check/denied-and-in', 'check/ended-pass', 'check/break-glass']) {
    assert.equal(draftsOf(phones(30, rule), 30).length, 30, rule);
  }
});

test('evaluates each month and tenant separately', () => {
  const february = Date.UTC(2026, 1, 3);
  const later = phone(1, { timeMs: february });
  const other = phone(2, { tenant: 'other' as CheckRow['tenant'] });
  assert.deepEqual(groupsOf(draftsOf([...phones(30), later, other], 40)), [
    `${DEVICE} *`,
    `${DEVICE} p1`,
    `${DEVICE} p2`,
  ]);
});
