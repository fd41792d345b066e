import { interval } from '@countersign/core';
import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { RECONCILE_EVERY_MS, STATE_REST_TIMES } from '../limits.ts';
import { DriftReconciler } from './drift-reconciler.ts';

/** All times that a record can state. */
const ALWAYS = interval(-8_640_000_000_000_000, 8_640_000_000_000_000);

/**
 * Compares directory state with audit events in both directions.
 *
 * New entries may explain any earlier finding, and a listing may confirm an old event. So each run
 * evaluates everything, and keeps nothing between runs.
 */
export function stateDetector(): Detector {
  return {
    name: 'state',
    hears: 'entries',
    profiles: [
      {
        id: 'reconcile/state-without-event',
        title: 'Permission without an audit event',
        detector: 'state',
        logs: ['directory'],
      },
      {
        id: 'reconcile/event-without-effect',
        title: 'Audit event without an effect',
        detector: 'state',
        logs: ['directory'],
      },
    ],
    // Logs settle with time, which changes what an absence means.
    everyMs: RECONCILE_EVERY_MS,
    restTimes: STATE_REST_TIMES,
    async *detect({ store, ledger }: DetectorInput): AsyncGenerator<DetectorResult> {
      // The directory was never listed, so there is nothing to compare.
      if (store.indicesOfKind('directory').length === 0) return;
      const reconciler = new DriftReconciler(store, ledger, store.coverage());
      yield { drafts: await reconciler.findings(), covers: [ALWAYS] };
    },
  };
}
