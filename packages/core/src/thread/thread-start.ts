import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { assert } from '../errors.ts';

/** What a {@link ThreadHandle} gives its thread. */
export type ThreadData = {
  readonly setup: unknown;
  /** One number, which the thread increases while its event loop turns. */
  readonly turns: Int32Array<SharedArrayBuffer>;
};

/** Far below the ticks of the monitor: a busy machine must not look like an endless loop. */
const TURN_MS = 250;

/** The first call in a file that runs as a thread: shows that the thread is alive from now on. */
export function startThread<Setup>(): { readonly port: MessagePort; readonly setup: Setup } {
  assert(parentPort !== null, 'this file is the start of a thread');
  const { setup, turns } = workerData as ThreadData;
  const turn = (): void => void Atomics.add(turns, 0, 1);
  turn();
  setInterval(turn, TURN_MS).unref();
  return { port: parentPort, setup: setup as Setup };
}
