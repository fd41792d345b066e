import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CanaryPlan, CanaryWatch, canaryPlans, canaryTimeMs } from './canary.ts';
import { CANARY_PATIENCE_MS, CANARY_PERIOD_MS } from './limits.ts';
import { parseObservation } from './observation.ts';
import { EXCHANGE, HOUR, MINUTE, START, TENANT } from './testing/feed.ts';

const [PLAN] = canaryPlans(TENANT, [EXCHANGE]) as [CanaryPlan];

function wait(n: number): Parameters<CanaryWatch['sent']>[0] {
  const { workload, periodMs } = PLAN;
  const sentMs = START + n * CANARY_PERIOD_MS;
  return { tenant: TENANT, workload, source: EXCHANGE, sign: `c${n}`, sentMs, periodMs };
}

test('plans only for what some collected source would bring back', () => {
  assert.deepEqual(
    canaryPlans(TENANT, [EXCHANGE, 'graph/signIns']).map(({ act, sources }) => [act, sources]),
    [
      ['draft', [EXCHANGE]],
      ['sign-in', ['graph/signIns']],
    ],
  );
  assert.deepEqual(canaryPlans(TENANT, ['azure-monitor/EmailEvents']), []);
});

test('sends one canary a period, at another moment of each', () => {
  const offsets = Array.from({ length: 200 }, (_, period) => {
    const startMs = START + period * CANARY_PERIOD_MS;
    const atMs = canaryTimeMs(PLAN, startMs + 17, 4711);
    assert.ok(atMs >= startMs && atMs < startMs + CANARY_PERIOD_MS);
    assert.equal(canaryTimeMs(PLAN, startMs + CANARY_PERIOD_MS - 1, 4711), atMs);
    return (atMs - startMs) / CANARY_PERIOD_MS;
  });
  const mean = offsets.reduce((sum, each) => sum + each, 0) / offsets.length;
  assert.ok(mean > 0.4 && mean < 0.6, String(mean));
  assert.ok(new Set(offsets).size > 190);
});

test('judges each canary once when it comes back, and says how late it was', () => {
  const watch = new CanaryWatch();
  watch.sent(wait(0));
  assert.deepEqual([...watch.signs(EXCHANGE)], ['c0']);
  const seen = watch.seen({ tenant: TENANT, source: EXCHANGE, sign: 'c0' }, START + HOUR);
  assert.deepEqual(parseObservation(seen), seen);
  assert.deepEqual(seen?.canaries, { sent: 1, seen: 1 });
  assert.equal(seen?.delays?.maxMs, HOUR);
  assert.equal(watch.seen({ tenant: TENANT, source: EXCHANGE, sign: 'c0' }, START), undefined);
  assert.deepEqual(watch.overdue(START + 24 * HOUR), []);
});

test('calls a canary overdue once, and still knows it when it comes after all', () => {
  const watch = new CanaryWatch();
  watch.sent(wait(0));
  assert.deepEqual(watch.overdue(START + CANARY_PATIENCE_MS - 1), []);
  const [late] = watch.overdue(START + CANARY_PATIENCE_MS);
  assert.deepEqual(parseObservation(late), late);
  assert.deepEqual(late?.canaries, { sent: 1, seen: 0 });
  assert.deepEqual(watch.overdue(START + CANARY_PATIENCE_MS + 1), []);
  const seen = watch.seen({ tenant: TENANT, source: EXCHANGE, sign: 'c0' }, START + 9 * HOUR);
  assert.deepEqual([seen?.from, seen?.canaries?.seen], [late?.from, 1]);
});

test('waits no longer than the p99 of the feed, once it knows it, and takes up where it was', () => {
  let watch = new CanaryWatch();
  for (let n = 0; n < 100; n++) {
    watch.sent(wait(n));
    watch = new CanaryWatch(JSON.parse(JSON.stringify(watch.keep())));
    const atMs = wait(n).sentMs + (n + 1) * MINUTE;
    assert.ok(watch.seen({ tenant: TENANT, source: EXCHANGE, sign: `c${n}` }, atMs));
  }
  const patienceMs = watch.patienceMs(wait(0));
  assert.ok(patienceMs >= 99 * MINUTE && patienceMs < 101.1 * MINUTE, String(patienceMs));
});

test('waits for nobody else: another tenant, another feed, another sign', () => {
  const watch = new CanaryWatch();
  watch.sent(wait(0));
  const other = TENANT.replace('9f', '8e');
  assert.equal(watch.seen({ tenant: other, source: EXCHANGE, sign: 'c0' }, START), undefined);
  assert.equal(watch.seen({ tenant: TENANT, source: 'graph/signIns', sign: 'c0' }, 0), undefined);
  assert.equal(watch.seen({ tenant: TENANT, source: EXCHANGE, sign: 'c1' }, 0), undefined);
});
