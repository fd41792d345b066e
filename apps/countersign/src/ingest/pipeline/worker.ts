import { parentPort, workerData } from 'node:worker_threads';
import { assert, CountersignError, messageOf, systemRandom } from '@countersign/core';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { encodeBatch } from '../../store/commit/row-batch.ts';
import { RecordWorker } from './record-worker.ts';
import type { Answer, FromWorker, ToWorker, WorkerSetup } from './worker-messages.ts';

/** The thread around a record worker: one message in, one message out. */
const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const { plan: planned, ...rest } = workerData as WorkerSetup;
const plan = planned === null ? undefined : (JSON.parse(planned) as SignalPlan);
const worker = new RecordWorker({ ...rest, plan, random: systemRandom });

/** A merge is asynchronous. Later questions wait, so that a flush finds its rows. */
let turn: Promise<void> = Promise.resolve();

port.on('message', (message: ToWorker) => {
  turn = turn.then(() => answer(message)).catch(fail);
});

async function answer(message: ToWorker): Promise<void> {
  const { id } = message;
  const reply = (answered: Answer, transfer: ArrayBufferLike[] = []): void => {
    send({ ...answered, id }, transfer);
  };
  switch (message.kind) {
    case 'read': {
      const done = worker.read(message.chunkId, message.chunk, message.context);
      reply(done, [done.versions.buffer, done.actions.buffer, done.pages.buffer]);
      return;
    }
    case 'prepare': {
      const { prepared, arrivals } = worker.prepare(message.chunkId, message.verdict);
      const { chunkId } = message;
      reply({ kind: 'prepared', chunkId, prepared, arrivals }, [prepared.frame.buffer]);
      return;
    }
    case 'merge':
      await worker.merge(message.below);
      reply({ kind: 'merged' });
      return;
    case 'flush':
      // Later questions do not wait for the disk.
      worker
        .flush(message.rows)
        .then((written) => reply({ kind: 'flushed', batch: encodeBatch(written) }))
        .catch(fail);
  }
}

function send(message: FromWorker, transfer: ArrayBufferLike[]): void {
  port?.postMessage(message, transfer as ArrayBuffer[]);
}

function fail(error: unknown): void {
  const code = error instanceof CountersignError ? error.code : undefined;
  send({ kind: 'failed', message: messageOf(error), code }, []);
}
