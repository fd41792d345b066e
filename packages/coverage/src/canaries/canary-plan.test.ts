import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CANARY_PERIOD_MS } from '../limits.ts';
import { EXCHANGE, START, TENANT } from '../testing/feed.ts';
import { type CanaryPlan, canaryPlans, canaryTimeMs } from './canary-plan.ts';

const [PLAN] = canaryPlans(TENANT, [EXCHANGE]) as [CanaryPlan];

test('plans only acts that a collected source reports, and that its rights allow', () => {
  const planned = (sources: readonly string[], options: Parameters<typeof canaryPlans>[2] = {}) =>
    canaryPlans(TENANT, sources, options).map(({ act, sources: through }) => [act, through]);
  assert.deepEqual(planned([EXCHANGE, 'graph/signIns']), [
    ['draft', [EXCHANGE]],
    ['sign-in', ['graph/signIns']],
  ]);
  assert.deepEqual(planned([EXCHANGE, 'graph/signIns'], { acts: ['sign-in', 'file'] }), [
    ['sign-in', ['graph/signIns']],
  ]);
  assert.deepEqual(planned(['azure-monitor/EmailEvents']), []);
});

test('sends one canary per period, at a different moment of each', () => {
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
