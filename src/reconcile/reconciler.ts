import { type DuckDBValue, listValue } from '@duckdb/node-api';
import type { BooksReader, CoverageFact } from '../books/index.ts';
import type { FindingDraft } from '../core/index.ts';
import type { Authorisations, Standing } from './authorisations.ts';
import { findingsOf, isSaid, type Surroundings } from './findings.ts';
import { joinedSql } from './joined.ts';
import { LIST_MAX, SESSION_LIFE_MAX_MS } from './limits.ts';
import { SignInCoverage, severityOf } from './sign-in-coverage.ts';
import { type Cause, isUnexplained, type Method, type Verdict, verdictOf } from './verdict.ts';

export type ReconcilePeriod = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly tenant?: string | undefined;
};

/** The verdict on one action. */
export type ActionVerdict = {
  readonly index: number;
  readonly tenant: string;
  readonly atMs: number;
  readonly workload: string | null;
  readonly recordType: number | null;
  readonly operation: string | null;
  readonly who: string | null;
  readonly actor: string | null;
  readonly app: string | null;
  readonly ip: string | null;
  readonly session: string | null;
  readonly token: string | null;
  readonly method: Method;
  /** Ledger index of the sign-in's event. */
  readonly signIn: number | null;
  readonly cause: Cause;
  readonly verdict: Verdict;
  /** Where no sign-in stands behind it: the bound on what was lost at random. */
  readonly bound: number | null;
};

/** How the actions of one kind of record were tied to sign-ins. */
export type JoinShare = {
  readonly workload: string;
  readonly recordType: number | null;
  readonly actions: number;
  readonly joined: Readonly<Record<Method, number>>;
};

/** What is left unexplained of one day. */
export type Residual = {
  readonly day: string;
  readonly workload: string;
  readonly actions: number;
};

export type Reconciliation = {
  readonly actions: number;
  readonly accounted: number;
  readonly unaccounted: Readonly<Partial<Record<Cause, number>>>;
  readonly unknown: Readonly<Partial<Record<Cause, number>>>;
  readonly joined: readonly JoinShare[];
  readonly residual: readonly Residual[];
};

type Group = {
  readonly tenant: string;
  readonly workload: string;
  readonly recordType: number | null;
  readonly method: Method;
  readonly cause: Cause;
  readonly hourMs: number;
  /** It names a token or a session that no sign-in in the ledger has. */
  readonly isUntied: boolean;
  readonly actions: number;
};

/**
 * Meets each action with its authorisation. Everything is asked of the books anew, so that what
 * came late counts as if it had always been there, and the order of arrival changes nothing.
 */
export class Reconciler {
  readonly #books: BooksReader;
  readonly #authorisations: Authorisations;
  readonly #coverage: SignInCoverage;

  constructor(
    books: BooksReader,
    options: {
      readonly authorisations: Authorisations;
      readonly coverage: readonly CoverageFact[];
    },
  ) {
    this.#books = books;
    this.#authorisations = options.authorisations;
    this.#coverage = new SignInCoverage(options.coverage);
  }

  /** The totals of a period. They equal the sum of all statements, and the system's. */
  async totals(period: ReconcilePeriod): Promise<Reconciliation> {
    const groups = await this.#groups(period);
    const counts = new Map<Cause, number>();
    for (const { cause, actions } of groups) counts.set(cause, (counts.get(cause) ?? 0) + actions);
    const of = (verdict: Verdict): Partial<Record<Cause, number>> =>
      Object.fromEntries(
        [...counts].filter(([cause]) => verdictOf(cause) === verdict).sort((a, b) => b[1] - a[1]),
      );
    return {
      actions: groups.reduce((sum, { actions }) => sum + actions, 0),
      accounted: counts.get('accounted') ?? 0,
      unaccounted: of('unaccounted'),
      unknown: of('unknown'),
      joined: sharesOf(groups),
      residual: residualOf(groups),
    };
  }

  /** Those that are not accounted for, in order of time; `among` narrows them by cause. */
  async list(period: ReconcilePeriod, among: (cause: Cause) => boolean): Promise<ActionVerdict[]> {
    const rows = await this.#rows(period, "WHERE final <> 'accounted'");
    return rows.filter(({ cause }) => among(cause));
  }

