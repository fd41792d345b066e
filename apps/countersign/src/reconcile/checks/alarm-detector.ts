import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { alarmDrafts } from './alarm-findings.ts';

/** Reports every permit with an alarm, above all the use of break-glass accounts. */
export class AlarmDetector implements Detector {
  readonly name: string = 'alarms';
  readonly hears: 'events' | 'entries' = 'entries';
  readonly reads = 'state';
  /** It needs only our own decisions, so a silent feed does not make it blind. */
  readonly profiles: readonly DetectorProfile[] = [];

  async *detect({ store, fromIndex }: DetectorInput): AsyncGenerator<DetectorResult> {
    // No later entry changes a decision, so nothing is withdrawn.
    yield { drafts: alarmDrafts(store.access.decisionsOwingAlarm(fromIndex)), covers: [] };
  }
}
