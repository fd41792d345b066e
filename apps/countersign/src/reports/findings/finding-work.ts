import { instantOfMs } from '@countersign/core';
import { statusText } from '../../detection/findings/finding-status.ts';
import type { FindingWork } from '../../store/reading/finding-reader.ts';
import type { Verdict } from '../../store/rows/entry-rows.ts';

/** What a person did with findings: one act, however many findings it changed. */
export type WorkItem = {
  readonly kind: 'status' | 'assignment' | 'comment';
  /** A status in words, a name, or a comment. Null: assigned to no one. */
  readonly value: string | null;
  /** Of a status. */
  readonly reason: string | null;
  /** End of a suppression. */
  readonly until: string | null;
  /** What the person found out; null: they did not say. */
  readonly verdict: Verdict | null;
  readonly by: string;
  readonly at: string | null;
  /** Ledger indices, one for each finding. */
  readonly entries: readonly number[];
};

/** All acts on some findings, in ledger order. An act on many findings is one item. */
export function workItems({ marks, notes }: FindingWork): WorkItem[] {
  const acts = [
    ...marks.map(({ index, by, atMs, status, reason, untilMs, verdict = null }) => ({
      index,
      item: {
        ...({ kind: 'status', value: statusText(status), reason, by } as const),
        verdict,
        until: untilMs === null ? null : (instantOfMs(untilMs) ?? null),
        at: instantOfMs(atMs) ?? null,
      },
    })),
    ...notes.map(({ index, by, atMs, ...note }) => ({
      index,
      item: {
        kind: note.kind,
        value: note.kind === 'assignment' ? note.assignee : note.text,
        ...{ reason: null, until: null, verdict: null, by, at: instantOfMs(atMs) ?? null },
      },
    })),
  ].sort((a, b) => a.index - b.index);
  const same = Map.groupBy(acts, ({ item }) => JSON.stringify(item));
  return [...same.values()].flatMap((all): WorkItem[] => {
    const [first] = all;
    return first === undefined ? [] : [{ ...first.item, entries: all.map(({ index }) => index) }];
  });
}

/** Who was assigned last; null: no one. */
export function assigneeOf({ notes }: FindingWork): string | null {
  const last = notes.findLast(({ kind }) => kind === 'assignment');
  return last?.kind === 'assignment' ? last.assignee : null;
}
