import type { FindingMark, FindingNote, FindingRow, FindingState } from '../rows/entry-rows.ts';
import type { FindingDraft } from '../rows/finding.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** The latest revision of a finding, and people's progress on it. */
export type StoredFinding = FindingRow & {
  /** Entries of the finding, ascending: the first, and each revision. */
  readonly revisions: readonly number[];
  /** The last note of a person; undefined without one. */
  readonly mark: FindingMark | undefined;
};

export type FindingFilter = {
  readonly rule?: string | undefined;
  readonly detector?: string | undefined;
  readonly severityMin?: number | undefined;
  readonly tenant?: string | undefined;
  /** Windows that start in `[fromMs, toMs)`. */
  readonly windows?: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** Whether to include withdrawn findings. */
  readonly withdrawn?: 'with' | 'without';
};

export type GroupWindow = { readonly group: string; readonly windowMs: number };

/** The findings in the state. Every revision is kept; the one with the highest index is current. */
export class FindingTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add({ index, uid, detector, state, because, revision, draft }: FindingRow): void {
    this.#db.run(
      'INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[index, uid, detector, draft.rule, draft.tenant, draft.windowMs, draft.severity],
      ...[state, because, revision, JSON.stringify(draft)],
    );
  }

  mark({ index, uid, ...said }: FindingMark): void {
    const sql = 'INSERT OR REPLACE INTO finding_marks VALUES (?, ?, ?)';
    this.#db.run(sql, index, uid, JSON.stringify(said));
  }

  note({ index, uid, ...said }: FindingNote): void {
    const sql = 'INSERT OR REPLACE INTO finding_notes VALUES (?, ?, ?)';
    this.#db.run(sql, index, uid, JSON.stringify(said));
  }

  forget(index: number): void {
    this.#db.run('DELETE FROM findings WHERE "index" = ?', index);
    this.#db.run('DELETE FROM finding_marks WHERE "index" = ?', index);
    this.#db.run('DELETE FROM finding_notes WHERE "index" = ?', index);
  }

  /** By last event, then id. */
  list(filter: FindingFilter = {}): StoredFinding[] {
    const { rule, detector, severityMin = 0, tenant, windows, withdrawn = 'without' } = filter;
    const { fromMs, toMs } = windows ?? { fromMs: FIRST_MS, toMs: LAST_MS };
    const without = withdrawn === 'without' ? 'withdrawn' : null;
    const found = this.#db
      .all(
        CURRENT,
        fromMs,
        toMs,
        severityMin,
        without,
        rule ?? null,
        detector ?? null,
        tenant ?? null,
      )
      .map((row) => this.#kept(row));
    return found.sort(byLastEvent);
  }

  /** All findings, withdrawn ones included, by last event, then id. */
  all(): StoredFinding[] {
    const revisions = new Map<string, number[]>();
    for (const { uid, index } of this.#db.each(REVISIONS)) {
      const own = revisions.get(uid as string);
      if (own === undefined) revisions.set(uid as string, [index as number]);
      else own.push(index as number);
    }
    const marks = new Map(
      this.#db.all(MARKS).map((row) => [row['uid'] as string, saidOf<FindingMark>(row)]),
    );
    return this.#db
      .all(ALL)
      .map((row): StoredFinding => {
        const uid = row['uid'] as string;
        return { ...factOf(row), revisions: revisions.get(uid) ?? [], mark: marks.get(uid) };
      })
      .sort(byLastEvent);
  }

  /** A text that changes with every finding, mark and erasure. */
  version(): string {
    return Object.values(this.#db.all(VERSION)[0] ?? {}).join(' ');
  }

  /** All findings of one rule that are not withdrawn, by id. An index finds them. */
  ofRule(rule: string): StoredFinding[] {
    return this.#db
      .all(OF_RULE, rule)
      .map((row) => this.#kept(row))
      .filter(({ state }) => state !== 'withdrawn');
  }

  /** Every revision of every finding, in ledger order. */
  history(): FindingRow[] {
    return this.#db.all('SELECT * FROM findings ORDER BY "index"').map(factOf);
  }

  find(uid: string): StoredFinding | undefined {
    const [row] = this.#db.all(OF_UID, uid);
    return row === undefined || row['index'] === null ? undefined : this.#kept(row);
  }

  /** The existing findings among these ids, by id. */
  findAll(uids: readonly string[]): Map<string, StoredFinding> {
    const rows = this.#db.all(OF_UIDS, JSON.stringify(uids));
    return new Map(rows.map((row) => [row['uid'] as string, this.#kept(row)]));
  }

  /** All marks of these findings, in ledger order. */
  marksOf(uids: readonly string[]): FindingMark[] {
    return this.#db.all(MARKS_OF, JSON.stringify(uids)).map((row) => saidOf<FindingMark>(row));
  }

  /** All notes on these findings, in ledger order. */
  notesOf(uids: readonly string[]): FindingNote[] {
    return this.#db.all(NOTES_OF, JSON.stringify(uids)).map((row) => saidOf<FindingNote>(row));
  }

  ofGroups(rule: string, windows: readonly GroupWindow[]): StoredFinding[] {
    const asked = JSON.stringify(windows.map(({ windowMs, group }) => [windowMs, group]));
    return this.#db.all(OF_GROUPS, asked, rule).map((row) => this.#kept(row));
  }

  #kept(row: Record<string, unknown>): StoredFinding {
    const uid = row['uid'] as string;
    const revisions = this.#db.all('SELECT "index" FROM findings WHERE uid = ? ORDER BY 1', uid);
    return {
      ...factOf(row),
      revisions: revisions.map(({ index }) => index as number),
      mark: this.#markOf(uid),
    };
  }

  #markOf(uid: string): FindingMark | undefined {
    const sql = 'SELECT * FROM finding_marks WHERE uid = ? ORDER BY "index" DESC LIMIT 1';
    const [row] = this.#db.all(sql, uid);
    return row === undefined ? undefined : saidOf<FindingMark>(row);
  }
}

function saidOf<Said extends FindingMark | FindingNote>(row: Record<string, unknown>): Said {
  const said = JSON.parse(row['said'] as string) as object;
  return { index: row['index'], uid: row['uid'], ...said } as Said;
}

function byLastEvent(a: StoredFinding, b: StoredFinding): number {
  return a.draft.lastMs - b.draft.lastMs || (a.uid < b.uid ? -1 : 1);
}

function factOf(row: Record<string, unknown>): FindingRow {
  return {
    index: row['index'] as number,
    uid: row['uid'] as string,
    detector: row['detector'] as string,
    state: row['state'] as FindingState,
    because: row['because'] as string | null,
    revision: row['revision'] as number,
    draft: JSON.parse(row['draft'] as string) as FindingDraft,
  };
}

/** Beyond the range of Date. */
const FIRST_MS = -8.64e15;
const LAST_MS = 8.64e15;

/**
 * With `max`, SQLite takes the other columns from the row with the maximum. The filter runs before
 * JSON is parsed, so a detector's run skips the findings of all others.
 */
const CURRENT = `SELECT * FROM (
    SELECT *, max("index") FROM findings WHERE window_ms >= ?1 AND window_ms < ?2 GROUP BY uid
  ) WHERE severity >= ?3 AND state IS NOT ?4 AND rule = coalesce(?5, rule)
    AND detector = coalesce(?6, detector) AND tenant = coalesce(?7, tenant)`;
const ALL = 'SELECT *, max("index") FROM findings GROUP BY uid';
const REVISIONS = 'SELECT uid, "index" FROM findings ORDER BY uid, "index"';
const MARKS = 'SELECT *, max("index") FROM finding_marks GROUP BY uid';
const VERSION = `SELECT (SELECT count(*) FROM findings), (SELECT max("index") FROM findings),
  (SELECT count(*) FROM finding_marks), (SELECT max("index") FROM finding_marks)`;
const OF_UID = 'SELECT *, max("index") FROM findings WHERE uid = ?';
/** Uses the index over the same expression. CROSS JOIN makes the parameter list the outer loop. */
const OF_GROUPS = `SELECT f.*, max(f."index") FROM json_each(?1) AS j CROSS JOIN findings AS f
  WHERE f.rule = ?2 AND f.window_ms = j.value ->> 0 AND f.draft ->> 'group' = j.value ->> 1
  GROUP BY f.uid`;
const OF_RULE = `SELECT *, max("index") FROM findings WHERE rule = ? GROUP BY uid ORDER BY uid`;
const OF_UIDS = `SELECT *, max("index") FROM findings
  WHERE uid IN (SELECT value FROM json_each(?)) GROUP BY uid`;
const MARKS_OF = `SELECT * FROM finding_marks
  WHERE uid IN (SELECT value FROM json_each(?)) ORDER BY "index"`;
const NOTES_OF = `SELECT * FROM finding_notes
  WHERE uid IN (SELECT value FROM json_each(?)) ORDER BY "index"`;
