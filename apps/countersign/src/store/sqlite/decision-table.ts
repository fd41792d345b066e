import type { SqliteConnection } from './sqlite-connection.ts';
import { spans } from './time-slices.ts';

/** The members of a decision by which questions and later stages find it. */
export type DecisionRow = {
  readonly index: number;
  readonly id: string;
  readonly atMs: number;
  readonly tenant: string;
  readonly enforcementPoint: string;
  readonly effect: 'permit' | 'deny';
  readonly cause: string;
  /** As the enforcement point named it, in lower case. */
  readonly principal: string;
  readonly principalType: string;
  readonly action: string;
  /** Its type and id. */
  readonly resource: string;
  readonly policies: readonly string[];
  /** Sentences, unless it is a permit: millions of permits name few policies. */
  readonly because: readonly string[];
  readonly obligations: readonly string[];
  /** Sign-in details from the enforcement point that identify it in the vendor's log. */
  readonly address: string | null;
  readonly requestId: string | null;
  readonly method: string | null;
  readonly session: string | null;
  readonly pass: string | null;
  readonly policyVersion: string;
};

/** An entry about a pass: it opened, ended or lapsed. */
export type PassRow = {
  readonly index: number;
  readonly pass: string;
  readonly tenant: string;
  readonly phase: 'opened' | 'ended' | 'lapsed';
  readonly atMs: number;
  readonly principal: string;
  readonly expiresMs: number | null;
  /** The entry's body as JSON. */
  readonly body: string;
};

/** Selects one pass, some decisions, or passes valid within `[liveFromMs, liveToMs)`. */
export type PassFilter = {
  readonly pass?: string | undefined;
  readonly decisions?: readonly string[] | undefined;
  readonly liveFromMs?: number | undefined;
  readonly liveToMs?: number | undefined;
};

export type PassDays = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

export type DecisionFilter = {
  readonly tenant?: string | undefined;
  readonly principals?: readonly string[] | undefined;
  readonly enforcementPoints?: readonly string[] | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Decisions from this entry on. */
  readonly fromIndex?: number | undefined;
};

/**
 * - `step-up`  denied, and permitted with a stronger factor
 * - `unknown`  denied because an input is unknown, or a policy could not be evaluated
 */
export const ACCESS_OUTCOMES = ['permit', 'deny', 'step-up', 'unknown'] as const;
export type AccessOutcome = (typeof ACCESS_OUTCOMES)[number];

export function accessOutcomeOf(
  decision: Pick<DecisionRow, 'effect' | 'cause' | 'obligations'>,
): AccessOutcome {
  const { effect, cause, obligations } = decision;
  if (effect === 'permit') return 'permit';
  if (cause === 'unknown' || cause === 'error') return 'unknown';
  return obligations.some((each) => each.startsWith('step-up:')) ? 'step-up' : 'deny';
}

/** A question about decisions. People read some pages of the answer, the newest first. */
export type DecisionQuery = {
  readonly tenant?: string | undefined;
  readonly outcomes?: readonly AccessOutcome[] | undefined;
  /** Names and ids in lower case. */
  readonly principals?: readonly string[] | undefined;
  /** The last twelve digits of the id. */
  readonly reference?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Only entries below it: a page is of the same moment as the first one. */
  readonly belowIndex: number;
};

/** The position of a decision in the order of {@link DecisionTable.newest}. */
export type DecisionPosition = Pick<DecisionRow, 'atMs' | 'index'>;

