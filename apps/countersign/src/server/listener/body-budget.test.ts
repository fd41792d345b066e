import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { BODY_BYTES_FREE, BodyBudget, type BodyLease } from './body-budget.ts';

const LIMITS = { bodyBytesMax: 10_000, bodyBytesPerCallerMax: 4000 };

test('refuses a caller with too many bytes in flight, and no other', () => {
  const budget = new BodyBudget(LIMITS);
  const lease = (caller: string): BodyLease => {
    const made = budget.lease(caller);
    made.take(BODY_BYTES_FREE);
    return made;
  };
  const [first, second, other] = [lease('a'), lease('a'), lease('b')];
  first.take(3000);
  assert.equal(second.refusalOf(1001), 'caller');
  assert.equal(second.refusalOf(1000), undefined);
  assert.equal(other.refusalOf(4000), undefined);
  first.release();
  assert.equal(second.refusalOf(4000), undefined);
});

test('limits all callers together, and always admits small bodies', () => {
  const budget = new BodyBudget(LIMITS);
  for (const caller of ['a', 'b', 'c']) budget.lease(caller).take(BODY_BYTES_FREE + 3000);
  const next = budget.lease('d');
  assert.equal(next.refusalOf(BODY_BYTES_FREE + 1001), 'total');
  assert.equal(next.refusalOf(BODY_BYTES_FREE), undefined);
});

test('counts bytes beyond the free part, in any order of take and release', () => {
  const step = fc.record({
    lease: fc.nat(5),
    bytes: fc.oneof(fc.nat(2 * BODY_BYTES_FREE), fc.constant('release' as const)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const budget = new BodyBudget({ bodyBytesMax: 1e9, bodyBytesPerCallerMax: 1e9 });
      const leases = Array.from({ length: 6 }, (_, at) => budget.lease(`caller ${at % 2}`));
      const held = leases.map(() => 0);
      for (const { lease, bytes } of steps) {
        if (bytes === 'release') leases[lease]?.release();
        else leases[lease]?.take(bytes);
        held[lease] = bytes === 'release' ? 0 : (held[lease] ?? 0) + bytes;
        const wanted = held.map((each) => Math.max(0, each - BODY_BYTES_FREE));
        assert.equal(
          budget.bytes,
          wanted.reduce((sum, each) => sum + each, 0),
        );
      }
      for (const each of leases) each.release();
      assert.equal(budget.bytes, 0);
    }),
    runs(200),
  );
});
