import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Emulator } from '../emulator-options.ts';

/** Stops the emulator after the test. Errors that handlers threw fail the test. */
export function endAfter(t: TestContext, emulator: Emulator): void {
  t.after(async () => {
    await emulator.stop();
    assert.deepEqual(emulator.defects, []);
  });
}
