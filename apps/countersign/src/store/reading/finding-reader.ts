import { FINDINGS_KEPT_MAX } from '../limits.ts';
import type { FindingMark, FindingNote, FindingRow } from '../rows/entry-rows.ts';
import type {
  FindingFilter,
  FindingTable,
  GroupWindow,
  StoredFinding,
} from '../sqlite/finding-table.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import type { CurrentRows } from './current-rows.ts';

export type FindingWork = {
  readonly marks: readonly FindingMark[];
  readonly notes: readonly FindingNote[];
};

/** All findings as of a version of a state. */
type KeptFindings = {
  readonly state: StateDatabase;
  readonly version: string;
  readonly findings: readonly StoredFinding[];
};

/**
 * Reads the stored findings. Every page about findings or incidents needs all of them, so they are
 * kept until one changes.
 */
export class FindingReader {
  readonly #live: Pick<CurrentRows, 'state'>;
  #kept: KeptFindings | undefined;

  constructor(live: Pick<CurrentRows, 'state'>) {
    this.#live = live;
  }

  /** By last event, then id. */
  list(filter: FindingFilter = {}): readonly StoredFinding[] {
    const { state } = this.#live;
    if (state === undefined) return [];
    const { rule, detector, windows } = filter;
    const isNarrow = rule !== undefined || detector !== undefined || windows !== undefined;
    if (isNarrow) return state.snapshot(() => state.findings.list(filter));
    const { severityMin = 0, tenant, withdrawn = 'without' } = filter;
    return this.#all(state).filter(
      (finding) =>
        finding.draft.severity >= severityMin &&
        (tenant === undefined || finding.draft.tenant === tenant) &&
        (withdrawn === 'with' || finding.state !== 'withdrawn'),
    );
  }

  #all(state: StateDatabase): readonly StoredFinding[] {
    return state.snapshot(() => {
      const version = state.findings.version();
      if (this.#kept?.state === state && this.#kept.version === version) return this.#kept.findings;
      const findings = state.findings.all();
      const isKept = findings.length <= FINDINGS_KEPT_MAX;
      this.#kept = isKept ? { state, version, findings } : undefined;
      return findings;
    });
  }

  /** The findings of one rule that are not withdrawn. Every answer asks about some rules. */
  ofRule(rule: string): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.ofRule(rule)) ?? [];
  }

  /** The open findings of one rule. */
  openOfRule(rule: string): readonly StoredFinding[] {
    return this.ofRule(rule).filter(({ state }) => state === 'open');
  }

  /** Every revision of every finding, in ledger order. */
  history(): readonly FindingRow[] {
    return this.#live.state?.findings.history() ?? [];
  }

  /** The existing findings among these ids, by id. */
  findAll(uids: readonly string[]): ReadonlyMap<string, StoredFinding> {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.findAll(uids)) ?? new Map();
  }

  /** What people did with these findings, in ledger order. */
  workOn(uids: readonly string[]): FindingWork {
    const { state } = this.#live;
    const read = (findings: FindingTable): FindingWork => ({
      marks: findings.marksOf(uids),
      notes: findings.notesOf(uids),
    });
    return state?.snapshot(() => read(state.findings)) ?? { marks: [], notes: [] };
  }

  /** Findings of one rule for some groups and windows, in any version and tenant. */
  ofGroups(rule: string, windows: readonly GroupWindow[]): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.ofGroups(rule, windows)) ?? [];
  }
}
