import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quotaBudget, quotaText, RequestDemandMeter } from './quota-budget.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const retentionMs = 7 * DAY_MS;

test('with twice the needed quota, half is left and a backlog shrinks', () => {
  const budget = quotaBudget({
    nowMs: NOW_MS,
    retentionMs,
    neededPerMinute: 1000,
    allowedPerMinute: 2000,
    backlogRequests: 60_000,
    oldestMs: NOW_MS - HOUR_MS,
  });
  assert.equal(budget.headroom, 1);
  assert.equal(budget.catchUpMinutes, 60);
  assert.equal(budget.losesFrom, null);
  assert.equal(budget.state, 'catching up');
});

test('with half the needed quota, content that is not fetched today expires in seven days', () => {
  const budget = quotaBudget({
    nowMs: NOW_MS,
    retentionMs,
    neededPerMinute: 2000,
    allowedPerMinute: 1000,
    backlogRequests: 0,
    oldestMs: undefined,
  });
  assert.equal(budget.state, 'late: quota');
  assert.equal(Date.parse(budget.losesFrom ?? ''), NOW_MS + 7 * DAY_MS);
  assert.match(quotaText(budget), /^2,000 requests .* 1000 are allowed .*-50 %/);
  assert.match(quotaText(budget), /expires unread from 2026-03-09T09:00:00Z on$/);
});

test('a backlog that shrinks too slowly expires at its old end', () => {
  const of = (allowedPerMinute: number): string | null =>
    quotaBudget({
      nowMs: NOW_MS,
      retentionMs,
      neededPerMinute: 1000,
      allowedPerMinute,
      backlogRequests: 6 * 24 * 60 * 1000,
      oldestMs: NOW_MS - 6 * DAY_MS,
    }).losesFrom;
  assert.equal(Date.parse(of(1500) ?? ''), NOW_MS + 2 * DAY_MS);
  assert.equal(of(2000), null);
});

test('old content expires while newer content is fetched', () => {
  const budget = quotaBudget({
    nowMs: NOW_MS,
    retentionMs,
    neededPerMinute: 1000,
    allowedPerMinute: 1001,
    backlogRequests: 6 * 24 * 60 * 1000,
    oldestMs: NOW_MS - 6 * DAY_MS,
  });
  assert.equal(Math.round((Date.parse(budget.losesFrom ?? '') - NOW_MS) / HOUR_MS), 24);
});

test('without demand the collector keeps up', () => {
  const budget = quotaBudget({
    nowMs: NOW_MS,
    retentionMs,
    neededPerMinute: 0,
    allowedPerMinute: 2000,
    backlogRequests: 0,
    oldestMs: undefined,
  });
  assert.deepEqual([budget.state, budget.catchUpMinutes], ['keeping up', 0]);
});

test('the demand is that of a peak; a quiet hour or an empty week does not lower it', () => {
  const need = new RequestDemandMeter();
  need.add(7 * DAY_MS, 7);
  for (let minute = 0; minute < 15; minute++) need.add(MINUTE_MS, 1200);
  assert.equal(need.perMinute, 1200);
  need.add(MINUTE_MS, 9000);
  assert.equal(need.perMinute, (14 * 1200 + 9000) / 15, 'one minute is a part of a peak');
  for (let minute = 0; minute < 60; minute++) need.add(MINUTE_MS, 1);
  assert.ok(need.perMinute > 300, String(need.perMinute));
  for (let minute = 0; minute < 120; minute++) need.add(MINUTE_MS, 1);
  assert.equal(need.perMinute, 1);
});

test('the demand is that of the last hours', () => {
  const need = new RequestDemandMeter();
  assert.equal(need.perMinute, 0);
  need.add(10 * HOUR_MS, 600);
  assert.equal(need.perMinute, 1);
  for (let hour = 0; hour < 3; hour++) need.add(HOUR_MS, 6000);
  assert.equal(need.perMinute, 100);
});
