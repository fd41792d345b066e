import { answerRequests, startThread } from '@countersign/core';
import { StateDatabase } from '../sqlite/state-database.ts';
import { commitBatches } from './commit-batches.ts';
import type { CommitRequest } from './commit-thread.ts';

/** The thread behind a CommitThread. */
const { port, setup: dir } = startThread<string>();
const state = StateDatabase.openForWriting(dir);

answerRequests<CommitRequest, void>(port, (request) => {
  if (request.kind === 'close') state.close();
  else commitBatches(state, request.batches, request.cursor);
});
