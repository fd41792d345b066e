import type { Interval } from '@countersign/core';
import type { DuckDBValue } from '@duckdb/node-api';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { EventCounts } from '../../store/rows/event-kind.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { ACTIONS_AT_ONCE, DAY_MS, HOUR_MS, LIST_MAX } from '../limits.ts';
import { AbsenceConfidence, type JoinCounts } from './absence-confidence.ts';
import { findingsOf, isReported } from './action-findings.ts';
import { ActionQuery, EXPECTED_FROM, EXPECTED_TO, type ReconcilePeriod } from './action-query.ts';
import {
  type ActionVerdict,
  type DayVerdicts,
  daysOf,
  type Group,
  type JoinShare,
  type Residual,
  residualOf,
  sharesOf,
} from './action-totals.ts';
import { type Cause, type Method, type Verdict, verdictOf } from './action-verdict.ts';
import type { AuthorizationSource } from './authorization-status.ts';
import { severityOf } from './log-coverage.ts';
import { type ExpectedSignIn, type Flow, SignInCoverage } from './sign-in-coverage.ts';

export type Reconciliation = {
  readonly actions: number;
  /** Events without an actor, which are counted apart. */
  readonly events: EventCounts;
  readonly accounted: number;
  readonly unaccounted: Readonly<Partial<Record<Cause, number>>>;
  readonly unknown: Readonly<Partial<Record<Cause, number>>>;
  readonly joined: readonly JoinShare[];
  readonly residual: readonly Residual[];
  readonly days: readonly DayVerdicts[];
};

export type FindingsOfDay = {
  readonly dayMs: number;
  readonly drafts: readonly FindingDraft[];
  /** The day has more actions than were examined. */
  readonly isCut: boolean;
};

/** In whole days. */
type WholeDays = ReconcilePeriod & { readonly fromMs: number; readonly toMs: number };

export type VerdictList = {
  readonly verdicts: readonly ActionVerdict[];
  /** There are more. */
  readonly isCut: boolean;
};

/**
 * Matches each action with its authorization.
 *
 * Every run queries the store again, so late records count like all others, and the order of
 * arrival does not matter.
 *
 * An action is accounted if its sign-in is there, the match holds, and a decision or a passed check
 * supports it. A sign-in alone is the vendor's claim, and leaves the action unknown.
 */
export class ActionReconciler implements AsyncDisposable {
  readonly #store: StoreReader;
  readonly #query: ActionQuery;
  readonly #facts: readonly CoverageRow[];
  readonly #most: number;
  readonly #listMax: number;
  #coverage: Promise<SignInCoverage> | undefined;
  /** Counts for whole days, because parts of a day need the same ones. */
  readonly #surroundings = new Map<string, JoinCounts>();
  readonly #aroundDays = new Set<number>();

  constructor(
    store: StoreReader,
    options: {
      readonly authorizations: AuthorizationSource;
      readonly coverage: readonly CoverageRow[];
      /** Actions that are matched at once. Default: {@link ACTIONS_AT_ONCE}. */
      readonly atOnce?: number;
      /** Actions that are listed. Default: {@link LIST_MAX}. */
      readonly listMax?: number;
    },
  ) {
    this.#store = store;
    this.#query = new ActionQuery(store, options.authorizations);
    this.#facts = options.coverage;
    this.#most = options.atOnce ?? ACTIONS_AT_ONCE;
    this.#listMax = options.listMax ?? LIST_MAX;
  }

  /** The totals of a period. They equal the sum over all statements. */
  async totals(period: ReconcilePeriod): Promise<Reconciliation> {
    await this.#query.about(period);
    const groups = await this.#groups(period);
    const counts = new Map<Cause, number>();
    for (const { cause, actions } of groups) counts.set(cause, (counts.get(cause) ?? 0) + actions);
    const of = (verdict: Verdict): Partial<Record<Cause, number>> =>
      Object.fromEntries(
        [...counts].filter(([cause]) => verdictOf(cause) === verdict).sort((a, b) => b[1] - a[1]),
      );
    return {
      actions: groups.reduce((sum, { actions }) => sum + actions, 0),
      events: await this.#query.events(period),
      accounted: counts.get('accounted') ?? 0,
      unaccounted: of('unaccounted'),
      unknown: of('unknown'),
      joined: sharesOf(groups),
      residual: residualOf(groups),
      days: daysOf(groups),
    };
  }

