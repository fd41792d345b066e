import { parentPort, workerData } from 'node:worker_threads';
import { assert, CountersignError, messageOf, systemRandom } from '@countersign/core';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { RecordWorker } from './record-worker.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** The thread around a record worker: one message in, one message out, in order. */
const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const { plan: planned, ...rest } = workerData as WorkerSetup;
const plan = planned === null ? undefined : (JSON.parse(planned) as SignalPlan);
const worker = new RecordWorker({ ...rest, plan, random: systemRandom });

/** A flush is asynchronous; later questions wait for it, so that answers stay in order. */
let turn: Promise<void> = Promise.resolve();

port.on('message', (message: ToWorker) => {
  turn = turn.then(() => answer(message)).catch(fail);
});

async function answer(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'read': {
      const done = worker.read(message.chunkId, message.chunk, message.context);
      send(done, [done.versions.buffer, done.actions.buffer, done.pages.buffer]);
      return;
    }
    case 'prepare': {
      const { prepared, arrivals } = worker.prepare(message.chunkId, message.verdict);
      const { chunkId } = message;
      send({ kind: 'prepared', chunkId, prepared, arrivals }, [prepared.frame.buffer]);
      return;
    }
    case 'flush':
      send({ kind: 'flushed', ...(await flushed()) }, []);
  }
}

async function flushed(): Promise<{ files: string; signals: string }> {
  const { files, signals } = await worker.flush();
  return { files: JSON.stringify(files), signals: JSON.stringify(signals) };
}

function send(message: FromWorker, transfer: ArrayBufferLike[]): void {
  port?.postMessage(message, transfer as ArrayBuffer[]);
}

function fail(error: unknown): void {
  const code = error instanceof CountersignError ? error.code : undefined;
  send({ kind: 'failed', message: messageOf(error), code }, []);
}
