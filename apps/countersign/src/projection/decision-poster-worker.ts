import { parentPort, workerData } from 'node:worker_threads';
import { assert, messageOf } from '@countersign/core';
import { StateDatabase } from '../store/sqlite/state-database.ts';
import type { DecisionColumns, PosterReply, PosterSetup } from './decision-poster.ts';
import { projectEntry } from './project-entry.ts';

const port = parentPort;
assert(port !== null, 'this file is the start of a worker thread');
const { dir } = workerData as PosterSetup;
let state: StateDatabase | undefined;

/** One message in, one reply out. */
port.on('message', (columns: DecisionColumns) => {
  const reply = (message: PosterReply): void => port.postMessage(message);
  try {
    state ??= StateDatabase.openForWriting(dir);
    post(state, columns);
    reply({ kind: 'done' });
  } catch (error) {
    const { code } = error as { readonly code?: string };
    reply({ kind: 'failed', message: messageOf(error), code });
  }
});

function post(db: StateDatabase, { indices, kinds, sizes, bodies }: DecisionColumns): void {
  db.transaction(() => {
    let at = 0;
    for (const [i, index] of indices.entries()) {
      const kind = kinds[i];
      assert(kind !== undefined, 'each entry has a kind');
      const end = at + (sizes[i] ?? 0);
      // The time of such an entry is in its body.
      db.addFacts(projectEntry(index, { kind, at: '', body: bodies.subarray(at, end) }));
      at = end;
    }
  });
}
