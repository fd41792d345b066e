import { type Clock, type IntervalSet, interval, normalise } from '@countersign/core';
import type { CanaryTally, DueCheck } from '@countersign/coverage';
import type { DuckDBValue } from '@duckdb/node-api';
import {
  arrivedPeriod,
  besides,
  collectedPeriod,
  coverageWithin,
  factsWithin,
} from './coverage/coverage-answer.ts';
import { coverageRows } from './coverage/coverage-rows.ts';
import { erasedReasons, erasedWithin, namesOf } from './coverage/erasure-reasons.ts';
import { ObservedCoverage } from './coverage/observed-coverage.ts';
import type { ScratchColumns, ScratchTable } from './duckdb/scratch-table.ts';
import { StoreError } from './errors.ts';
import { Identities } from './identity/identities.ts';
import {
  findPrincipals,
  type Principal,
  type Resolution,
  resolutionOf,
  Tenants,
} from './identity/principal.ts';
import type { Selection, WhoOptions } from './identity/principal-types.ts';
import { STATEMENT_ROWS_MAX } from './limits.ts';
import { AccessReader } from './reading/access-reader.ts';
import {
  CurrentRows,
  type HiddenEntries,
  type RunSql,
  type Scope,
  type Select,
} from './reading/current-rows.ts';
import type { LedgerHead } from './reading/ledger-head.ts';
import {
  type Condition,
  conditionOf,
  contestedCondition,
  type RowFilter,
} from './reading/row-filter.ts';
import { throttledFilter, throttledOf } from './reading/throttled.ts';
import { eventsInOrder } from './reading/timeline.ts';
import type { Timeline, TimelineFilter } from './reading/timeline-filter.ts';
import type { Coverage } from './rows/completeness.ts';
import type {
  CoverageRow,
  ErasureRow,
  FindingRow,
  ImportRow,
  InventoryRow,
} from './rows/entry-rows.ts';
import type { EventRow } from './rows/event-row.ts';
import { SignalReader } from './signal-reader.ts';
import type { FindingFilter, GroupWindow, StoredFinding } from './sqlite/finding-table.ts';
import type { StageCursor } from './sqlite/state-database.ts';
import { STORE_STAGE } from './store-layout.ts';

export type ReaderOptions = {
  readonly threads?: number;
  /** What is late and what has expired depends on the time; without a clock, on the last poll. */
  readonly clock?: Clock;
};

type Period = { readonly fromMs: number; readonly toMs: number };

/** The reading side of the books: takes no lock, while another process writes. */
export class StoreReader {
  readonly #live: CurrentRows;
  readonly #clock: Clock | undefined;
  readonly #observed = new ObservedCoverage();

  private constructor(live: CurrentRows, clock: Clock | undefined) {
    this.#live = live;
    this.#clock = clock;
  }

  static async open(dir: string, options: ReaderOptions = {}): Promise<StoreReader> {
    return new StoreReader(await CurrentRows.open(dir, options.threads ?? 1), options.clock);
  }

  /** Entries below this index are in the books. */
  get cursor(): number {
    return this.#live.state?.cursor(STORE_STAGE) ?? 0;
  }

  /** Entries below this index were looked at by a stage behind the books. */
  stageCursor(stage: string): number {
    return this.#live.state?.cursor(stage) ?? 0;
  }

  /** True for a stage that an erasure sent back to the first entry, too. */
  hasRun(stage: string): boolean {
    return this.#live.state?.hasCursor(stage) ?? false;
  }

  /**
   * The first entry that a stage of this prefix has not looked at, although records came in with
   * it or behind it; undefined where all stages have looked at all records.
   */
  notLookedAt(prefix: string): StageCursor | undefined {
    return this.#live.state?.notLookedAt(prefix);
  }

  /** Event times of what was posted at or behind an entry. */
  touchedSince(index: number): IntervalSet {
    const touched = this.#live.state?.touchedSince(index) ?? [];
    return normalise(touched.map(({ fromMs, toMs }) => interval(fromMs, toMs)));
  }

  /** What records say to rules. */
  get signals(): SignalReader {
    return new SignalReader(this.#live);
  }

  /** The tenant of records that state none: that of all others, where these state one. */
  tenantOf(stated: string): string {
    return this.#tenants().home(stated);
  }

  /**
   * A view that shows no event and no signal of these entries; it is open as long as this is. All
   * else, such as coverage and findings, it shows as this does.
   */
  without(hidden: HiddenEntries): StoreReader {
    return new StoreReader(this.#live.without(hidden), this.#clock);
  }

  /** The open findings of one rule. */
  findingsOfRule(rule: string): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.openOfRule(rule)) ?? [];
  }

