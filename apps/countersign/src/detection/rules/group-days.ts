import type { TouchedGroup } from '../../store/rows/signal-row.ts';

/** Groups and days evaluated at once. Then the event loop serves others. */
export const DAYS_TOGETHER_MAX = 2_000;

/** A group of a stream on a day of event time. */
export type GroupDay = TouchedGroup;

/** Consecutive days of one group. */
export type GroupRun = {
  readonly stream: string;
  readonly group: string;
  readonly days: readonly number[];
};

export function* runs(touched: Iterable<GroupDay>): Generator<GroupRun> {
  let run: { stream: string; group: string; days: number[] } | undefined;
  for (const { stream, group, day } of touched) {
    if (run?.stream === stream && run.group === group) {
      run.days.push(day);
      continue;
    }
    if (run !== undefined) yield run;
    run = { stream, group, days: [day] };
  }
  if (run !== undefined) yield run;
}

/** Batches of consecutive days of one stream, at most `most` each. */
export function* batches(days: Iterable<GroupDay>, most: number): Generator<GroupDay[]> {
  let batch: GroupDay[] = [];
  for (const each of days) {
    const isOther = batch.length > 0 && batch[0]?.stream !== each.stream;
    if (isOther || batch.length >= most) {
      yield batch;
      batch = [];
    }
    batch.push(each);
  }
  if (batch.length > 0) yield batch;
}

/** The order that makes the days of a stream and group consecutive. */
export function byGroup(a: GroupDay, b: GroupDay): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.day - b.day;
}

/** Distinct days of correlations that other correlations feed. */
export class OuterDays {
  readonly #streams = new Map<string, Map<string, Set<number>>>();

  /** Returns whether it is new. */
  add({ stream, group, day }: GroupDay): boolean {
    const groups = this.#streams.get(stream) ?? new Map<string, Set<number>>();
    this.#streams.set(stream, groups);
    const days = groups.get(group) ?? new Set<number>();
    groups.set(group, days);
    if (days.has(day)) return false;
    days.add(day);
    return true;
  }

  *all(): Generator<GroupDay> {
    for (const [stream, groups] of this.#streams) {
      for (const [group, days] of groups) for (const day of days) yield { stream, group, day };
    }
  }
}
