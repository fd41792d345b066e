/**
 * The process of one query. `user-query.ts` starts it and talks to it by messages.
 *
 * DuckDB neither counts the memory of values that functions create nor stops at once when
 * interrupted. A runaway query is killed with its process, and nothing else is.
 */
import { CountersignError, messageOf } from '@countersign/core';
import { StoreError } from '../errors.ts';
import { QUERY_CHECK_MS, QUERY_PROCESS_BYTES_MAX } from '../limits.ts';
import type { QueryNext, QueryReply, QueryRequest } from './query-messages.ts';
import { runQuery } from './run-query.ts';

let onNext: (() => void) | undefined;

process.on('message', (message: QueryRequest | QueryNext) => {
  if (message.kind === 'next') onNext?.();
  else void serve(message);
});
// The caller is gone, so the result is useless.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

setInterval(() => {
  if (process.memoryUsage.rss() > QUERY_PROCESS_BYTES_MAX) process.kill(process.pid, 'SIGKILL');
}, QUERY_CHECK_MS).unref();

async function serve(request: QueryRequest): Promise<void> {
  try {
    await runQuery(request, send);
  } catch (error) {
    const code = error instanceof StoreError ? error.code : null;
    const message = error instanceof CountersignError ? error.message : messageOf(error);
    tell({ kind: 'error', code, message });
  }
}

/** Only one batch is in flight, so that a slow caller slows the query down. */
async function send(reply: QueryReply): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    onNext = resolve;
  });
  tell(reply);
  if (reply.kind === 'rows') await ready;
}

function tell(reply: QueryReply): void {
  process.send?.(reply);
}