  /** What the findings of a period are: see `findingsOf`. */
  async findings(period: ReconcilePeriod): Promise<FindingDraft[]> {
    const groups = await this.#groups(period);
    const byDay = Map.groupBy(groups, ({ tenant, hourMs }) => `${tenant}\n${dayOf(hourMs)}`);
    const surroundings = (tenant: string, dayMs: number): Surroundings => {
      const own = byDay.get(`${tenant}\n${dayOf(dayMs)}`) ?? [];
      const tied = own.filter(({ method }) => method === 'token' || method === 'session');
      const count = (of: readonly Group[]): number => of.reduce((n, { actions }) => n + actions, 0);
      const untied = own.filter(({ isUntied }) => isUntied);
      return { named: count(tied) + count(untied), tied: count(tied) };
    };
    // Asked for its rows only where there is something to say: most days leave nothing.
    if (!groups.some(({ cause }) => isSaid(cause))) return [];
    const verdicts = await this.list(period, isSaid);
    return findingsOf(verdicts, surroundings, (verdict) => severityOf(verdict));
  }

  /** Of some events, by their ledger index. */
  async of(
    indices: readonly number[],
    period: ReconcilePeriod,
  ): Promise<Map<number, ActionVerdict>> {
    if (indices.length === 0) return new Map();
    const rows = await this.#rows(period, '', indices);
    return new Map(rows.map((row) => [row.index, row]));
  }

  async #groups(period: ReconcilePeriod): Promise<Group[]> {
    const rows = await this.#ask(
      period,
      (inner) => `SELECT tenant, coalesce(workload, 'not stated'), record_type, method, final,
        t // 3600000 * 3600000 AS hour, count(*) FROM (${inner}) GROUP BY ALL`,
    );
    return rows.map(([tenant, workload, recordType, method, final, hour, count]) => {
      const hourMs = Number(hour);
      const { cause } = this.#weighed(String(tenant), hourMs, String(final));
      return {
        tenant: String(tenant),
        workload: String(workload),
        recordType: numberOrNull(recordType),
        method: method as Method,
        cause,
        hourMs,
        isUntied: final === 'no-sign-in',
        actions: Number(count),
      };
    });
  }

  async #rows(
    period: ReconcilePeriod,
    rest: string,
    indices?: readonly number[],
  ): Promise<ActionVerdict[]> {
    const rows = await this.#ask(
      period,
      (inner) => `SELECT "index", tenant, t, workload, record_type, operation, who, actor, app_uid,
        ip, session_uid, token_uid, method, sign_in, final
        FROM (${inner}) ${rest} ORDER BY t, "index" LIMIT ${LIST_MAX}`,
      indices,
    );
    return rows.map((row) => this.#verdict(row));
  }

  #verdict(row: readonly DuckDBValue[]): ActionVerdict {
    const [index, tenant, t, workload, recordType, operation, who, actor, app, ...more] = row;
    const [ip, session, token, method, signIn, final] = more;
    const atMs = Number(t);
    const { cause, bound } = this.#weighed(String(tenant), hourOf(atMs), String(final));
    return {
      index: Number(index),
      tenant: String(tenant),
      atMs,
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

  /** By the hour, so that an action and the total it stands in get the same verdict. */
  #weighed(tenant: string, hourMs: number, final: string): { cause: Cause; bound: number | null } {
    if (final !== 'no-sign-in') return { cause: final as Cause, bound: null };
    return this.#coverage.absence(tenant, hourMs);
  }

  async #ask(
    { fromMs, toMs, tenant }: ReconcilePeriod,
    sqlOf: (inner: string) => string,
    indices?: readonly number[],
  ): Promise<DuckDBValue[][]> {
    const values: DuckDBValue[] = [];
    const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
    const where = [
      ...(fromMs === undefined ? [] : [`"time" >= ${instant(bind, fromMs)}`]),
      ...(toMs === undefined ? [] : [`"time" < ${instant(bind, toMs)}`]),
      ...(tenant === undefined ? [] : [`tenant = ${bind(tenant)}`]),
      ...(indices === undefined ? [] : [`"index" IN (SELECT unnest(${bind(list(indices))}))`]),
    ];
    const standings = await this.#standings();
    const registered = await this.#authorisations.registered();
    const lists = {
      yes: bind(list(standings.yes)),
      no: bind(list(standings.no)),
      unknown: bind(list(standings.unknown)),
      registered: registered === undefined ? undefined : bind(texts(registered)),
    };
    const from = fromMs === undefined ? undefined : fromMs - SESSION_LIFE_MAX_MS;
    const signInScope = { fromMs: from, toMs };
    // One scope for both: files that hold neither are skipped by their times.
    return this.#books.over(
      signInScope,
      (source) =>
        sqlOf(
          withStandings(
            joinedSql({
              acts: source,
              signIns: source,
              where: where.length === 0 ? 'true' : where.join(' AND '),
            }),
            lists,
          ),
        ),
      values,
    );
  }

  async #standings(): Promise<Record<Standing, number[]>> {
    const found: Record<Standing, number[]> = { yes: [], no: [], unknown: [] };
    for await (const { index, standing } of this.#authorisations.standings()) {
      found[standing].push(index);
    }
    return found;
  }
}

