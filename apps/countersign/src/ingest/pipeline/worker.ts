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

/** Merges and flushes are asynchronous. Later questions wait, so that answers stay in order. */
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
    case 'merge':
      await worker.merge(message.below);
      send({ kind: 'merged' }, []);
      return;
    case 'flush': {
      const written = await worker.flush();
      const files = JSON.stringify(written.files);
      const signals = JSON.stringify(written.signals);
      const superseded = Float64Array.from(written.superseded);
      send({ kind: 'flushed', files, signals, superseded }, [superseded.buffer]);
    }
  }
}

function send(message: FromWorker, transfer: ArrayBufferLike[]): void {
  port?.postMessage(message, transfer as ArrayBuffer[]);
}

function fail(error: unknown): void {
  const code = error instanceof CountersignError ? error.code : undefined;
  send({ kind: 'failed', message: messageOf(error), code }, []);
}
