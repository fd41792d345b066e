import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blank } from './interpretation.ts';
import { mergeInterpretations, sourceRank } from './merge-interpretations.ts';

test('the first interpretation wins, and the others fill what it does not state', () => {
  const first = { ...blank(), classUid: 3002, activityId: 4, actorName: 'ada', itemCount: 1 };
  const second = {
    ...blank(),
    classUid: 3002,
    activityId: 1,
    actorName: 'bob',
    ip: '192.0.2.7',
    statusId: 2,
  };
  const merged = mergeInterpretations([first, second]);
  assert.equal(merged.activityId, 4);
  assert.equal(merged.actorName, 'ada');
  assert.equal(merged.ip, '192.0.2.7');
  assert.equal(merged.statusId, 2);
  assert.equal(first.ip, null, 'the arguments do not change');
});

test('a volume never shrinks, and throttling is kept', () => {
  const merged = mergeInterpretations([
    { ...blank(), itemCount: 1 },
    { ...blank(), itemCount: 7, isThrottled: true },
  ]);
  assert.equal(merged.itemCount, 7);
  assert.equal(merged.isThrottled, true);
});

test('a single interpretation merges to itself', () => {
  const one = { ...blank(), ip: '192.0.2.7' };
  assert.deepEqual(mergeInterpretations([one]), one);
});

test('ranks sign-in logs before the audit log, and the audit log before rows made from it', () => {
  const order = [
    'graph/signIns',
    'azure-monitor/SignInLogs',
    'log-analytics/SigninLogs',
    'entra.portal/signIns',
    'm365.activity/Audit.Exchange',
    'm365.export/unified-audit-log',
    'graph/auditLogQuery',
    'log-analytics/OfficeActivity',
    'defender/advanced-hunting',
    'other/json',
  ];
  const ranks = order.map(sourceRank);
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(ranks).size, order.length);
});
