import { parentPort, workerData } from 'node:worker_threads';
import { assert, CountersignError, messageOf } from '@countersign/core';
import { StateDatabase } from '../sqlite/state-database.ts';
import { commitBatches } from './commit-batches.ts';
import type { CommitReply, CommitRequest } from './commit-thread.ts';

/** The thread behind a CommitThread: one request in, one reply out. */
const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const state = StateDatabase.openForWriting(workerData as string);

port.on('message', (request: CommitRequest) => {
  port.postMessage(replyTo(request));
});

function replyTo(request: CommitRequest): CommitReply {
  try {
    if (request.kind === 'close') state.close();
    else commitBatches(state, request.batches, request.cursor);
    return { kind: 'done' };
  } catch (error) {
    const code = error instanceof CountersignError ? error.code : undefined;
    return { kind: 'failed', message: messageOf(error), code };
  }
}
