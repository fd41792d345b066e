import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { ReadAhead } from './read-ahead.ts';

async function all<T>(ahead: ReadAhead<T>): Promise<T[]> {
  const found: T[] = [];
  for (let item = await ahead.next(); item !== undefined; item = await ahead.next()) {
    found.push(item);
  }
  return found;
}

test('yields every item once and in order, within the limit', async () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 });
  const pauses = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(weights, pauses, fc.integer({ min: 1, max: 20 }), async (of, rest, max) => {
      let [made, taken] = [0, 0];
      const source = async function* (): AsyncGenerator<number> {
        for (const [i, weight] of of.entries()) {
          if (rest[i % rest.length] === true) await setImmediate();
          made += weight;
          yield weight;
        }
      };
      const ahead = new ReadAhead(source(), { weightOf: (weight) => weight, weightMax: max });
      const found: number[] = [];
      for (;;) {
        if (rest[found.length % rest.length] === false) await setImmediate();
        const item = await ahead.next();
        if (item === undefined) break;
        found.push(item);
        taken += item;
        // One item produced while there was room, and one that waits for transfer.
        assert.ok(made - taken <= max + 9 + 9, `${made - taken} wait`);
      }
      assert.deepEqual(found, of);
      assert.equal(await ahead.next(), undefined);
    }),
    runs(100),
  );
});

test('works ahead without demand, and stops at the limit', async () => {
  let made = 0;
  const source = async function* (): AsyncGenerator<number> {
    for (;;) yield ++made;
  };
  const ahead = new ReadAhead(source(), { weightOf: () => 1, weightMax: 3 });
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  assert.equal(made, 3);
  assert.equal(await ahead.next(), 1);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  assert.equal(made, 4);
});

test('an error of the source follows the items before it', async () => {
  const source = async function* (): AsyncGenerator<string> {
    yield 'one';
    yield 'two';
    throw new RangeError('no more');
  };
  const ahead = new ReadAhead(source(), { weightOf: () => 1, weightMax: 10 });
  await setImmediate();
  assert.equal(await ahead.next(), 'one');
  assert.equal(await ahead.next(), 'two');
  await assert.rejects(ahead.next(), /no more/);
});

test('an item above the limit passes alone', async () => {
  const source = async function* (): AsyncGenerator<number> {
    yield 500;
    yield 700;
  };
  assert.deepEqual(
    await all(new ReadAhead(source(), { weightOf: (weight) => weight, weightMax: 10 })),
    [500, 700],
  );
});