  findings(filter: FindingFilter = {}): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.list(filter)) ?? [];
  }

  /** Every revision of every finding, in the order of the ledger. */
  findingHistory(): readonly FindingRow[] {
    return this.#live.state?.findings.history() ?? [];
  }

  finding(uid: string): StoredFinding | undefined {
    return this.findingsOf([uid]).get(uid);
  }

  /** Those of them that were ever said, by their id. */
  findingsOf(uids: readonly string[]): ReadonlyMap<string, StoredFinding> {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.findAll(uids)) ?? new Map();
  }

  /** Those of one rule, of some groups and windows: whatever its version, and the tenant. */
  findingsOfGroups(rule: string, windows: readonly GroupWindow[]): readonly StoredFinding[] {
    const { state } = this.#live;
    return state?.snapshot(() => state.findings.ofGroups(rule, windows)) ?? [];
  }

  /** Decisions, passes, and what is known of the authorisation of sign-ins. */
  get access(): AccessReader {
    return new AccessReader(this.#live, this);
  }

  /** Indices of the entries of our own of one kind, at or behind this one, ascending. */
  acts(kind: string, fromIndex: number = 0): readonly number[] {
    return this.#live.state?.acts(kind, fromIndex) ?? [];
  }

  /** Who is meant by a UPN in any case, an object id, a PUID or a SID. */
  async resolvePrincipal(who: string, options: WhoOptions = {}): Promise<Resolution> {
    const state = this.#live.state;
    if (state === undefined) return NOTHING_POSTED;
    const found = state.snapshot(() => findPrincipals(state, who, options));
    if (found.length <= 1) return resolutionOf(who, found);
    // A name may be left of a row that was merged into another principal's.
    const rows = await Promise.all(
      found.map(({ selection }) => this.#countWhere(conditionOf({ selection }))),
    );
    return resolutionOf(
      who,
      found.filter((_, i) => rows[i] !== 0),
    );
  }

  /** Who is meant by keys and names, as known at this moment. */
  identities(): Identities {
    return new Identities(this.#live.state);
  }

  /**
   * The events of a filter in order, as many as there are. None for a user who is not known or
   * may be one of several: `who` and `coverage` then say so.
   * @throws BooksError FILTER_INVALID
   */
  async timeline(filter: TimelineFilter, ledger: LedgerHead): Promise<Timeline> {
    const { user, tenant, isSubject, ...rest } = filter;
    const who = user === undefined ? undefined : await this.resolvePrincipal(user, filter);
    const tenants = this.#readAs(tenant);
    const known = who?.kind === 'one' ? namesOf(who.principal) : [];
    const names = user === undefined ? [] : [user, ...known];
    const erased = erasedReasons(erasedWithin(this.erasures(), filter), names, isSubject);
    const coverage = this.#coverage(filter, ledger, tenants);
    if (who !== undefined && who.kind !== 'one') {
      return { who, rows: nothing(), coverage: besides(coverage, [...erased, who.because]) };
    }
    const asked: RowFilter = { ...rest, tenants, selection: who?.selection };
    conditionOf(asked);
    return { who, rows: eventsInOrder(this.#live, asked), coverage: besides(coverage, erased) };
  }

  /** Every event of a filter, in order; says nothing about coverage. */
  rows(filter: RowFilter): AsyncIterable<EventRow> {
    return eventsInOrder(this.#live, filter);
  }

  /** What stages ask of the rows that count, over the columns of a file of events. */
  select(sql: Select): Promise<DuckDBValue[][]> {
    return this.#live.read((snapshot) => snapshot.rows(sql));
  }

  /** SQL for the tenant in a column, as every question reads it. */
  tenantSql(column: string): string {
    return this.#tenants().sql(column);
  }

  /** Any question over the rows that count in a scope: `sqlOf` gets what follows FROM. */
  over(
    scope: Scope,
    sqlOf: (source: string) => string,
    values: readonly DuckDBValue[] = [],
  ): Promise<DuckDBValue[][]> {
    return this.#live.read((snapshot) => snapshot.all(sqlOf(snapshot.source(scope)), values));
  }

  /** As {@link over}, of several questions; `work` may be run again from the start. */
  together<T>(scope: Scope, work: (ask: RunSql, source: string) => Promise<T>): Promise<T> {
    return this.#live.read((snapshot) =>
      snapshot.together((ask) => work(ask, snapshot.source(scope))),
    );
  }

  /** A table for questions over it and the rows; MUST be dropped by whoever asked for it. */
  scratch(columns: ScratchColumns): Promise<ScratchTable> {
    return this.#live.scratch(columns);
  }

  /**
   * The events that a statement is made of, in order.
   * @throws StoreError STATEMENT_TOO_LARGE
   */
  async rowsOf(filter: RowFilter): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for await (const row of eventsInOrder(this.#live, filter)) {
      if (rows.push(row) <= STATEMENT_ROWS_MAX) continue;
      throw new StoreError(
        'STATEMENT_TOO_LARGE',
        `couldn't make the statement: it has more than ${STATEMENT_ROWS_MAX} events; ` +
          'give a shorter period with --from and --to',
      );
    }
    return rows;
  }

  /** Events under a name that several people held, which nothing ties to one of them. */
  async contestedRows(selection: Selection, period: Scope): Promise<number> {
    if (selection.shared.length === 0) return 0;
    return this.#countWhere(contestedCondition(selection, period));
  }

  /** Records of others after which a mailbox of this principal was not recorded for a day. */
  async throttledRows(
    own: readonly EventRow[],
    principal: Principal,
    { tenants, ...period }: Scope & { readonly tenants: readonly string[] },
  ): Promise<EventRow[]> {
    const rows = await this.rowsOf(throttledFilter(tenants, period));
    return throttledOf(rows, own, principal);
  }

  /** The tenants that the company owns; undefined where nobody has said. */
  inventory(): InventoryRow | undefined {
    return this.#live.state?.inventory();
  }

  /** What imports say of themselves, what follows from all collectors, and the inventory. */
  coverage(): readonly CoverageRow[] {
    const { state } = this.#live;
    if (state === undefined) return [];
    return coverageRows(state, this.#observed, this.nowMs());
  }

  /** What became of the canaries of each workload in each feed. */
  canaries(): readonly CanaryTally[] {
    const { state } = this.#live;
    return state === undefined ? [] : state.snapshot(() => this.#observed.canaries(state));
  }

  /** Hours in which two sources are to be compared, by what is known of both. */
  dueChecks(): readonly DueCheck[] {
    const { state } = this.#live;
    if (state === undefined) return [];
    return state.snapshot(() => this.#observed.dueChecks(state, this.nowMs()));
  }

  /** The events of one tenant in a period, in order. */
  eventsOf(tenant: string, period: Scope): AsyncIterable<EventRow> {
    const tenants = this.#tenants().readAs(tenant);
    return eventsInOrder(this.#live, { ...period, tenants });
  }

  /**
   * The longest period of which every source that is collected was; undefined where none was.
   * Holes may lie in it, and all that a source which fell silent does not tell of: see
   * {@link coverageOf}.
   */
  collectedPeriod(tenant?: string): Period | undefined {
    return collectedPeriod(this.#factsOf(tenant), this.nowMs());
  }

  /**
   * The period that an answer is about where none is asked for: what was collected, else what came
   * in files; undefined where nothing came.
   */
  answerablePeriod(tenant?: string): Period | undefined {
    return this.collectedPeriod(tenant) ?? arrivedPeriod(this.#factsOf(tenant));
  }

  /** What is known to be missing in a period, and whether the books hold all of it. */
  coverageOf(
    filter: Scope & { readonly tenant?: string | undefined },
    ledger: LedgerHead,
  ): Coverage {
    const { tenant } = filter;
    return this.#coverage(filter, ledger, this.#readAs(tenant));
  }

  erasures(): readonly ErasureRow[] {
    return this.#live.state?.erasures() ?? [];
  }

  imports(): readonly ImportRow[] {
    return this.#live.state?.imports() ?? [];
  }

  /** Questions that are being answered, and all behind them, reject: what is left is to close. */
  stop(): void {
    this.#live.stop();
  }

  /** After large questions: what they needed goes back to the system. */
  giveBack(): Promise<void> {
    return this.#live.giveBack();
  }

  close(): void {
    this.#live.close();
  }

  /** Before all times where nobody says what time it is. */
  nowMs(): number {
    return this.#clock?.now() ?? Number.NEGATIVE_INFINITY;
  }

  async #countWhere({ where, values, scope }: Condition): Promise<number> {
    const [row] = await this.select({ select: 'count(*)', scope, rest: where, values });
    return Number(row?.[0]);
  }

  #factsOf(tenant: string | undefined): readonly CoverageRow[] {
    return factsWithin(this.coverage(), {}, this.#readAs(tenant));
  }

  #readAs(tenant: string | undefined): readonly string[] | undefined {
    return tenant === undefined ? undefined : this.#tenants().readAs(tenant);
  }

  #tenants(): Tenants {
    return new Tenants(this.#live.state?.tenants() ?? []);
  }

  #coverage(period: Scope, ledger: LedgerHead, tenants: readonly string[] | undefined): Coverage {
    return coverageWithin(factsWithin(this.coverage(), period, tenants), period, ledger);
  }
}

const NOTHING_POSTED: Resolution = {
  kind: 'none',
  because: { code: 'books-empty', text: 'nothing was posted to the books yet' },
};

async function* nothing(): AsyncGenerator<EventRow> {}
