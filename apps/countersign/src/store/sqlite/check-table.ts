import type { SqliteConnection } from './sqlite-connection.ts';
import { spans } from './time-slices.ts';

/** What is known of the authorisation of one sign-in that the vendor reported. */
export type CheckRow = {
  readonly tenant: string;
  /** Key of the action. */
  readonly action: string;
  /** Ledger indices of all its sightings. */
  readonly entries: readonly number[];
  readonly timeMs: number;
  /** `interactiveUser`, `managedIdentity`, …; `unknown` where the record does not say. */
  readonly flow: string;
  readonly state: 'decided' | 'checked' | 'unverified';
  /** Why it is unverified; null for the others. */
  readonly cause: string | null;
  readonly principal: string;
  readonly address: string | null;
  readonly session: string | null;
  readonly app: string | null;
  /** The decision that it was matched to, and how surely. */
  readonly decision: string | null;
  readonly strength: 'exact' | 'probable' | null;
  /** What disagrees with the company's policy; empty where nothing does. */
  readonly disagreements: readonly CheckDisagreement[];
};

/** What stands behind a sign-in, in short. */
export type CheckOutcome = {
  /** The newest of its sightings. */
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
  /** Stable, e.g. `check/second-factor`. */
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

/** The checks of the state: one row for each sign-in, made again whenever its time is touched. */
export class CheckTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  /** All rows of `[fromMs, toMs)` are these, seen with all entries below `upTo`. */
  replace(made: CheckedRange, rows: Iterable<CheckRow>): void {
    const { fromMs, toMs, upTo } = made;
    // What lies within was seen with less.
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

  /** By tenant and kind, of the months that begin in `[fromMs, toMs)`. */
  principalCounts({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): PrincipalCount[] {
    return this.#db.all(COUNT_PRINCIPALS, fromMs, toMs).map((row) => ({
      tenant: row['tenant'] as string,
      monthMs: row['month_ms'] as number,
      kind: row['kind'] as PrincipalKind,
      principals: row['n'] as number,
    }));
  }

  /** All of them are made again: bodies that they rest on are erased. */
  clear(): void {
    this.#db.run('DELETE FROM checks');
    this.#db.run('DELETE FROM checked');
    this.#db.run('DELETE FROM checked_principals');
  }

  /** What was checked with entries at or behind this one. */
  checkedSince(index: number): CheckedRange[] {
    return this.#db.all('SELECT * FROM checked WHERE up_to > ?', index).map((row) => ({
      fromMs: row['from_ms'] as number,
      toMs: row['to_ms'] as number,
      upTo: row['up_to'] as number,
    }));
  }

  /** Those of `[fromMs, toMs)`, one by one. */
  *each({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): Generator<CheckRow> {
    for (const row of this.#db.each(EACH, fromMs, toMs)) {
      yield JSON.parse(row['body'] as string) as CheckRow;
    }
  }

  get isAny(): boolean {
    return this.#db.number('SELECT EXISTS (SELECT 1 FROM checks)') === 1;
  }

  /** What they came to, of `[fromMs, toMs)`: an hour at a time, since there are millions. */
  *outcomes({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter): Generator<CheckOutcome[]> {
    const first = (from: number): number | null =>
      this.#db.all(FIRST_CHECKED, from)[0]?.['at'] as number | null;
    for (const [from, to] of spans({ fromMs, toMs, widthMs: HOUR_MS }, first)) {
      yield this.#db.all(OUTCOMES, from, to).map(outcomeOf);
    }
  }

  /** The same of these actions alone. */
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

  /** Those of `[fromMs, toMs)` that disagree, by time, one by one. */
  *disagreeing({ fromMs = FIRST_MS, toMs = LAST_MS }: CheckFilter = {}): Generator<CheckRow> {
    for (const row of this.#db.each(DISAGREEING, fromMs, toMs)) {
      yield JSON.parse(row['body'] as string) as CheckRow;
    }
  }

  /** The hours of those that nobody could judge for want of something to judge by. */
  unjudgedHours(fromMs: number): number[] {
    return this.#db.all(UNJUDGED, fromMs).map((row) => row['hour'] as number);
  }
}

const WORKLOAD_FLOWS: readonly string[] = ['servicePrincipal', 'managedIdentity'];

/** Whose sign-in it was, as policies tell them apart. */
export function principalKindOf({ flow }: Pick<CheckRow, 'flow'>): PrincipalKind {
  return WORKLOAD_FLOWS.includes(flow) ? 'workload' : 'person';
}

/** The calendar month, in UTC, that a moment lies in; at the ends of time it is cut. */
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
