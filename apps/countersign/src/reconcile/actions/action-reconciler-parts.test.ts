import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS_AT_ONCE } from '../limits.ts';
import { HOUR_MS, read, signIn, T, withReconciler } from '../testing/reconciler-world.ts';

test('matching in parts gives the same result as at once', async () => {
  const events = [
    ...[-20, 0, 30].map((hours, n) => signIn(`t${n}`, { timeMs: T + hours * HOUR_MS })),
    ...[-19, -1, 1, 23, 24, 47, 48, 71, 90].flatMap((hours) =>
      ['t0', 't1', 't2', 'none'].map((token) => {
        return read(token, { sessionUid: null, timeMs: T + hours * HOUR_MS });
      }),
    ),
  ];
  const periods = [{}, { fromMs: T }, { fromMs: T - 5 * HOUR_MS, toMs: T + 48 * HOUR_MS }];
  for (const period of periods) {
    const isLast = period === periods.at(-1);
    const [atOnce, ...inParts] = await Promise.all(
      [ACTIONS_AT_ONCE, 10, ...(isLast ? [1] : [])].map((most) =>
        withReconciler(
          events,
          async (reconciler) => [await reconciler.totals(period), await reconciler.list(period)],
          { atOnce: most },
        ),
      ),
    );
    assert.ok(JSON.stringify(atOnce).includes('no-sign-in'));
    for (const found of inParts) assert.deepEqual(found, atOnce);
  }
});
