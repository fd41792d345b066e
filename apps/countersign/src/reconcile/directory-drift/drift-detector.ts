import { interval } from '@countersign/core';
import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { RECONCILE_EVERY_MS, STATE_REST_TIMES } from '../limits.ts';
import { DriftReconciler } from './drift-reconciler.ts';

/** From the beginning to the end of all times that a record can state. */
const ALWAYS = interval(-8_640_000_000_000_000, 8_640_000_000_000_000);

/**
 * The state of the directory against its events, both ways. What came in may explain anything that
 * was said before, and a listing may show what was told long ago: so all of it is judged again,
 * and nothing is kept between two looks.
 */
export function stateDetector(): Detector {
  return {
    name: 'state',
    hears: 'entries',
    watches: [
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
    // A log settles with time: an absence may be worth more than before.
    everyMs: RECONCILE_EVERY_MS,
    restTimes: STATE_REST_TIMES,
    async *detect({ store, ledger }: DetectorInput): AsyncGenerator<DetectorResult> {
      // Nobody ever listed the directory: there is nothing to compare with.
      if (store.acts('directory').length === 0) return;
      const reconciler = new DriftReconciler(store, ledger, store.coverage());
      yield { drafts: await reconciler.findings(), covers: [ALWAYS] };
    },
  };
}
