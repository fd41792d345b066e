import { parentPort } from 'node:worker_threads';
import { nodeFiles } from '../disk/disk.ts';
import type { WorkerReply, WorkerRequest } from './compactor.ts';
import { performJob } from './merge-runs.ts';

/** A full table is written during a merge: both yield to the event loop. */
parentPort?.on('message', (request: WorkerRequest) => {
  performJob(nodeFiles, request.job).then(
    (result) => reply({ id: request.id, kind: 'result', result }),
    (error: unknown) => reply({ id: request.id, kind: 'failed', error }),
  );
});

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}
