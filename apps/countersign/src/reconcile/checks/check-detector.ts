import { interval } from '@countersign/core';
import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { SIGN_IN_LOGS } from '../../detection/runner/required-logs.ts';
import { checkDrafts, monthsOf } from './check-findings.ts';

/**
 * Reports disagreements between sign-ins and policies. The checks themselves run before the
 * detectors.
 */
export class CheckDetector implements Detector {
  readonly name: string = 'checks';
  /** A directory, policies or the end of a pass may change the result for older sign-ins. */
  readonly hears: 'events' | 'entries' = 'entries';
  readonly profiles: readonly DetectorProfile[] = [
    {
      id: 'check',
      title: 'Sign-in that the policy of the company does not allow',
      detector: 'checks',
      logs: SIGN_IN_LOGS,
    },
  ];

  async *detect({ store, fromIndex }: DetectorInput): AsyncGenerator<DetectorResult> {
    const { access } = store;
    for (const { from, to } of monthsOf(access.checkedSince(fromIndex))) {
      const month = { fromMs: from, toMs: to };
      const rows = () => access.disagreements(month);
      yield {
        drafts: checkDrafts(rows, access.principalCounts(month)),
        covers: [interval(from, to)],
      };
    }
  }
}
