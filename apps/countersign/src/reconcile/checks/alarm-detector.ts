import type { Detector, DetectorInput } from '../../detection/runner/detector.ts';
import type { DetectorProfile } from '../../detection/runner/detector-profile.ts';
import type { DetectorResult } from '../../detection/runner/detector-result.ts';
import { alarmDrafts } from './alarm-findings.ts';

/**
 * Says every use that an enforcement point permitted and that is to be an alarm, break-glass before
 * all.
 */
export class AlarmDetector implements Detector {
  readonly name: string = 'alarms';
  readonly hears: 'events' | 'entries' = 'entries';
  readonly reads = 'state';
  /** It rests on our own decisions: no feed that goes quiet makes it blind. */
  readonly watches: readonly DetectorProfile[] = [];

  async *detect({ store, fromIndex }: DetectorInput): AsyncGenerator<DetectorResult> {
    // A decision is what it is: nothing that comes in later takes it back.
    yield { drafts: alarmDrafts(store.access.decisionsOwingAlarm(fromIndex)), covers: [] };
  }
}
