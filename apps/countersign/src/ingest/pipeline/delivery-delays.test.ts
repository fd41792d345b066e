import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeliveryDelays, mergeDelays, noDelays, quantileMs } from './delivery-delays.ts';

test('quantiles are accurate to two percent, in any split over workers', () => {
  const workers = [new DeliveryDelays(), new DeliveryDelays()];
  for (let n = 1; n <= 1000; n++) workers[n % 2]?.add('s', 'Exchange', n * 1000);
  const all = noDelays();
  for (const worker of workers) for (const { delays } of worker.list()) mergeDelays(all, delays);
  assert.deepEqual([all.n, all.minMs, all.maxMs], [1000, 1000, 1_000_000]);
  for (const share of [0.01, 0.5, 0.99]) {
    const expected = share * 1_000_000;
    assert.ok(Math.abs(quantileMs(all, share) - expected) <= expected * 0.021);
  }
  assert.equal(quantileMs(all, 1), 1_000_000);
});

test("a record from the future, by the vendor's clock, has a negative delay", () => {
  const arrivals = new DeliveryDelays();
  arrivals.add('s', null, -5000);
  const [{ delays } = { delays: noDelays() }] = arrivals.list();
  assert.equal(quantileMs(delays, 0.5), -5000);
});

test('distinguishes sources and workloads', () => {
  const arrivals = new DeliveryDelays();
  arrivals.add('s', 'Exchange', 1);
  arrivals.add('s', 'SharePoint', 1);
  arrivals.merge(arrivals.list());
  assert.deepEqual(
    arrivals.list().map(({ workload, delays }) => [workload, delays.n]),
    [
      ['Exchange', 2],
      ['SharePoint', 2],
    ],
  );
});
