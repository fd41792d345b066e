import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARY_DELAYS_KEPT, CANARY_PATIENCE_MS, CANARY_PERIOD_MS } from '../limits.ts';
import { parseObservation } from '../observation.ts';
import { EXCHANGE, HOUR, MINUTE, START, TENANT } from '../testing/feed.ts';
import { type CanaryRecord, CanaryTracker, type CanaryWait } from './canary-tracker.ts';

function wait(n: number): CanaryWait {
  const sentMs = START + n * CANARY_PERIOD_MS;
  const sign = { source: EXCHANGE, operation: 'Create', member: 'Subject', text: `c${n}.` };
  return { tenant: TENANT, workload: 'Exchange', ...sign, sentMs, periodMs: CANARY_PERIOD_MS };
}

function record(n: number, availableMs: number, but: Partial<CanaryRecord> = {}): CanaryRecord {
  const text = JSON.stringify({ Operation: 'Create', Item: { Subject: `c${n}.` } });
  return { tenant: TENANT, source: EXCHANGE, text, availableMs, ...but };
}

test('reports each canary once when it returns, with its delay', () => {
  const tracker = new CanaryTracker();
  tracker.sent(wait(0));
  const seen = tracker.seen(record(0, START + HOUR), START + 2 * HOUR);
  assert.deepEqual(parseObservation(seen), seen);
  assert.deepEqual(seen?.canaries, { sent: 1, seen: 1 });
  assert.equal(seen?.delays?.maxMs, HOUR, 'an outage of our own is not a delay');
  assert.equal(tracker.seen(record(0, START), START), undefined);
  assert.deepEqual(tracker.overdue(START + 24 * HOUR), []);
});

test('reports a canary as overdue once, and still recognizes it when it returns', () => {
  const tracker = new CanaryTracker();
  tracker.sent(wait(0));
  assert.deepEqual(tracker.overdue(START + CANARY_PATIENCE_MS - 1), []);
  const [late] = tracker.overdue(START + CANARY_PATIENCE_MS);
  assert.deepEqual(parseObservation(late), late);
  assert.deepEqual(late?.canaries, { sent: 1, seen: 0 });
  assert.deepEqual(tracker.overdue(START + CANARY_PATIENCE_MS + 1), []);
  const seen = tracker.seen(record(0, START + 9 * HOUR), START + 9 * HOUR);
  assert.deepEqual([seen?.from, seen?.canaries?.seen], [late?.from, 1]);
});

test("waits at most the feed's p99, and resumes from the saved state", () => {
  let tracker = new CanaryTracker();
  const said: NonNullable<ReturnType<CanaryTracker['seen']>>[] = [];
  for (let n = 0; n < 100; n++) {
    const atMs = wait(n).sentMs + (n + 1) * MINUTE;
    tracker.sent(wait(n));
    const seen = tracker.seen(record(n, atMs), atMs);
    assert.ok(seen !== undefined);
    said.push(seen);
    tracker = new CanaryTracker();
    for (const each of said) tracker.recall(each);
  }
  const patienceMs = tracker.patienceMs(wait(0));
  assert.ok(patienceMs >= 99 * MINUTE && patienceMs < 101.1 * MINUTE, String(patienceMs));
});

test('knows after a start which canaries are still expected, and which were overdue', () => {
  const tracker = new CanaryTracker();
  for (const n of [0, 1, 2]) tracker.sent(wait(n));
  const before = new CanaryTracker();
  for (const n of [0, 1]) before.sent(wait(n));
  const seen = before.seen(record(0, START + HOUR), START + HOUR);
  const observations = [seen, ...before.overdue(wait(1).sentMs + CANARY_PATIENCE_MS)];
  for (const each of observations) tracker.recall(each as NonNullable<typeof seen>);
  assert.deepEqual(
    tracker.waiting.map(({ text }) => text),
    ['c1.', 'c2.'],
  );
  assert.deepEqual(
    tracker.overdue(START + 24 * HOUR).map(({ from }) => Date.parse(from)),
    [wait(2).sentMs],
  );
});

test('forgets delays of long ago', () => {
  const tracker = new CanaryTracker();
  const delays = [...Array(CANARY_DELAYS_KEPT).fill(9), ...Array(2 * CANARY_DELAYS_KEPT).fill(1)];
  for (const [n, hours] of delays.entries()) {
    const atMs = wait(n).sentMs + hours * HOUR;
    tracker.sent(wait(n));
    tracker.seen(record(n, atMs), atMs);
  }
  assert.ok(tracker.patienceMs(wait(0)) < 1.1 * HOUR);
});

test('ignores another tenant, feed, operation, member or mark', () => {
  const tracker = new CanaryTracker();
  tracker.sent(wait(1));
  const others: Partial<CanaryRecord>[] = [
    { tenant: TENANT.replace('9f', '8e') },
    { source: 'graph/signIns' },
    { text: '{"Operation":"SoftDelete","AffectedItems":[{"Subject":"c1."}]}' },
    { text: '{"Operation":"Create","Item":{"Path":"c1."}}' },
    { text: '{"Operation":"Create","Item":{"Subject":"c11."}}' },
    { text: '{"Operation":"Create","Item":{"Subject":"c1."' },
  ];
  for (const other of others) assert.equal(tracker.seen(record(1, START, other), START), undefined);
  tracker.withdrawn(wait(1));
  assert.equal(tracker.seen(record(1, START), START), undefined);
});

test('reports no canary as overdue in a feed that was not polled since', () => {
  const tracker = new CanaryTracker();
  tracker.sent(wait(0));
  const dayLaterMs = START + 24 * HOUR;
  assert.deepEqual(
    tracker.overdue(dayLaterMs, () => START + CANARY_PATIENCE_MS - 1),
    [],
  );
  assert.equal(tracker.overdue(dayLaterMs, () => START + CANARY_PATIENCE_MS).length, 1);
});
