import { answerRequests, assert, startThread } from '@countersign/core';
import { StateDatabase } from '../store/sqlite/state-database.ts';
import type { DecisionColumns } from './decision-poster.ts';
import { projectEntry } from './project-entry.ts';

const { port, setup: dir } = startThread<string>();
let state: StateDatabase | undefined;

answerRequests<DecisionColumns, void>(port, (columns) => {
  state ??= StateDatabase.openForWriting(dir);
  post(state, columns);
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