  /**
   * Unaccounted and unknown actions in time order, optionally narrowed to some causes (`among`).
   */
  async list(
    period: ReconcilePeriod,
    among: (cause: Cause) => boolean = () => true,
  ): Promise<VerdictList> {
    await this.#query.about(period);
    const groups = await this.#groups(period);
    const isAsked = (cause: Cause): boolean => cause !== 'accounted' && among(cause);
    // The engine knows only preliminary causes. Coverage decides about absences per row.
    const finals = new Set(groups.filter(({ cause }) => isAsked(cause)).map(({ final }) => final));
    if (finals.size === 0) return { verdicts: [], isCut: false };
    const wanted = [...finals].map((final) => `'${final}'`).join(', ');
    const rows: ActionVerdict[] = [];
    for (const part of await this.#partsOf(period)) {
      for (const row of await this.#rows(part, `WHERE final IN (${wanted})`)) rows.push(row);
      if (rows.length > this.#listMax) break;
    }
    const verdicts = rows.filter(({ cause }) => isAsked(cause));
    return { verdicts: verdicts.slice(0, this.#listMax), isCut: rows.length > this.#listMax };
  }

  /** Findings by day, for days with any. The period MUST be whole days. */
  async *findings({ fromMs, toMs, tenant }: WholeDays): AsyncGenerator<FindingsOfDay> {
    await this.#query.about({ fromMs, toMs });
    const groups = await this.#groups({ fromMs, toMs, tenant });
    const days = new Set(
      groups
        .filter(({ cause }) => isReported(cause))
        .map(({ hourMs }) => Math.floor(hourMs / DAY_MS) * DAY_MS),
    );
    for (const day of [...days].sort((a, b) => a - b)) {
      const period = { fromMs: day, toMs: day + DAY_MS, tenant };
      const { verdicts, isCut } = await this.list(period, isReported);
      yield { dayMs: day, drafts: findingsOf(verdicts, severityOf), isCut };
    }
  }

  /** The verdicts on some events, by ledger index. */
  async of(
    indices: readonly number[],
    period: ReconcilePeriod,
  ): Promise<Map<number, ActionVerdict>> {
    if (indices.length === 0) return new Map();
    const rows = await this.#rows(period, '', indices);
    return new Map(rows.map((row) => [row.index, row]));
  }

  /** Days whose matches may change since an entry, besides those of the new entries. */
  reachedDays(fromIndex: number, touched: readonly Interval[]): Promise<number[]> {
    const [first] = touched;
    return first === undefined
      ? Promise.resolve([])
      : this.#query.reachedDays(fromIndex, first.from);
  }

  /** Drops its tables in the engine. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#query.close();
  }

  /** Groups of several parts are not merged, because only sums are computed from them. */
  async #groups(period: ReconcilePeriod): Promise<Group[]> {
    const groups: Group[] = [];
    for (const part of await this.#partsOf(period)) {
      for (const group of await this.#groupsAtOnce(part)) groups.push(group);
    }
    return groups;
  }

  async #partsOf(period: ReconcilePeriod): Promise<ReconcilePeriod[]> {
    return partsOf(period, await this.#query.actionsByTime(period), this.#most);
  }

  async #groupsAtOnce(period: ReconcilePeriod): Promise<Group[]> {
    const rows = await this.#query.rows(
      period,
      (joined) => `SELECT tenant, coalesce(workload, 'not stated'), record_type, method, final,
        source, flow, t // ${HOUR_MS} * ${HOUR_MS} AS hour,
        CASE WHEN final = 'no-sign-in' THEN ${EXPECTED_FROM} END AS sought_from,
        CASE WHEN final = 'no-sign-in' THEN ${EXPECTED_TO} END AS sought_to, count(*)
        FROM (${joined}) GROUP BY ALL`,
    );
    const expectations = rows.map(expectedOfGroup);
    const absenceConfidence = await this.#confidence(
      rows.map((row, i) => [String(row[4]), at(expectations, i)]),
    );
    return rows.map((row, i) => {
      const [tenant, workload, recordType, method, final] = row;
      const expected = at(expectations, i);
      return {
        tenant: String(tenant),
        workload: String(workload),
        recordType: numberOrNull(recordType),
        method: method as Method,
        final: String(final),
        cause: absenceConfidence.weighed(String(final), expected).cause,
        hourMs: expected.hourMs,
        actions: Number(row[10]),
      };
    });
  }

  async #rows(
    period: ReconcilePeriod,
    rest: string,
    indices?: readonly number[],
  ): Promise<ActionVerdict[]> {
    const limit = indices === undefined ? `LIMIT ${LIST_MAX + 1}` : '';
    const rows = await this.#query.rows(
      period,
      (joined) => `SELECT tenant, source, flow, t, ${EXPECTED_FROM}, ${EXPECTED_TO}, final, "index",
        workload, record_type, operation, who, actor, app_uid, ip, session_uid, token_uid, method,
        sign_in FROM (${joined}) ${rest} ORDER BY t, "index" ${limit}`,
      indices,
    );
    const expectations = rows.map(expectedOfRow);
    const confidence = await this.#confidence(
      rows.map((row, i) => [String(row[6]), at(expectations, i)]),
    );
    return rows.map((row, i) => verdictOfRow(row, at(expectations, i), confidence));
  }

  async #confidence(
    cases: readonly (readonly [final: string, expected: ExpectedSignIn])[],
  ): Promise<AbsenceConfidence> {
    const coverage = await this.#signInCoverage();
    const alone = new AbsenceConfidence(coverage);
    const asked = cases.filter(([final, expected]) => alone.needsAround(final, expected));
    const days = [...new Set(asked.map(([, { hourMs }]) => Math.floor(hourMs / DAY_MS) * DAY_MS))];
    if (days.length === 0) return alone;
    const around = await this.#around(days);
    return new AbsenceConfidence(coverage, ({ tenant, flow, hourMs }) =>
      around.get(`${tenant}\n${flow}\n${Math.floor(hourMs / DAY_MS) * DAY_MS}`),
    );
  }

  /** Counts for whole days, for any requested part of them. */
  async #around(days: readonly number[]): Promise<ReadonlyMap<string, JoinCounts>> {
    const missing = days.filter((day) => !this.#aroundDays.has(day));
    if (missing.length === 0) return this.#surroundings;
    const fromMs = missing.reduce((a, b) => Math.min(a, b));
    const toMs = missing.reduce((a, b) => Math.max(a, b)) + DAY_MS;
    const found = new Map<string, { tied: number; untied: number }>();
    for (const part of await this.#partsOf({ fromMs, toMs })) {
      const rows = await this.#query.rows(
        part,
        (joined) => `SELECT tenant, flow, t // ${DAY_MS} * ${DAY_MS},
            count(*) FILTER (WHERE method IN ('token', 'session')),
            count(*) FILTER (WHERE final = 'no-sign-in')
          FROM (${joined}) GROUP BY ALL`,
      );
      for (const [tenant, flow, day, tied, untied] of rows) {
        const key = `${tenant}\n${flow}\n${day}`;
        const sum = found.get(key) ?? { tied: 0, untied: 0 };
        found.set(key, { tied: sum.tied + Number(tied), untied: sum.untied + Number(untied) });
      }
    }
    for (const [key, sum] of found) this.#surroundings.set(key, sum);
    for (const day of missing) this.#aroundDays.add(day);
    return this.#surroundings;
  }

  #signInCoverage(): Promise<SignInCoverage> {
    this.#coverage ??= this.#query
      .seenKinds()
      .then(
        (seen) =>
          new SignInCoverage({ facts: this.#facts, erasures: this.#store.erasures(), seen }),
      );
    return this.#coverage;
  }
}

