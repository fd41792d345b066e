import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INTERACTIVE_ONLY } from '@countersign/core';
import type { Observation } from '@countersign/coverage';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import { HOLE_CAUSES, type HoleCause, holeCauseOf, holeCureOf } from './hole-cause.ts';

const ROW: CoverageRow = {
  ...{ index: 9, entries: [8, 9], tenant: '5b1f4c0e', source: 'graph/signIns', workload: null },
  ...{ subject: null, fromMs: 0, toMs: 1, state: 'late', bound: null, because: 'late' },
};

function observed(outcome: Observation['outcome'], code: string | null = null): Observation {
  return { outcome, code } as Observation;
}

const CASES: readonly (readonly [HoleCause, Partial<CoverageRow>, Observation | undefined])[] = [
  ['settling', {}, observed('complete')],
  ['expired', { state: 'lost' }, observed('complete')],
  ['not-requested', {}, undefined],
  ['expired', { state: 'lost' }, undefined],
  ['not-connected', { source: '*', state: 'unknown' }, undefined],
  ['license', { state: 'off' }, observed('off', 'Authentication_RequestFromNonPremiumTenant')],
  ['off', { state: 'off' }, observed('off', 'AF20022')],
  ['expired', { state: 'lost' }, observed('off', 'AF20022')],
  ['rights', {}, observed('failed', 'Authorization_RequestDenied')],
  ['credential', {}, observed('failed', 'AADSTS7000215')],
  ['quota', {}, observed('partial', 'AF429')],
  ['unreachable', {}, observed('failed', 'TIMED_OUT')],
  ['unreadable', { state: 'lost' }, observed('partial', 'quarantined')],
  ['left-out', { state: 'unknown' }, observed('partial', INTERACTIVE_ONLY)],
  ['silent', { because: 'silent: none of the last 5 canaries came back' }, undefined],
  ['other', {}, observed('failed', 'Something')],
];

for (const [cause, row, seen] of CASES) {
  test(`${cause}: ${row.state ?? 'late'}, ${seen?.outcome ?? 'not observed'} ${seen?.code}`, () => {
    assert.equal(holeCauseOf({ ...ROW, ...row }, seen), cause);
  });
}

test('an entry that cannot be read tells no cause, and not that nothing was requested', () => {
  assert.equal(holeCauseOf(ROW, 'unread'), 'other');
  assert.equal(holeCauseOf({ ...ROW, source: '*', state: 'unknown' }, 'unread'), 'not-connected');
});

test('records from a file have no observation', () => {
  const { entries: _, ...file } = ROW;
  assert.equal(holeCauseOf(file, undefined), 'file');
});

test('each cause has a cure, and what is over needs no switch', () => {
  for (const cause of HOLE_CAUSES) {
    assert.match(holeCureOf(cause, ROW, 'not collected'), /\.$/, cause);
  }
  assert.match(holeCureOf('off', ROW, 'not collected'), /^Switch it on/);
  assert.match(holeCureOf('off', ROW, 'collected'), /^It is over: graph\/signIns/);
});
