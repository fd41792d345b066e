import type { Config } from '../config/config.ts';
import { listSettings } from '../config/list-settings.ts';
import type { CollectorState, ServiceState } from '../operations/definition/service-state.ts';
import type { CollectorTally } from './runtime/collector-tally.ts';

/** The state of a running service, as operations ask for it. It holds no secret. */
export function serviceStateOf(config: Config, tallies: readonly CollectorTally[]): ServiceState {
  return { settings: listSettings(config), collectors: tallies.map(collectorState) };
}

function collectorState(tally: CollectorTally): CollectorState {
  const { name, tenant, everyMs, polls, failedPolls, records, budget } = tally;
  return {
    ...{ collector: name, tenant, everyMs, polls, failedPolls, records },
    lastPollMs: tally.lastPollMs ?? null,
    problem: tally.lastProblem ?? null,
    budget:
      budget === undefined
        ? null
        : {
            needed: budget.neededPerMinute,
            allowed: budget.allowedPerMinute,
            backlogRequests: budget.backlogRequests,
            catchUpMinutes: budget.catchUpMinutes,
            losesFrom: budget.losesFrom,
            state: budget.state,
          },
  };
}
