import type { PollReport, QuotaBudget } from '@countersign/m365';

/** Counters of one collector since the start. */
export type CollectorTally = {
  readonly name: string;
  readonly tenant: string;
  readonly everyMs: number;
  polls: number;
  failedPolls: number;
  windows: number;
  incompleteWindows: number;
  records: number;
  duplicates: number;
  quarantined: number;
  /** By our clock. Undefined before the first poll. */
  lastPollMs: number | undefined;
  /** Windows of the last poll that stayed incomplete, with the first problem. */
  lastIncomplete: number;
  lastProblem: string | undefined;
  budget: QuotaBudget | undefined;
};

export function newTally(name: string, tenant: string, everyMs: number): CollectorTally {
  const counts = { polls: 0, failedPolls: 0, windows: 0, incompleteWindows: 0 };
  const records = { records: 0, duplicates: 0, quarantined: 0, lastIncomplete: 0 };
  const unknown = { lastPollMs: undefined, lastProblem: undefined, budget: undefined };
  return { name, tenant, everyMs, ...counts, ...records, ...unknown };
}

export function addPoll(tally: CollectorTally, report: PollReport, nowMs: number): void {
  tally.polls += 1;
  tally.windows += report.windows;
  tally.incompleteWindows += report.incomplete;
  tally.records += report.records;
  tally.duplicates += report.duplicates;
  tally.quarantined += report.quarantined;
  tally.lastPollMs = nowMs;
  tally.lastIncomplete = report.incomplete;
  tally.lastProblem = report.problems[0];
}
