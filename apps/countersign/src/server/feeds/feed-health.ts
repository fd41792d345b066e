import { type Answer, instantOfMs, not, plural, type Reason, unknown } from '@countersign/core';
import type { FeedRow } from '../../feeds/state/feed-row.ts';
import type { FeedsState } from './feeds-thread.ts';

/** A receiver that restarts is back earlier. */
const FAILING_MS_MAX: number = 5 * 60_000;

/** Whether every feed delivers. A paused feed is an operator's decision, and no fault. */
export function feedHealth(state: FeedsState, nowMs: number, fine: Answer): Answer[] {
  switch (state.kind) {
    case 'none':
      return [];
    case 'starting':
      return [unknown(fine.asOf, { code: 'not-yet-started', text: 'the feeds have not started' })];
    case 'unusable':
      return [not(fine, { code: 'feeds-unusable', text: state.because })];
    case 'running':
      return state.rows.map((row) => {
        const problem = problemOf(row, nowMs);
        return problem === undefined ? fine : not(fine, problem);
      });
  }
}

function problemOf(row: FeedRow, nowMs: number): Reason | undefined {
  const { name, status, because, failingSinceMs, lastError, refused } = row;
  if (status === 'stopped') {
    return { code: 'feed-stopped', text: `the feed ${name} has stopped: ${because}` };
  }
  if (status === 'running' && failingSinceMs !== null && nowMs - failingSinceMs > FAILING_MS_MAX) {
    const text = `the feed ${name} has failed since ${instantOfMs(failingSinceMs)}: ${lastError}`;
    return { code: 'feed-failing', text };
  }
  if (refused === 0) return undefined;
  const text =
    `the receiver of the feed ${name} refused ${plural(refused, 'record')}: see ` +
    `"countersign feeds list ${name}"`;
  return { code: 'feed-refused', text };
}