/** The decisions and passes in the state. */
export class DecisionTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add(d: DecisionRow): void {
    this.#db.run(
      'INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[d.index, d.id, d.atMs, d.tenant, d.principal, accessOutcomeOf(d)],
      JSON.stringify(d),
    );
  }

  addPass(p: PassRow): void {
    this.#db.run(
      'INSERT OR REPLACE INTO pass_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[p.index, p.pass, p.tenant, p.phase, p.atMs, p.principal, p.expiresMs, p.body],
    );
    this.#db.run(KEEP_PASS, p.pass);
  }

  forget(index: number): void {
    this.#db.run('DELETE FROM decisions WHERE "index" = ?', index);
    for (const { pass } of this.#db.all(PASS_OF_ENTRY, index)) {
      this.#db.run('DELETE FROM pass_entries WHERE "index" = ?', index);
      this.#db.run('DELETE FROM passes WHERE pass = ?', pass as string);
      this.#db.run(KEEP_PASS, pass as string);
    }
  }

  /** In entry order. */
  list(filter: DecisionFilter = {}): DecisionRow[] {
    const { tenant, principals, enforcementPoints, fromIndex = 0 } = filter;
    const { fromMs = FIRST_MS, toMs = LAST_MS } = filter;
    const rows =
      enforcementPoints === undefined
        ? this.#db.all(WITHIN, fromMs, toMs, fromIndex)
        : this.#db.all(
            WITHIN_OF_ENDPOINTS,
            fromMs,
            toMs,
            fromIndex,
            JSON.stringify(enforcementPoints),
          );
    return rows
      .map((row) => JSON.parse(row['body'] as string) as DecisionRow)
      .filter((decision) => {
        if (tenant !== undefined && decision.tenant !== tenant) return false;
        return principals === undefined || principals.includes(decision.principal);
      });
  }

  /** The newest decisions before a position, at most `count`. */
  newest(query: DecisionQuery, before: DecisionPosition | undefined, count: number): DecisionRow[] {
    const { tenant, outcomes, principals, reference, belowIndex } = query;
    const { fromMs = FIRST_MS, toMs = LAST_MS } = query;
    const { atMs, index } = before ?? { atMs: LAST_MS, index: Number.MAX_SAFE_INTEGER };
    const parts = ['at_ms >= ?', 'at_ms < ?', '"index" < ?', '(at_ms, "index") < (?, ?)'];
    const values: (string | number)[] = [fromMs, toMs, belowIndex, atMs, index];
    const oneOf = (column: string, list: readonly string[] | undefined): void => {
      if (list === undefined) return;
      parts.push(`${column} IN (SELECT value FROM json_each(?))`);
      values.push(JSON.stringify(list));
    };
    oneOf('tenant', tenant === undefined ? undefined : [tenant]);
    oneOf('outcome', outcomes);
    oneOf('principal', principals);
    oneOf('substr(id, -12)', reference === undefined ? undefined : [reference]);
    const where = parts.join(' AND ');
    const order = 'ORDER BY at_ms DESC, "index" DESC LIMIT ?';
    const sql = `SELECT body FROM decisions WHERE ${where} ${order}`;
    return this.#db
      .all(sql, ...values, count)
      .map((row) => JSON.parse(row['body'] as string) as DecisionRow);
  }

  /** Times of the decisions of some enforcement points from an entry on, in entry order. */
  timesSince(fromIndex: number, enforcementPoints: readonly string[]): number[] {
    const rows = this.#db.all(TIMES_SINCE, fromIndex, JSON.stringify(enforcementPoints));
    return rows.map((row) => row['at_ms'] as number);
  }

  /** Decisions from an entry on that require an alarm, in entry order. */
  owingAlarm(fromIndex: number): DecisionRow[] {
    const rows = this.#db.all(OWING_ALARM, fromIndex);
    return rows.map((row) => JSON.parse(row['body'] as string) as DecisionRow);
  }

  /** Openings of expired passes that no entry has closed. */
  overdue(nowMs: number): PassRow[] {
    return this.#db.all(OVERDUE, nowMs).map(passFact);
  }

  /** Pass entries in ledger order. */
  passEntries(filter: PassFilter = {}): PassRow[] {
    return this.#passRows(filter).map(passFact);
  }

  #passRows(filter: PassFilter): Record<string, unknown>[] {
    const { pass, decisions, liveFromMs = FIRST_MS, liveToMs = LAST_MS } = filter;
    if (pass !== undefined) return this.#db.all(OF_PASS, pass);
    if (decisions !== undefined) return this.#db.all(OF_DECISIONS, JSON.stringify(decisions));
    return this.#db.all(PASSES_LIVE, liveFromMs, liveToMs);
  }

  /** Pass entries of passes that opened in `[fromMs, toMs)`, one day at a time. */
  *passDays({ fromMs = FIRST_MS, toMs = LAST_MS }: PassDays): Generator<PassRow[]> {
    const first = (from: number): number | null =>
      this.#db.all(FIRST_OPENED, from)[0]?.['at'] as number | null;
    for (const [from, to] of spans({ fromMs, toMs, widthMs: DAY_MS }, first)) {
      yield this.#db.all(PASSES_OPENED, from, to).map(passFact);
    }
  }

  /** Pass entries from an entry on, in order. */
  passEntriesSince(index: number): PassRow[] {
    return this.#db.all(PASSES_SINCE, index).map(passFact);
  }
}

