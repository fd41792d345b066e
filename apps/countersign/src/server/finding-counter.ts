import type { Clock } from '@countersign/core';
import { FAILED, failureOf } from '../detection/findings/failure.ts';
import { statusOf, statusText } from '../detection/findings/finding-status.ts';
import type { StoredFinding } from '../store/sqlite/finding-table.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { FailedDetector, FindingCount, ServerState } from './metrics.ts';

const SEVERITIES = [1, 2, 3, 4, 5] as const;
const STATUSES = [1, 2, 3, 4] as const;

/** Prometheus asks every 15 s. Counting reads every finding, and decisions wait meanwhile. */
const FINDINGS_KEPT_MS = 10_000;

/** Counts findings for a scrape, at most every ten seconds. */
export class FindingCounter {
  readonly #options: { readonly clock: Clock; readonly stopwatch: Pick<Clock, 'monotonic'> };
  #kept: { readonly counts: readonly FindingCount[]; readonly untilMs: number } | undefined;

  constructor(options: { readonly clock: Clock; readonly stopwatch: Pick<Clock, 'monotonic'> }) {
    this.#options = options;
  }

  read(store: StoreReader): Pick<ServerState, 'findings' | 'unexaminedFrom'> {
    const { clock, stopwatch } = this.#options;
    const unexaminedFrom = store.laggingStage('detection/')?.index;
    if (unexaminedFrom === 0) return { findings: undefined, unexaminedFrom };
    const nowMs = stopwatch.monotonic();
    if (this.#kept === undefined || this.#kept.untilMs <= nowMs) {
      const counts = countsOfFindings(store.findings.list(), clock.now());
      this.#kept = { counts, untilMs: nowMs + FINDINGS_KEPT_MS };
    }
    return { findings: this.#kept.counts, unexaminedFrom };
  }
}

/** Every severity with every status, so that a count of zero is a sample. */
function countsOfFindings(
  findings: readonly StoredFinding[],
  nowMs: number,
): readonly FindingCount[] {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const key = `${finding.draft.severity} ${statusOf(finding, nowMs)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return SEVERITIES.flatMap((severity) =>
    STATUSES.map((status) => {
      const count = counts.get(`${severity} ${status}`) ?? 0;
      return { severity, status: statusText(status), count };
    }),
  );
}

export function failedDetectors(store: StoreReader): FailedDetector[] {
  return store.findings.openOfRule(FAILED).flatMap(({ draft }) => {
    const failure = failureOf(draft);
    return failure === undefined ? [] : [{ ...failure, title: draft.title }];
  });
}
