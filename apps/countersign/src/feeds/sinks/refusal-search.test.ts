import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { SinkError } from '../delivery/sink.ts';
import { deliverWithoutRefused, REFUSED_WITHOUT_TAKEN_MAX } from './refusal-search.ts';
import type { EncodedRecord } from './split-batch.ts';

function recordsOf(count: number): EncodedRecord[] {
  return Array.from({ length: count }, (_, at) => ({ index: at * 3, text: String(at) }));
}

test('exactly the refused records are refused, and all others taken once, in order', async () => {
  const hints = fc.constantFrom('none', 'from 0', 'from 1', 'both', 'wrong');
  const bad = fc.uniqueArray(fc.nat(39), { maxLength: 8 });
  const check = async (count: number, poison: readonly number[], hint: string): Promise<void> => {
    const isBad = new Set(poison.map((at) => at * 3));
    const taken: number[] = [];
    let requests = 0;
    const refused = await deliverWithoutRefused(recordsOf(count), async (part) => {
      requests++;
      const at = part.findIndex(({ index }) => isBad.has(index));
      if (at < 0) {
        taken.push(...part.map(({ index }) => index));
        return { kind: 'taken' };
      }
      const named: Record<string, number[]> = {
        'from 0': [at],
        'from 1': [at + 1, at],
        wrong: [99, -1],
      };
      const suspects = named[hint] ?? (hint === 'both' ? [at - 1, at] : []);
      return { kind: 'refused', because: 'bad', suspects };
    });
    const all = recordsOf(count).map(({ index }) => index);
    assert.deepEqual(
      taken,
      all.filter((index) => !isBad.has(index)),
    );
    assert.deepEqual(
      refused.map(({ index }) => index),
      all.filter((index) => isBad.has(index)),
    );
    assert.ok(requests <= 1 + poison.length * 2 * 7, `${requests} requests`);
  };
  const count = fc.integer({ min: 1, max: 40 });
  await fc.assert(fc.asyncProperty(count, bad, hints, check), runs(300));
});

test('a receiver that refuses everything is a matter of its configuration', async () => {
  const refuse = async () =>
    ({ kind: 'refused', because: 'no such column', suspects: [] }) as const;
  await assert.rejects(deliverWithoutRefused(recordsOf(100), refuse), (error: unknown) => {
    assert.ok(error instanceof SinkError && error.code === 'MISCONFIGURED');
    assert.match(error.message, new RegExp(`${REFUSED_WITHOUT_TAKEN_MAX} records.*no such column`));
    return true;
  });
  const few = await deliverWithoutRefused(recordsOf(2), refuse);
  assert.equal(few.length, 2);
});

test('an unknown outcome of one request is one of the whole batch', async () => {
  const error = new SinkError('UNAVAILABLE', 'no answer');
  await assert.rejects(
    deliverWithoutRefused(recordsOf(3), () => Promise.reject(error)),
    error,
  );
});