/** Cuts a period into parts that do not exceed the limit on actions. */
function partsOf(
  period: ReconcilePeriod,
  whiles: readonly (readonly [startMs: number, actions: number])[],
  most: number,
): ReconcilePeriod[] {
  const cuts: number[] = [];
  let held = 0;
  for (const [startMs, actions] of whiles) {
    if (held > 0 && held + actions > most) {
      cuts.push(startMs);
      held = 0;
    }
    held += actions;
  }
  const bounds = [period.fromMs, ...cuts, period.toMs];
  return bounds.slice(1).map((toMs, i) => ({ ...period, fromMs: bounds[i], toMs }));
}

function expectedOfGroup(row: readonly DuckDBValue[]): ExpectedSignIn {
  const [tenant, , , , , source, flow, hour, from, to] = row;
  const hourMs = Number(hour);
  return {
    tenant: String(tenant),
    source: String(source),
    flow: flow as Flow,
    hourMs,
    fromMs: numberOrNull(from) ?? hourMs,
    toMs: numberOrNull(to) ?? hourMs,
  };
}

function expectedOfRow(row: readonly DuckDBValue[]): ExpectedSignIn {
  const [tenant, source, flow, t, from, to] = row;
  return {
    tenant: String(tenant),
    source: String(source),
    flow: flow as Flow,
    hourMs: Math.floor(Number(t) / HOUR_MS) * HOUR_MS,
    fromMs: Number(from),
    toMs: Number(to),
  };
}

function verdictOfRow(
  row: readonly DuckDBValue[],
  expected: ExpectedSignIn,
  confidence: AbsenceConfidence,
): ActionVerdict {
  const [, , , t, , , final, index, workload, recordType, operation, who, actor, ...more] = row;
  const [app, ip, session, token, method, signIn] = more;
  const { cause, bound } = confidence.weighed(String(final), expected);
  return {
    index: Number(index),
    tenant: expected.tenant,
    atMs: Number(t),
    workload: textOrNull(workload),
    recordType: numberOrNull(recordType),
    operation: textOrNull(operation),
    who: textOrNull(who),
    actor: textOrNull(actor),
    app: textOrNull(app),
    ip: textOrNull(ip),
    session: textOrNull(session),
    token: textOrNull(token),
    method: method as Method,
    signIn: numberOrNull(signIn),
    cause,
    verdict: verdictOf(cause),
    bound,
  };
}

function at<T>(list: readonly T[], i: number): T {
  return list[i] as T;
}

function textOrNull(value: DuckDBValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: DuckDBValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
