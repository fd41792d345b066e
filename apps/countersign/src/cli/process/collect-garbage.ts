import { setFlagsFromString } from 'node:v8';

/** How much more there may be, in percent, before all of it is looked through again. */
const GROWTH = 60;

/**
 * Lets V8 count buffers with the heap, of the whole process and its threads. Else it marks the heap
 * anew for some 64 MiB of buffers that were made, however small the heap is: several times a second
 * where records are collected, which took up to a third of the processor. With the growth that V8
 * chooses itself an import takes a third more memory.
 */
export function collectGarbageSeldom(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
