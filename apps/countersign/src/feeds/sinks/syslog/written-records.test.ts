import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import { CONGESTED_WRITE_MS, RETRANSMISSION_MS_MAX } from './limits.ts';
import { type WrittenBatch, WrittenRecords } from './written-records.ts';

const LOSS = { ms: 30_000, bytes: 1000 };

function batch(index: number, doneMs: number, more: Partial<WrittenBatch> = {}): WrittenBatch {
  return { firstIndex: index, lastIndex: index, bytes: 10, startedMs: doneMs, doneMs, ...more };
}

describe('the records that a connection has written', () => {
  test('are all in question if the first was written within the loss', () => {
    const written = new WrittenRecords();
    written.add(batch(7, 1000));
    written.add(batch(8, 20_000));
    assert.equal(written.resendFrom(30_999, LOSS), 7);
  });

  test('are in question from the last one before the loss', () => {
    const written = new WrittenRecords();
    for (const [index, ms] of [1000, 10_000, 40_000, 50_000].entries()) {
      written.add(batch(index, ms));
    }
    assert.equal(written.resendFrom(55_000, LOSS), 1);
    assert.equal(written.resendFrom(200_000, LOSS), 3);
  });

  test('are not in question before the first is written', () => {
    assert.equal(new WrittenRecords().resendFrom(1, LOSS), undefined);
  });

  test('are in question by size if the receiver was slow', () => {
    const written = new WrittenRecords();
    for (let index = 0; index < 200; index++) written.add(batch(index, index * 1000));
    assert.equal(written.resendFrom(900_000, LOSS), 199);
    const startedMs = 200_000;
    written.add(batch(200, startedMs + CONGESTED_WRITE_MS, { startedMs }));
    assert.equal(written.resendFrom(900_000, LOSS), 100);
  });

  test('never leave out a record that may be lost', () => {
    const steps = fc.array(
      fc.record({
        waitMs: fc.integer({ min: 0, max: 90_000 }),
        writeMs: fc.integer({ min: 0, max: 2 * CONGESTED_WRITE_MS }),
        records: fc.integer({ min: 1, max: 5 }),
        bytes: fc.integer({ min: 1, max: 400 }),
      }),
      { minLength: 1, maxLength: 60 },
    );
    const check = (writes: StepOf<typeof steps>, idleMs: number, lossMs: number): void => {
      const written = new WrittenRecords();
      const batches: WrittenBatch[] = [];
      let nowMs = 0;
      let index = 100;
      for (const { waitMs, writeMs, records, bytes } of writes) {
        const startedMs = nowMs + waitMs;
        nowMs = startedMs + writeMs;
        const one = { firstIndex: index, lastIndex: index + records - 1, bytes };
        batches.push({ ...one, startedMs, doneMs: nowMs });
        written.add(batches.at(-1) as WrittenBatch);
        index += records;
      }
      nowMs += idleMs;
      const from = written.resendFrom(nowMs, { ms: lossMs, bytes: LOSS.bytes });
      const lost = batches.find(({ doneMs }) => doneMs > nowMs - lossMs);
      assert.ok(from !== undefined && from >= 100 && from < index);
      if (lost !== undefined) assert.ok(from <= lost.firstIndex, `${from} > ${lost.firstIndex}`);
    };
    const idle = fc.integer({ min: 0, max: 60_000 });
    const lossMs = fc.integer({ min: 1, max: RETRANSMISSION_MS_MAX });
    fc.assert(fc.property(steps, idle, lossMs, check), runs(300));
  });
});

type StepOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
