import type { SqliteConnection } from './sqlite-connection.ts';
import { spans } from './time-slices.ts';

/** The authorization status of one sign-in that the vendor reported. */
export type CheckRow = {
  readonly tenant: string;
  /** Key of the action. */
  readonly action: string;
  /** Ledger indices of all its deliveries. */
  readonly entries: readonly number[];
  readonly timeMs: number;
  /** `interactiveUser`, `managedIdentity`, …; `unknown` if the record does not state it. */
  readonly flow: string;
  readonly state: 'decided' | 'checked' | 'unverified';
  /** Why it is unverified; otherwise null. */
  readonly cause: string | null;
  readonly principal: string;
  readonly address: string | null;
  readonly session: string | null;
  readonly app: string | null;
  /** The matched decision, and the strength of the match. */
  readonly decision: string | null;
  readonly strength: 'exact' | 'probable' | null;
  /** Disagreements with the company's policy; empty if there are none. */
  readonly disagreements: readonly CheckDisagreement[];
};

/** The short form of a sign-in's authorization status. */
export type CheckOutcome = {
  /** Entry of the newest delivery. */
  readonly entry: number;
  readonly state: CheckRow['state'];
  readonly disagreements: number;
  readonly decision: string | null;
};

export type ActionKey = { readonly tenant: string; readonly action: string };

export type PrincipalKind = 'person' | 'workload';

/** How many principals of one kind signed in within one calendar month. */
export type PrincipalCount = {
  readonly tenant: string;
  readonly monthMs: number;
  readonly kind: PrincipalKind;
  readonly principals: number;
};

export type CheckedRange = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly upTo: number;
};

export type CheckDisagreement = {
  /** Stable id, such as `check/second-factor`. */
  readonly rule: string;
  readonly text: string;
};

export type CheckCount = {
  readonly tenant: string;
  readonly flow: string;
  readonly day: string;
  readonly state: CheckRow['state'];
  readonly cause: string | null;
  readonly count: number;
  readonly disagreements: number;
};

export type CheckFilter = {
  readonly tenant?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};