function passFact(row: Record<string, unknown>): PassRow {
  return {
    index: row['index'] as number,
    pass: row['pass'] as string,
    tenant: row['tenant'] as string,
    phase: row['phase'] as PassRow['phase'],
    atMs: row['at_ms'] as number,
    principal: row['principal'] as string,
    expiresMs: row['expires_ms'] as number | null,
    body: row['body'] as string,
  };
}

/** The range of times that Date can represent. */
const FIRST_MS = -8.64e15;
const LAST_MS = 8.64e15;

const WITHIN = `SELECT body FROM decisions
  WHERE at_ms >= ? AND at_ms < ? AND "index" >= ? ORDER BY "index"`;
/**
 * Uses the index over the same expression, because one enforcement point may have a thousand
 * decisions for each of another.
 */
const WITHIN_OF_ENDPOINTS = `SELECT d.body FROM json_each(?4) AS j CROSS JOIN decisions AS d
  WHERE d.body ->> 'enforcementPoint' = j.value
  AND d.at_ms >= ?1 AND d.at_ms < ?2 AND d."index" >= ?3
  ORDER BY d."index"`;
/** By entry, because new entries are few. The index by enforcement point would read old ones. */
const TIMES_SINCE = `SELECT at_ms FROM decisions NOT INDEXED
  WHERE "index" >= ? AND body ->> 'enforcementPoint' IN (SELECT value FROM json_each(?))
  ORDER BY "index"`;
const OWING_ALARM = `SELECT body FROM decisions
  WHERE "index" >= ? AND body LIKE '%"alarm:%' ORDER BY "index"`;
const PASS_OF_ENTRY = 'SELECT pass FROM pass_entries WHERE "index" = ?';
/** Derived from the pass entries: the last opening counts. A pass without an end never expires. */
const KEEP_PASS = `INSERT OR REPLACE INTO passes
  SELECT pass, at_ms, coalesce(expires_ms, ${8.64e15}), EXISTS (
    SELECT 1 FROM pass_entries WHERE pass = opened.pass AND phase <> 'opened')
  FROM pass_entries AS opened WHERE pass = ? AND phase = 'opened'
  ORDER BY "index"`;
/** Runs several times a second over years of passes. */
const OVERDUE = `SELECT e.* FROM passes AS p JOIN pass_entries AS e ON e.pass = p.pass
  WHERE p.is_closed = 0 AND p.expires_ms <= ? AND e.phase = 'opened' ORDER BY e."index"`;
const OF_PASS = 'SELECT * FROM pass_entries WHERE pass = ? ORDER BY "index"';
const OF_DECISIONS = `SELECT DISTINCT e.* FROM json_each(?) AS j
  CROSS JOIN pass_entries AS opened CROSS JOIN pass_entries AS e
  WHERE opened.body ->> 'decision' = j.value AND e.pass = opened.pass ORDER BY e."index"`;
const PASSES_SINCE = 'SELECT * FROM pass_entries WHERE "index" >= ? ORDER BY "index"';
const DAY_MS = 86_400_000;
const FIRST_OPENED = 'SELECT min(opened_ms) AS at FROM passes WHERE opened_ms >= ?';
const PASSES_OPENED = `SELECT e.* FROM passes AS p JOIN pass_entries AS e ON e.pass = p.pass
  WHERE p.opened_ms >= ? AND p.opened_ms < ? ORDER BY e."index"`;
const PASSES_LIVE = `SELECT e.* FROM passes AS p JOIN pass_entries AS e ON e.pass = p.pass
  WHERE p.expires_ms > ? AND p.opened_ms < ? ORDER BY e."index"`;
