import { setTimeout as sleep } from 'node:timers/promises';
import type { RealTime } from './virtual-clock.ts';

/** The machine's clock. No other emulator code reads it. */
export const machineTime: RealTime = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { ref: false, ...(signal && { signal }) }),
};

/** Milliseconds since 1970: the default start of virtual time. */
export function wallMs(): number {
  return Date.now();
}
