import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IS_LONG, SEED } from '../../../tools/property.ts';
import { CrashModel, diceOf } from './testing/crash-model.ts';
import type { Fault } from './testing/memory-disk.ts';

/** Processes that use a folder, from its creation to the last check. */
const LIVES = 8;
const FOLDERS = IS_LONG ? 100 : 3;

for (const kind of ['kill', 'power', 'ENOSPC', 'EIO'] as const) {
  test(`after ${kind} at any operation, every acknowledged entry exists exactly once`, async () => {
    const dice = diceOf(SEED + kind.length);
    const ends = { ended: 0, crashed: 0, failed: 0 };
    for (let folder = 0; folder < FOLDERS; folder++) {
      const model = new CrashModel(dice);
      for (let life = 0; life < LIVES; life++) {
        // Early faults hit the creation of the folder; later ones hit recovery.
        const fault: Fault = { at: dice(dice(2) === 0 ? 30 : 150), kind };
        model.disk.arm(fault);
        ends[await model.live(6)]++;
        model.disk.restart();
        if (dice(3) === 0) await model.check();
      }
      await model.check();
    }
    const struck = ends.crashed + ends.failed;
    assert.ok(struck > (FOLDERS * LIVES) / 3, `the faults struck: ${JSON.stringify(ends)}`);
  });
}
