import type { Clock } from '@countersign/core';
import {
  activitySourceOf,
  compareIds,
  type DueCheck,
  observationOfCheck,
} from '@countersign/coverage';
import type { LedgerReader } from '@countersign/ledger';
import type { CollectionSink, Collector, PollReport } from '@countersign/m365';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { CROSS_CHECK_EVERY_MS } from '../limits.ts';

export type CrossCheckOptions = {
  readonly store: StoreReader;
  /** A reader that no other code uses; it is refreshed as the ledger grows. */
  readonly reader: LedgerReader;
  readonly clock: Clock;
};

/**
 * Compares independent sources record by record, per hour, and records the result. It reads only
 * the ledger.
 */
export class CrossCheck implements Collector {
  readonly name = 'cross-check';
  readonly everyMs: number = CROSS_CHECK_EVERY_MS;
  readonly #options: CrossCheckOptions;

  constructor(options: CrossCheckOptions) {
    this.#options = options;
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const { store, clock } = this.#options;
    const problems: string[] = [];
    let windows = 0;
    for (const due of store.dueChecks()) {
      if (signal?.aborted) break;
      const ids = await this.#idsOf(due);
      const check = compareIds(ids, due.against);
      const observation = observationOfCheck(due, check);
      await sink.append([ownEntryDraft('coverage', clock.now(), observation)]);
      windows += 1;
      const { onlySource, onlyAgainst } = check;
      if (onlySource + onlyAgainst === 0) continue;
      problems.push(
        `${due.source} and ${due.against} differ from ${observation.from} to ${observation.to}: ` +
          `${onlySource} records are only in the first, ${onlyAgainst} only in the second`,
      );
    }
    const incomplete = problems.length;
    const noRecords = { records: 0, duplicates: 0, quarantined: 0, behindMs: 0, hasMore: false };
    return { ...noRecords, windows, incomplete, problems };
  }

  async #idsOf(due: DueCheck): Promise<{ source: Set<string>; against: Set<string> }> {
    const source = new Set<string>();
    const against = new Set<string>();
    const { from: fromMs, to: toMs } = due;
    for await (const row of this.#options.store.eventsOf(due.tenant, { fromMs, toMs })) {
      const sources = await this.#sourcesOf(row);
      const isInSource = sources.has(due.source);
      if (isInSource) source.add(row.action);
      if (sources.has(due.against) && (isInSource || isInScope(row, due))) against.add(row.action);
    }
    return { source, against };
  }

  /** All sources that delivered an action. The row names only the most detailed one. */
  async #sourcesOf({ entries, source }: EventRow): Promise<ReadonlySet<string>> {
    if (entries.length === 1) return new Set([source]);
    const { reader } = this.#options;
    if ((entries.at(-1) as number) >= reader.size) await reader.refresh();
    const leaves = await Promise.all(entries.map((index) => reader.leaf(index)));
    return new Set(leaves.map(({ leaf }) => leaf.source));
  }
}

/** Returns true if the first source must also have this record of the second. */
function isInScope({ event }: EventRow, { source, scope }: DueCheck): boolean {
  switch (scope) {
    case 'workloads':
      return activitySourceOf(event.workload ?? '') === source;
    case 'sign-ins':
      return event.signInType === 'interactiveUser';
    case 'all':
      return true;
  }
}
