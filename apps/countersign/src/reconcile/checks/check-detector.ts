import { interval } from '@countersign/core';
import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { SIGN_IN_LOGS } from '../../detection/runner/required-logs.ts';
import { checkDrafts, monthsOf } from './check-findings.ts';

/**
 * Says what the checks of sign-ins disagree with. The checks themselves are made before the judges
 * are asked.
 */
export class CheckDetector implements Detector {
  readonly name: string = 'checks';
  /** A directory, policies or a pass that ended may change what is said of older sign-ins. */
  readonly hears: 'events' | 'entries' = 'entries';
  readonly watches: readonly DetectorProfile[] = [
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
