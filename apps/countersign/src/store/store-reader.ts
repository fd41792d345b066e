import { type Clock, type IntervalSet, interval, normalize, OWN_TENANT } from '@countersign/core';
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
  type TimeRange,
} from './reading/current-rows.ts';
import { FindingReader } from './reading/finding-reader.ts';
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
import type { CoverageRow, ErasureRow, ImportRow, InventoryRow } from './rows/entry-rows.ts';
import type { EventRow } from './rows/event-row.ts';
import { SignalReader } from './signal-reader.ts';
import type { StageCursor } from './sqlite/state-database.ts';
import { STORE_STAGE } from './store-layout.ts';
import type { SummarySource } from './summaries/summary-source.ts';
import type { SummaryTable } from './summaries/summary-table.ts';

export type ReaderOptions = {
  readonly threads?: number;
  /** The time decides what is late or expired. Without a clock, the last poll's time does. */
  readonly clock?: Clock;
};

/** Reads the store without a lock, while another process writes. */
export class StoreReader {
  readonly #live: CurrentRows;
  readonly #clock: Clock | undefined;
  readonly #observed = new ObservedCoverage();
  readonly findings: FindingReader;

  private constructor(live: CurrentRows, clock: Clock | undefined) {
    this.#live = live;
    this.#clock = clock;
    this.findings = new FindingReader(live);
  }

  static async open(dir: string, options: ReaderOptions = {}): Promise<StoreReader> {
    return new StoreReader(await CurrentRows.open(dir, options.threads ?? 1), options.clock);
  }

  /** The store covers the entries below this index. */
  get cursor(): number {
    return this.#live.state?.cursor(STORE_STAGE) ?? 0;
  }

  /** A stage after the store has processed the entries below this index. */
  stageCursor(stage: string): number {
    return this.#live.state?.cursor(stage) ?? 0;
  }

  /** True also for a stage that an erasure reset to the first entry. */
  hasRun(stage: string): boolean {
    return this.#live.state?.hasCursor(stage) ?? false;
  }

  /**
   * The first entry that a stage of this prefix has not processed, if records arrived from there
   * on; undefined if all stages have processed all records.
   */
  laggingStage(prefix: string): StageCursor | undefined {
    return this.#live.state?.laggingStage(prefix);
  }

  /** Event times of rows posted since an entry. */
  touchedSince(index: number): IntervalSet {
    const touched = this.#live.state?.touchedSince(index) ?? [];
    return normalize(touched.map(({ fromMs, toMs }) => interval(fromMs, toMs)));
  }

