import { setFlagsFromString } from 'node:v8';

/** Heap growth, in percent, before a full collection. */
const GROWTH = 60;

/**
 * Makes V8 count buffers with the heap, for the process and its threads.
 *
 * Otherwise it marks the heap after each 64 MiB of new buffers: several times a second during
 * collection, which took up to a third of the CPU. With V8's own growth limit an import takes a
 * third more memory.
 */
export function collectGarbageSeldom(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
