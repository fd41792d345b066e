import { NO_AUTHORISATIONS } from '../reconcile/index.ts';
import { ChecksJudge } from './checks-judge.ts';
import type { Judge } from './judge.ts';
import { reconcileJudge } from './reconcile-judge.ts';
import { sprayJudge } from './spray-judge.ts';

/** What judges the records of a data folder. */
export type Detection = {
  /** Asked in this order. */
  readonly judges: readonly Judge[];
};

/**
 * All judges that there are. Whoever adds one puts it here; what it needs of the machine comes in
 * as an argument.
 */
export async function loadDetection(): Promise<Detection> {
  return { judges: [new ChecksJudge(), reconcileJudge(NO_AUTHORISATIONS), sprayJudge()] };
}
