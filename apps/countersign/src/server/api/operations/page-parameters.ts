import { refuse } from '../http/problem.ts';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

/** A stream without `wait` follows until its reader leaves. */
const WAIT_SECONDS_MAX = 3600;

/** A client that reconnects continues behind the last event that it has seen. */
export function resumedQuery(
  query: URLSearchParams,
  lastEventId: string | undefined,
): URLSearchParams {
  if (lastEventId === undefined) return query;
  if (!/^\d{1,15}$/.test(lastEventId)) {
    refuse(400, 'invalid-last-event-id', 'Last-Event-ID is the index of an entry');
  }
  const resumed = new URLSearchParams(query);
  resumed.set('from', String(Number(lastEventId) + 1));
  return resumed;
}

/** Items of one page. @throws ProblemError 400 */
export function limitOf(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  return refuse(400, 'invalid-limit', `a page has 1 to ${LIMIT_MAX} items`);
}

/** How long a stream follows, in milliseconds. @throws ProblemError 400 */
export function waitMsOf(text: string): number {
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (seconds <= WAIT_SECONDS_MAX) return seconds * 1000;
  return refuse(400, 'invalid-wait', `wait at most ${WAIT_SECONDS_MAX} seconds`);
}
