import { setTimeout as sleep } from 'node:timers/promises';
import type { RealTime } from './virtual-clock.ts';

/** The machine's clock: the one place of the emulator that reads it. */
export const machineTime: RealTime = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { ref: false, ...(signal && { signal }) }),
};

/** Milliseconds since 1970: where virtual time starts unless it is told otherwise. */
export function wallMs(): number {
  return Date.now();
}
