import {
  type Answer,
  all,
  instantOfMs,
  not,
  type Reason,
  type SilentThread,
  unknown,
  type Watermark,
  yes,
} from '@countersign/core';

import { feedHealth } from './feeds/feed-health.ts';
import type { ServerState } from './metrics.ts';
import type { CollectorTally } from './runtime/collector-tally.ts';

/** A collector is stuck if it has not polled for this many periods. */
const LATE_POLLS = 3;

/** Entries are indexed within seconds. A longer wait means that indexing is stuck. */
const INDEX_LAG_MS_MAX = 60_000;

/**
 * Does every configured collector work, and can its records be queried?
 *
 * The answer has three values: a collector that has not polled yet is unknown, not fine.
 */
export function healthOf(state: ServerState, asOf: Watermark): Answer {
  const { collectors, failedDetectors, silentThreads, failure } = state;
  const fine = yes(asOf, [{ origin: asOf.origin, index: Math.max(0, asOf.size - 1) }]);
  return all([
    failure === undefined ? fine : not(fine, { code: 'failed', text: failure }),
    indexing(state, fine),
    ...silentThreads.map((thread) => unknown(fine.asOf, silence(thread))),
    state.disk === 'low' ? not(fine, DISK_LOW) : fine,
    state.enforcement === 'stopped' ? not(fine, ENFORCEMENT_STOPPED) : fine,
    ...failedDetectors.map(({ title }) => not(fine, { code: 'detector-failed', text: title })),
    ...feedHealth(state.feeds, state.nowMs, fine),
    ...collectors.map((tally) => polling(tally, state.nowMs, fine)),
  ]);
}

/** Unread entries do not make the answer unknown: it holds up to its watermark. */
function indexing({ nowMs, unreadSinceMs, storeCursor }: ServerState, fine: Answer): Answer {
  if (unreadSinceMs === undefined || nowMs - unreadSinceMs <= INDEX_LAG_MS_MAX) return fine;
  const since = instantOfMs(unreadSinceMs);
  const text = `entry ${storeCursor} arrived at ${since} and is not yet indexed: indexing is stuck`;
  return unknown(fine.asOf, { code: 'not-yet-indexed', text });
}

function silence({ name, silentMs }: SilentThread): Reason {
  const text = `the ${name} thread has not answered for ${silentMs / 1000} s: it hangs`;
  return { code: 'thread-silent', text };
}

const DISK_LOW: Reason = {
  code: 'disk-low',
  text: 'the disk of the data folder is nearly full: collection is paused',
};

const ENFORCEMENT_STOPPED: Reason = {
  code: 'enforcement-stopped',
  text: 'the disk of the data folder is nearly full: enforcement points do not decide',
};

function polling(
  { name, lastPollMs, lastIncomplete, lastProblem, everyMs }: CollectorTally,
  nowMs: number,
  fine: Answer,
): Answer {
  if (lastPollMs === undefined) {
    return unknown(fine.asOf, { code: 'not-yet-polled', text: `${name} has not polled yet` });
  }
  if (nowMs - lastPollMs > LATE_POLLS * everyMs) {
    const text = `the last poll of ${name} was at ${instantOfMs(lastPollMs)}: it is stuck`;
    return not(fine, { code: 'collector-stuck', text });
  }
  if (lastIncomplete === 0) return fine;
  const text = `${name} did not receive everything it requested: ${lastProblem ?? 'see the log'}`;
  return unknown(fine.asOf, { code: 'short', text });
}
