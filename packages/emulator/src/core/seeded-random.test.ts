import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom, unitOf } from './seeded-random.ts';

test('the same seed and path give the same numbers, others give others', () => {
  const first = new SeededRandom(7, 'person', 41);
  const again = new SeededRandom(7).fork('person', 41);
  const other = new SeededRandom(7, 'person', 42);
  const numbers = Array.from({ length: 50 }, () => first.next());
  assert.deepEqual(
    Array.from({ length: 50 }, () => again.next()),
    numbers,
  );
  assert.notDeepEqual(
    Array.from({ length: 50 }, () => other.next()),
    numbers,
  );
});

test('numbers are evenly distributed', () => {
  const random = new SeededRandom('spread');
  const counts = new Array<number>(16).fill(0);
  for (let i = 0; i < 160_000; i++) {
    const bucket = random.int(0, 16);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 600, `${count} of 10,000`);
});

test('similar texts are marked evenly, and differently for each key', () => {
  let counts = [0, 0, 0];
  const texts = Array.from({ length: 160_000 }, (_, n) => `b7e6c2d0-0000-4000-8000-${n}`);
  for (const text of texts) {
    const [one, other] = [unitOf(1, text) < 1 / 16, unitOf(2, text) < 1 / 16];
    counts = counts.map((count, at) => count + Number([one, other, one && other][at]));
  }
  const [one = 0, other = 0, both = 0] = counts;
  for (const count of [one, other]) assert.ok(Math.abs(count - 10_000) < 600, `${count}`);
  assert.ok(Math.abs(both - 625) < 150, `${both} by both`);
});

test('gaps have their mean, and ids are version 4', () => {
  const random = new SeededRandom('gaps');
  let sum = 0;
  for (let i = 0; i < 50_000; i++) sum += random.gap(30);
  assert.ok(Math.abs(sum / 50_000 - 30) < 1);
  assert.match(
    random.guid(),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