  get signals(): SignalReader {
    return new SignalReader(this.#live);
  }

  /** The tenant of records that state none: the only stated tenant, if there is one. */
  tenantOf(stated: string): string {
    return this.#tenants().home(stated);
  }

  /** A view without events and signals of these entries, open as long as this reader. */
  without(hidden: HiddenEntries): StoreReader {
    return new StoreReader(this.#live.without(hidden), this.#clock);
  }

  /** Decisions, passes, and the authorization of sign-ins. */
  get access(): AccessReader {
    return new AccessReader(this.#live, this);
  }

  /** Indices of our own entries of one kind from this index on, ascending. */
  indicesOfKind(kind: string, fromIndex: number = 0): readonly number[] {
    return this.#live.state?.indicesOfKind(kind, fromIndex) ?? [];
  }

  /** Whether the ledger has an entry of our own of this kind. */
  hasKind(kind: string): boolean {
    return this.#live.state?.hasKind(kind) ?? false;
  }

  /** Resolves a UPN in any case, an object id, a PUID or a SID. */
  async resolvePrincipal(who: string, options: WhoOptions = {}): Promise<Resolution> {
    const state = this.#live.state;
    if (state === undefined) return NOTHING_POSTED;
    const found = state.snapshot(() => findPrincipals(state, who, options));
    if (found.length <= 1) return resolutionOf(who, found);
    // A name may remain from a row that was merged into another principal's.
    const rows = await Promise.all(
      found.map(({ selection }) => this.#countWhere(conditionOf({ selection }))),
    );
    return resolutionOf(
      who,
      found.filter((_, i) => rows[i] !== 0),
    );
  }

  /** Every name, address and id that records give to someone. */
  aliasValues(): readonly string[] {
    return this.#live.state?.aliasValues() ?? [];
  }

  /** Identities as known at this moment. */
  identities(): Identities {
    return new Identities(this.#live.state);
  }

  /**
   * Yields all events of a filter in order. None for an unknown or ambiguous user; `who` and
   * `coverage` then say so.
   * @throws StoreError FILTER_INVALID
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

  /** Every event of a filter, in order; without coverage. */
  rows(filter: RowFilter): AsyncIterable<EventRow> {
    return eventsInOrder(this.#live, filter);
  }

  /** Runs a query of a stage over the current rows. */
  select(sql: Select): Promise<DuckDBValue[][]> {
    return this.#live.read((snapshot) => snapshot.rows(sql));
  }

  /**
   * Whether records of this tenant, or of any, are here. A collector that has delivered nothing
   * also states coverage, and Countersign's own entries are no records.
   */
  hasRecords(tenant?: string): boolean {
    const known = this.#live.state?.tenants() ?? [];
    const read = this.#readAs(tenant);
    return known.some((each) => each !== OWN_TENANT && (read === undefined || read.includes(each)));
  }

  /** SQL for the tenant that a column's value is attributed to. */
  tenantSql(column: string): string {
    return this.#tenants().sql(column);
  }

  /** Runs any SQL over the current rows of a scope. `sqlOf` receives the FROM clause. */
  over(
    scope: Scope,
    sqlOf: (source: string) => string,
    values: readonly DuckDBValue[] = [],
  ): Promise<DuckDBValue[][]> {
    return this.#live.read((snapshot) => snapshot.all(sqlOf(snapshot.source(scope)), values));
  }

  /** Like {@link over}, for rows of summary tables under the tenants of {@link tenantSql}. */
  overSummaries(
    days: TimeRange,
    sqlOf: (sourceOf: (table: SummaryTable) => SummarySource) => string,
  ): Promise<DuckDBValue[][]> {
    const tenant = this.tenantSql('tenant');
    return this.#live.read((snapshot) =>
      snapshot.all(
        sqlOf((table) => snapshot.summary(table, days, tenant)),
        [],
      ),
    );
  }

  /** Like {@link over}, for several queries. `work` may run again from the start. */
  together<T>(scope: Scope, work: (ask: RunSql, source: string) => Promise<T>): Promise<T> {
    return this.#live.read((snapshot) =>
      snapshot.together((ask) => work(ask, snapshot.source(scope))),
    );
  }

  /** Like {@link together}, with a summary table under the tenants that its records state. */
  togetherWith<T>(
    table: SummaryTable,
    range: TimeRange,
    work: (ask: RunSql, summary: SummarySource, source: string) => Promise<T>,
  ): Promise<T> {
    return this.#live.read((snapshot) => {
      const summary = snapshot.summary(table, range, 'tenant');
      return snapshot.together((ask) => work(ask, summary, snapshot.source(range)));
    });
  }

  /** A temporary table for joins with the rows. The caller MUST drop it. */
  scratch(columns: ScratchColumns): Promise<ScratchTable> {
    return this.#live.scratch(columns);
  }

  /**
   * The events of a statement, in order.
   * @throws StoreError STATEMENT_TOO_LARGE
   */
  async rowsOf(filter: RowFilter): Promise<EventRow[]> {
    const rows: EventRow[] = [];
    for await (const row of eventsInOrder(this.#live, filter)) {
      if (rows.push(row) <= STATEMENT_ROWS_MAX) continue;
      throw new StoreError(
        'STATEMENT_TOO_LARGE',
        `could not make the statement: it has more than ${STATEMENT_ROWS_MAX} events; ` +
          'give a shorter period with --from and --to',
      );
    }
    return rows;
  }

  /** Number of events under a name that several people held, without a tie to one of them. */
  async contestedRows(selection: Selection, period: Scope): Promise<number> {
    if (selection.shared.length === 0) return 0;
    return this.#countWhere(contestedCondition(selection, period));
  }

  /** Throttling records of other people for this principal's mailboxes. */
  async throttledRows(
    own: readonly EventRow[],
    principal: Principal,
    { tenants, ...period }: Scope & { readonly tenants: readonly string[] },
  ): Promise<EventRow[]> {
    const rows = await this.rowsOf(throttledFilter(tenants, period));
    return throttledOf(rows, own, principal);
  }

  /** The tenants that the company owns; undefined if none are recorded. */
  inventory(): InventoryRow | undefined {
    return this.#live.state?.inventory();
  }

  /** Coverage from imports, collectors and the inventory. */
  coverage(): readonly CoverageRow[] {
    const { state } = this.#live;
    if (state === undefined) return [];
    return coverageRows(state, this.#observed, this.nowMs());
  }

  /** Canary results by workload and feed. */
  canaries(): readonly CanaryTally[] {
    const { state } = this.#live;
    return state === undefined ? [] : state.snapshot(() => this.#observed.canaries(state));
  }

  /** Hours in which two sources are due for comparison. */
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
   * The longest period for which every collected source was collected; undefined without one. It
   * may contain holes, and gaps of sources that fell silent: see {@link coverageOf}.
   */
  collectedPeriod(tenant?: string): TimeRange | undefined {
    return collectedPeriod(this.#factsOf(tenant), this.nowMs());
  }

  /** The default period of an answer: what was collected, else what files span. */
  answerablePeriod(tenant?: string): TimeRange | undefined {
    return this.collectedPeriod(tenant) ?? arrivedPeriod(this.#factsOf(tenant));
  }

  /** Known holes in a period, and whether the store holds all of it. */
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

  /** Rejects running and later questions. Only closing remains. */
  stop(): void {
    this.#live.stop();
  }

  /** Returns memory to the system after large queries. */
  giveBack(): Promise<void> {
    return this.#live.giveBack();
  }

  close(): void {
    this.#live.close();
  }

  /** Before all times if there is no clock. */
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
  because: { code: 'store-empty', text: 'the store holds no entry yet' },
};

async function* nothing(): AsyncGenerator<EventRow> {}
