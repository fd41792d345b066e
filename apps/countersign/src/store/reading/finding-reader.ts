import type { FindingMark, FindingNote, FindingRow } from '../rows/entry-rows.ts';
import type {
  FindingFilter,
  FindingTable,
  GroupWindow,
  StoredFinding,
} from '../sqlite/finding-table.ts';
import type { CurrentRows } from './current-rows.ts';

export type FindingWork = {
  readonly marks: readonly FindingMark[];
  readonly notes: readonly FindingNote[];
};

/** Reads the stored findings. */
export class FindingReader {
  readonly #live: Pick<CurrentRows, 'state'>;

  constructor(live: Pick<CurrentRows, 'state'>) {
    this.#live = live;
  }

  list(filter: FindingFilter = {}): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.list(filter)) ?? [];
  }

  /** The open findings of one rule. */
  openOfRule(rule: string): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.openOfRule(rule)) ?? [];
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