type Lists = {
  readonly yes: string;
  readonly no: string;
  readonly unknown: string;
  readonly registered: string | undefined;
};

/** A sign-in that is there is worth what stands behind it. */
function withStandings(joined: string, lists: Lists): string {
  const { yes, no, unknown, registered } = lists;
  const unregistered =
    registered === undefined
      ? ''
      : `WHEN cause = 'signed-in' AND actor_type = 4 AND NOT list_contains(${registered}, app_uid)
           AND NOT list_contains(${registered}, coalesce(actor, '')) THEN 'unregistered-workload'`;
  return `SELECT j.*, CASE ${unregistered}
      WHEN cause <> 'signed-in' THEN cause
      WHEN y.i IS NOT NULL THEN 'accounted'
      WHEN n.i IS NOT NULL THEN 'check-failed'
      WHEN u.i IS NOT NULL THEN 'check-unknown'
      ELSE 'no-policy' END AS final
    FROM (${joined}) AS j
    LEFT JOIN (SELECT DISTINCT unnest(${yes}) AS i) AS y ON y.i = j.sign_in
    LEFT JOIN (SELECT DISTINCT unnest(${no}) AS i) AS n ON n.i = j.sign_in
    LEFT JOIN (SELECT DISTINCT unnest(${unknown}) AS i) AS u ON u.i = j.sign_in`;
}

function sharesOf(groups: readonly Group[]): JoinShare[] {
  const byKind = Map.groupBy(groups, ({ workload, recordType }) => `${workload}\n${recordType}`);
  return [...byKind.values()]
    .map((own) => {
      const joined = { token: 0, session: 0, person: 0, none: 0 };
      for (const { method, actions } of own) joined[method] += actions;
      const { workload, recordType } = own[0] as Group;
      const actions = own.reduce((sum, group) => sum + group.actions, 0);
      return { workload, recordType, actions, joined };
    })
    .sort((a, b) => b.actions - a.actions || (a.workload < b.workload ? -1 : 1));
}

function residualOf(groups: readonly Group[]): Residual[] {
  const byDay = Map.groupBy(groups, ({ hourMs, workload }) => `${dayOf(hourMs)}\n${workload}`);
  return [...byDay]
    .map(([key, own]) => {
      const [day = '', workload = ''] = key.split('\n');
      const left = own.filter(({ cause }) => isUnexplained(cause));
      return { day, workload, actions: left.reduce((sum, { actions }) => sum + actions, 0) };
    })
    .filter(({ actions }) => actions > 0)
    .sort((a, b) => (a.day + a.workload < b.day + b.workload ? -1 : 1));
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function hourOf(ms: number): number {
  return Math.floor(ms / 3_600_000) * 3_600_000;
}

function instant(bind: (value: DuckDBValue) => string, ms: number): string {
  return `make_timestamp_ms(CAST(${bind(BigInt(ms))} AS BIGINT))`;
}

/** No index is negative: of an empty list the engine could not tell the type. */
function list(indices: readonly number[]): DuckDBValue {
  return listValue([-1n, ...indices.map(BigInt)]);
}

function texts(items: readonly string[]): DuckDBValue {
  return listValue(['', ...items]);
}

function textOrNull(value: DuckDBValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: DuckDBValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
