import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 count buffers with the heap, of the whole process and its threads. Else it marks the heap
 * anew for some 64 MiB of buffers that were made, however small the heap is: four times a second
 * where records are collected, which took a third of the processor.
 */
export function collectGarbageSeldom(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
