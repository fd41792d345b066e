import type { SignalBatch, SignalCount, SignalRow, TouchedGroup } from './signals.ts';
import type { StateDb } from './state-db.ts';

const DAY_MS = 86_400_000;
const ENDS_MS = { fromMs: -8.64e15, toMs: 8.64e15 };

type Times = { readonly fromMs: number; readonly toMs: number };

/** The signals of the state, and which groups of them are to be looked at again. */
export class SignalTable {
  readonly #db: StateDb;

  constructor(db: StateDb) {
    this.#db = db;
  }

  /** Under which rules the signals were made; undefined where there are none yet. */
  get hash(): string | undefined {
    const [row] = this.#db.all('SELECT hash FROM signal_rules');
    return row === undefined ? undefined : (row['hash'] as string);
  }

  /** Other rules: nothing that was made under the earlier ones counts. */
  reset(hash: string): void {
    for (const table of ['signals', 'signal_counts', 'signal_touched', 'signal_rules']) {
      this.#db.run(`DELETE FROM ${table}`);
    }
    this.#db.run('INSERT INTO signal_rules VALUES (1, ?)', hash);
  }

  /** `upTo`: the cursor of the books from which on these signals count. */
  add({ rows, counts }: SignalBatch, upTo: number): void {
    const full = new Set<string>();
    for (const { stream, day, count, max } of counts) {
      this.#db.run(ADD_COUNT, stream, day, count, max);
      if (this.#count(stream, day) > max) full.add(`${day} ${stream}`);
    }
    let last: TouchedGroup | undefined;
    // In the order of the table: else each row is on a page that was put away long ago.
    for (const row of rows.toSorted(inOrder)) {
      const { stream, group } = row;
      const day = Math.floor(row.timeMs / DAY_MS);
      if (last?.stream !== stream || last.group !== group || last.day !== day) {
        this.#db.run(TOUCH, stream, group, day, upTo);
        last = { stream, group, day };
      }
      if (full.has(`${day} ${stream}`)) continue;
      this.#db.run(
        'INSERT OR REPLACE INTO signals VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ...[stream, group, row.timeMs, row.index, row.part],
        ...[row.tenant, row.values, row.about],
      );
    }
  }

  /** Another row stands in for that of this entry: what it said is looked at anew. */
  supersede(index: number, upTo: number): void {
    this.#db.run(
      `INSERT OR REPLACE INTO signal_touched
        SELECT stream, grp, CAST(floor(time_ms / ${DAY_MS}.0) AS INTEGER), ?
        FROM signals WHERE "index" = ?`,
      upTo,
      index,
    );
    this.forget(index);
  }

  /** The body is erased: nothing is looked at anew, since nobody can say what it would find. */
  forget(index: number): void {
    this.#db.run('DELETE FROM signals WHERE "index" = ?', index);
  }

  /** After an erasure: the name of a group that is empty may be that of who was erased. */
  forgetEmptyGroups(): void {
    this.#db.run(
      `DELETE FROM signal_touched AS t WHERE NOT EXISTS
        (SELECT 1 FROM signals AS s WHERE s.stream = t.stream AND s.grp = t.grp)`,
    );
  }

  /** Groups with signals that count from a cursor on that is higher. */
  touchedSince(index: number): TouchedGroup[] {
    return this.#db
      .all('SELECT * FROM signal_touched WHERE up_to > ? ORDER BY stream, grp, day', index)
      .map((row) => ({
        stream: row['stream'] as string,
        group: row['grp'] as string,
        day: row['day'] as number,
      }));
  }

  /** Everything up to this cursor was looked at. */
  forgetTouched(index: number): void {
    this.#db.run('DELETE FROM signal_touched WHERE up_to <= ?', index);
  }

  /** In order of time, then of entries. */
  of(stream: string, group: string, { fromMs, toMs }: Times = ENDS_MS): SignalRow[] {
    return this.#db.all(OF_GROUP, stream, group, fromMs, toMs).map(rowOf);
  }

  groupsOf(stream: string, { fromMs, toMs }: Times): string[] {
    const sql = `SELECT DISTINCT grp FROM signals
      WHERE stream = ? AND time_ms >= ? AND time_ms < ? ORDER BY grp`;
    return this.#db.all(sql, stream, fromMs, toMs).map((row) => row['grp'] as string);
  }

  counts(): SignalCount[] {
    return this.#db.all('SELECT * FROM signal_counts ORDER BY stream, day').map((row) => ({
      stream: row['stream'] as string,
      day: row['day'] as number,
      count: row['count'] as number,
      max: row['max'] as number,
    }));
  }

  #count(stream: string, day: number): number {
    return this.#db.number(
      'SELECT count FROM signal_counts WHERE stream = ? AND day = ?',
      stream,
      day,
    );
  }
}

const ADD_COUNT = `INSERT INTO signal_counts VALUES (?, ?, ?, ?)
  ON CONFLICT (stream, day) DO UPDATE SET count = count + excluded.count`;
const TOUCH = `INSERT INTO signal_touched VALUES (?, ?, ?, ?)
  ON CONFLICT (stream, grp, day) DO UPDATE SET up_to = max(up_to, excluded.up_to)`;
const OF_GROUP = `SELECT * FROM signals
  WHERE stream = ? AND grp = ? AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, "index", part`;

function inOrder(a: SignalRow, b: SignalRow): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.timeMs - b.timeMs;
}

function rowOf(row: Record<string, unknown>): SignalRow {
  return {
    stream: row['stream'] as string,
    group: row['grp'] as string,
    timeMs: row['time_ms'] as number,
    index: row['index'] as number,
    part: row['part'] as number,
    tenant: row['tenant'] as string,
    values: row['vals'] as string,
    about: row['about'] as string,
  };
}