/** One row per checked sign-in. Rows are recomputed whenever entries of their time arrive. */
export class CheckTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  /** Replaces all rows of `[fromMs, toMs)`, computed from all entries below `upTo`. */
  replace(made: CheckedRange, rows: Iterable<CheckRow>): void {
    const { fromMs, toMs, upTo } = made;
    // These ranges were computed from fewer entries.
    this.#db.run('DELETE FROM checked WHERE from_ms >= ? AND to_ms <= ?', fromMs, toMs);
    this.#db.run('INSERT INTO checked VALUES (?, ?, ?)', fromMs, toMs, upTo);
    this.#db.run('DELETE FROM checks WHERE time_ms >= ? AND time_ms < ?', fromMs, toMs);
    const principals = new Set<string>();
    for (const r of rows) {
      principals.add(principalKey(r));
      this.#db.run(
        'INSERT OR REPLACE INTO checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[r.tenant, r.action, r.timeMs, r.flow, r.state, r.cause, r.disagreements.length],
        ...[r.entries.at(-1) ?? null, r.decision],
        JSON.stringify(r),
      );
    }
    for (const key of principals) {
      this.#db.run(ADD_PRINCIPAL, ...key.split('\n'));
    }
  }

  /** By tenant and kind, for the months that begin in `[fromMs, toMs)`. */
  principalCounts({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): PrincipalCount[] {
    return this.#db.all(COUNT_PRINCIPALS, fromMs, toMs).map((row) => ({
      tenant: row['tenant'] as string,
      monthMs: row['month_ms'] as number,
      kind: row['kind'] as PrincipalKind,
      principals: row['n'] as number,
    }));
  }

  /** Deletes all rows, because bodies that they rest on were erased. The stage recomputes them. */
  clear(): void {
    this.#db.run('DELETE FROM checks');
    this.#db.run('DELETE FROM checked');
    this.#db.run('DELETE FROM checked_principals');
  }

  /** Ranges checked since this entry. */
  checkedSince(index: number): CheckedRange[] {
    return this.#db.all('SELECT * FROM checked WHERE up_to > ?', index).map((row) => ({
      fromMs: row['from_ms'] as number,
      toMs: row['to_ms'] as number,
      upTo: row['up_to'] as number,
    }));
  }

  /** Rows of `[fromMs, toMs)`, one by one. */
  *each({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): Generator<CheckRow> {
    for (const row of this.#db.each(EACH, fromMs, toMs)) {
      yield JSON.parse(row['body'] as string) as CheckRow;
    }
  }

  get isAny(): boolean {
    return this.#db.number('SELECT EXISTS (SELECT 1 FROM checks)') === 1;
  }

  /** Outcomes of `[fromMs, toMs)`, an hour at a time because there are millions. */
  *outcomes({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter): Generator<CheckOutcome[]> {
    const first = (from: number): number | null =>
      this.#db.all(FIRST_CHECKED, from)[0]?.['at'] as number | null;
    for (const [from, to] of spans({ fromMs, toMs, widthMs: HOUR_MS }, first)) {
      yield this.#db.all(OUTCOMES, from, to).map(outcomeOf);
    }
  }

  /** Outcomes of these actions only. */
  outcomesOf(actions: readonly ActionKey[]): CheckOutcome[] {
    const keys = JSON.stringify(actions.map(({ tenant, action }) => [tenant, action]));
    return this.#db.all(OUTCOMES_OF, keys).map(outcomeOf);
  }

  count({ tenant, fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): CheckCount[] {
    return this.#db
      .all(COUNT, fromMs, toMs)
      .map((row) => ({
        tenant: row['tenant'] as string,
        flow: row['flow'] as string,
        day: row['day'] as string,
        state: row['state'] as CheckRow['state'],
        cause: row['cause'] as string | null,
        count: row['n'] as number,
        disagreements: row['disagreements'] as number,
      }))
      .filter((count) => tenant === undefined || count.tenant === tenant);
  }

  /** Disagreeing rows of `[fromMs, toMs)` by time, one by one. */
  *disagreeing({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): Generator<CheckRow> {
    for (const row of this.#db.each(DISAGREEING, fromMs, toMs)) {
      yield JSON.parse(row['body'] as string) as CheckRow;
    }
  }

  /** Hours with sign-ins that lacked a policy, or whose input was missing or stale. */
  unjudgedHours(fromMs: number): number[] {
    return this.#db.all(UNJUDGED, fromMs).map((row) => row['hour'] as number);
  }
}

const WORKLOAD_FLOWS: readonly string[] = ['servicePrincipal', 'managedIdentity'];

/** The kind of principal, as policies distinguish them. */
export function principalKindOf({ flow }: Pick<CheckRow, 'flow'>): PrincipalKind {
  return WORKLOAD_FLOWS.includes(flow) ? 'workload' : 'person';
}

/** The calendar month (UTC) of a time, clamped at the ends of the Date range. */
export function monthOf(ms: number): number {
  return monthAfter(ms, 0) ?? FIRST_MS;
}

export function nextMonthOf(ms: number): number {
  return monthAfter(ms, 1) ?? LAST_MS;
}

function monthAfter(ms: number, months: number): number | undefined {
  const date = new Date(ms);
  const month = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
  return Number.isNaN(month) ? undefined : month;
}

function principalKey(row: CheckRow): string {
  const { tenant, timeMs, principal } = row;
  const name = principal.replaceAll('\n', ' ');
  return [tenant, monthOf(timeMs), principalKindOf(row), name].join('\n');
}

const ADD_PRINCIPAL =
  'INSERT OR IGNORE INTO checked_principals VALUES (?, CAST(? AS INTEGER), ?, ?)';
const COUNT_PRINCIPALS = `SELECT tenant, month_ms, kind, count(*) AS n FROM checked_principals
  WHERE month_ms >= ? AND month_ms < ? GROUP BY tenant, month_ms, kind`;
const FIRST_MS = -8.64e15;
const LAST_MS = 8.64e15;

function outcomeOf(row: Record<string, unknown>): CheckOutcome {
  return {
    entry: row['entry'] as number,
    state: row['state'] as CheckRow['state'],
    disagreements: row['disagreements'] as number,
    decision: row['decision'] as string | null,
  };
}

const EACH = 'SELECT body FROM checks WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms';
const HOUR_MS = 3_600_000;
const FIRST_CHECKED = 'SELECT min(time_ms) AS at FROM checks WHERE time_ms >= ?';
const OUTCOMES = `SELECT entry, state, disagreements, decision FROM checks
  WHERE time_ms >= ? AND time_ms < ? AND entry IS NOT NULL ORDER BY time_ms`;
const OUTCOMES_OF = `SELECT entry, state, disagreements, decision
  FROM json_each(?) AS j CROSS JOIN checks
  WHERE tenant = j.value ->> 0 AND action = j.value ->> 1 AND entry IS NOT NULL`;
const COUNT = `SELECT tenant, flow, date(time_ms / 1000, 'unixepoch') AS day, state, cause,
    count(*) AS n, sum(disagreements > 0) AS disagreements
  FROM checks WHERE time_ms >= ? AND time_ms < ?
  GROUP BY tenant, flow, day, state, cause ORDER BY day, flow, state, cause`;
const DISAGREEING = `SELECT body FROM checks
  WHERE disagreements > 0 AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, tenant, action`;
const UNJUDGED = `SELECT DISTINCT time_ms / 3600000 AS hour FROM checks
  WHERE state = 'unverified' AND time_ms >= ? AND (cause LIKE 'no policy%'
    OR cause LIKE 'missing:%' OR cause LIKE 'stale:%') ORDER BY hour`;
