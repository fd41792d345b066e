import { SIGNALS_TOGETHER_MAX, TOUCHED_TOGETHER_MAX } from '../limits.ts';
import type {
  SignalBatch,
  SignalCount,
  SignalMinimum,
  SignalRow,
  SignalSpan,
  TouchedGroup,
} from '../rows/signal-row.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const DAY_MS = 86_400_000;

const DAY_OF_TIME = `CAST(floor(time_ms / ${DAY_MS}.0) AS INTEGER)`;

type Times = { readonly fromMs: number; readonly toMs: number };

/** The signals in the state, and which of their groups need another evaluation. */
export class SignalTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  /** Hash of the rules that produced the signals; undefined before the first. */
  get hash(): string | undefined {
    const [row] = this.#db.all('SELECT hash FROM signal_rules');
    return row === undefined ? undefined : (row['hash'] as string);
  }

  /** Deletes all signals, because they belong to other rules. */
  reset(hash: string): void {
    for (const table of TABLES) this.#db.run(`DELETE FROM ${table}`);
    this.#db.run('INSERT INTO signal_rules VALUES (1, ?)', hash);
  }

  /** `upTo`: the store cursor from which these signals count. */
  add({ groups, counts }: SignalBatch, upTo: number): void {
    const full = new Set<string>();
    for (const { stream, day, count, max } of counts) {
      this.#db.run(ADD_COUNT, stream, day, count, max);
      if (this.#count(stream, day) > max) full.add(`${day} ${stream}`);
    }
    // In the order of the index. Otherwise each row hits a page that the cache has evicted.
    for (const { stream, group, signals } of groups) {
      const id = this.#groupId(stream, group);
      let touched: number | undefined;
      let isFull = false;
      for (const [timeMs, index, part, tenant, values, about] of signals) {
        const day = Math.floor(timeMs / DAY_MS);
        if (day !== touched) {
          this.#db.run(TOUCH, stream, group, day, upTo);
          isFull = full.has(`${day} ${stream}`);
          touched = day;
        }
        if (!isFull) this.#db.run(ADD, id, timeMs, index, part, tenant, values, about);
      }
    }
  }

  /** A newer row replaces the row of this entry, so its groups need another evaluation. */
  supersede(index: number, upTo: number): void {
    this.#db.run(
      `INSERT OR REPLACE INTO signal_touched
        SELECT stream, grp, ${DAY_OF_TIME}, ? FROM ${NAMED_SIGNALS} WHERE "index" = ?`,
      upTo,
      index,
    );
    this.forget(index);
  }

  /**
   * The body is erased. Its groups are not evaluated again, because the evidence is gone. Its
   * signals no longer count, so that a second delivery of a day does not throttle a rule. A day
   * that is throttled stays throttled: its count holds matches that were never evaluated.
   */
  forget(index: number): void {
    this.#db.run(
      `UPDATE signal_counts AS c SET count = c.count - s.own FROM
        (SELECT stream, ${DAY_OF_TIME} AS day, count(*) AS own FROM ${NAMED_SIGNALS}
          WHERE "index" = ? GROUP BY stream, day) AS s
        WHERE c.stream = s.stream AND c.day = s.day AND c.count <= c.max`,
      index,
    );
    this.#db.run('DELETE FROM signals WHERE "index" = ?', index);
  }

  /** After an erasure, the name of an empty group may be the erased person's. */
  forgetEmptyGroups(): void {
    this.#db.run(
      'DELETE FROM signal_groups WHERE NOT EXISTS (SELECT 1 FROM signals WHERE group_id = id)',
    );
    this.#db.run(
      `DELETE FROM signal_touched AS t WHERE NOT EXISTS
        (SELECT 1 FROM signal_groups AS g WHERE g.stream = t.stream AND g.grp = t.grp)`,
    );
  }

  /**
   * Groups with signals that count from a later cursor on, by stream, group and day.
   *
   * A large import touches millions, so they are read in pages, and no statement stays open.
   */
  *touchedSince(index: number): Generator<TouchedGroup> {
    let last: TouchedGroup = { stream: '', group: '', day: -LAST_MS };
    for (;;) {
      const { stream, group, day } = last;
      const rows = this.#db.all(TOUCHED, index, stream, group, day, TOUCHED_TOGETHER_MAX);
      for (const row of rows) {
        last = {
          stream: row['stream'] as string,
          group: row['grp'] as string,
          day: row['day'] as number,
        };
        yield last;
      }
      if (rows.length < TOUCHED_TOGETHER_MAX) return;
    }
  }

  /** Marks everything up to this cursor as evaluated. */
  forgetTouched(index: number): void {
    const left = 'SELECT EXISTS (SELECT 1 FROM signal_touched WHERE up_to > ?)';
    // SQLite empties a table without visiting its rows.
    if (this.#db.number(left, index) === 0) this.#db.run('DELETE FROM signal_touched');
    else this.#db.run('DELETE FROM signal_touched WHERE up_to <= ?', index);
  }

  /**
   * The signals of each span by time, then entry; none for spans with fewer than `least`.
   *
   * Thousands of small groups are read in one query, large ones one at a time.
   */
  *ofSpans(
    stream: string,
    spans: readonly SignalSpan[],
    least: SignalMinimum,
  ): Generator<SignalRow[]> {
    const sizes = this.#sizes(stream, spans, least);
    for (let from = 0; from < spans.length; ) {
      let to = from + 1;
      let rows = sizes[from] as number;
      for (; to < spans.length; to++) {
        rows += sizes[to] as number;
        if (rows > SIGNALS_TOGETHER_MAX) break;
      }
      const asked = spans.slice(from, to).filter((_, i) => sizes[from + i] !== 0);
      const found = this.#rows(stream, asked);
      let place = 0;
      for (let at = from; at < to; at++) yield sizes[at] === 0 ? [] : (found.get(place++) ?? []);
      from = to;
    }
  }

  groupsOf(stream: string, { fromMs, toMs }: Times): string[] {
    const sql = `SELECT grp FROM signal_groups WHERE stream = ? AND EXISTS
      (SELECT 1 FROM signals WHERE group_id = id AND time_ms >= ? AND time_ms < ?) ORDER BY grp`;
    return this.#db.all(sql, stream, fromMs, toMs).map((row) => row['grp'] as string);
  }

  groupDays(stream: string): TouchedGroup[] {
    const sql = `SELECT DISTINCT grp, ${DAY_OF_TIME} AS day
      FROM ${NAMED_SIGNALS} WHERE stream = ? ORDER BY grp, day`;
    return this.#db.all(sql, stream).map((row) => {
      return { stream, group: row['grp'] as string, day: row['day'] as number };
    });
  }

  counts(): SignalCount[] {
    return this.#db.all('SELECT * FROM signal_counts ORDER BY stream, day').map((row) => ({
      stream: row['stream'] as string,
      day: row['day'] as number,
      count: row['count'] as number,
      max: row['max'] as number,
    }));
  }

  /** Signals per span; 0 for spans with fewer than `least`. */
  #sizes(stream: string, spans: readonly SignalSpan[], least: SignalMinimum): number[] {
    const sizes = spans.map(() => 0);
    const large = least.rows > 1 ? this.#groupsWith(stream, spans, least.rows) : undefined;
    const asked = sizes.flatMap((_, at) => {
      return large === undefined || large.has((spans[at] as SignalSpan).group) ? at : [];
    });
    const places = Map.groupBy(asked, (at) => {
      const { fromMs, toMs } = spans[at] as SignalSpan;
      return `${fromMs} ${toMs}`;
    });
    const sql = least.parts > 1 ? SIZES_AND_PARTS : SIZES;
    for (const own of places.values()) {
      const { fromMs, toMs } = spans[own[0] as number] as SignalSpan;
      const groups = JSON.stringify(own.map((at) => spans[at]?.group));
      for (const row of this.#db.all(sql, groups, stream, fromMs, toMs)) {
        const size = row['size'] as number;
        const isEnough = size >= least.rows && (row['parts'] as number) >= least.parts;
        sizes[own[row['place'] as number] as number] = isEnough ? size : 0;
      }
    }
    return sizes;
  }

  #groupsWith(stream: string, spans: readonly SignalSpan[], atLeast: number): Set<string> {
    const groups = JSON.stringify([...new Set(spans.map(({ group }) => group))]);
    const fromMs = spans.reduce((least, span) => Math.min(least, span.fromMs), LAST_MS);
    const toMs = spans.reduce((most, span) => Math.max(most, span.toMs), -LAST_MS);
    const rows = this.#db.all(LARGE, groups, stream, fromMs, toMs, atLeast);
    return new Set(rows.map(({ grp }) => grp as string));
  }

  /** By position among the spans. */
  #rows(stream: string, spans: readonly SignalSpan[]): Map<number, SignalRow[]> {
    const found = new Map<number, SignalRow[]>();
    if (spans.length === 0) return found;
    for (const row of this.#db.all(OF_SPANS, textOf(spans), stream)) {
      const place = row['place'] as number;
      const own = found.get(place);
      const signal = rowOf(row, stream, (spans[place] as SignalSpan).group);
      if (own === undefined) found.set(place, [signal]);
      else own.push(signal);
    }
    return found;
  }

  #groupId(stream: string, group: string): number {
    const known = this.#db.number(GROUP_ID, stream, group);
    if (known !== 0) return known;
    this.#db.run('INSERT INTO signal_groups (stream, grp) VALUES (?, ?)', stream, group);
    return this.#db.number(GROUP_ID, stream, group);
  }

  #count(stream: string, day: number): number {
    return this.#db.number(
      'SELECT count FROM signal_counts WHERE stream = ? AND day = ?',
      stream,
      day,
    );
  }
}

const TABLES = ['signals', 'signal_groups', 'signal_counts', 'signal_touched', 'signal_rules'];
/**
 * Rows refer to their group by number. A stream and a group take 80 bytes as text, in the table and
 * in each index.
 */
const NAMED_SIGNALS = 'signals JOIN signal_groups ON id = group_id';
/** Numbers start at 1. */
const GROUP_ID = 'SELECT id FROM signal_groups WHERE stream = ? AND grp = ?';
const ADD = 'INSERT OR REPLACE INTO signals VALUES (?, ?, ?, ?, ?, ?, ?)';
const ADD_COUNT = `INSERT INTO signal_counts VALUES (?, ?, ?, ?)
  ON CONFLICT (stream, day) DO UPDATE SET count = count + excluded.count`;
const TOUCH = `INSERT INTO signal_touched VALUES (?, ?, ?, ?)
  ON CONFLICT (stream, grp, day) DO UPDATE SET up_to = max(up_to, excluded.up_to)`;
const TOUCHED = `SELECT * FROM signal_touched
  WHERE up_to > ? AND (stream, grp, day) > (?, ?, ?) ORDER BY stream, grp, day LIMIT ?`;
/** The latest time that Date can represent. */
const LAST_MS = 8.64e15;
const LARGE = `SELECT g.grp FROM json_each(?1) AS j CROSS JOIN signal_groups AS g
  WHERE g.stream = ?2 AND g.grp = j.value AND ?5 <= (SELECT count(*) FROM (SELECT 1
    FROM signals AS s WHERE s.group_id = g.id AND s.time_ms >= ?3 AND s.time_ms < ?4 LIMIT ?5))`;
const SIZES = sizesWith('1');
const SIZES_AND_PARTS = sizesWith('count(DISTINCT part)');
/** CROSS JOIN makes the spans the outer loop; each is found by an index. */
const OF_SPANS = `SELECT j.key AS place, s.* FROM json_each(?1) AS j
  CROSS JOIN signal_groups AS g CROSS JOIN signals AS s
  WHERE g.stream = ?2 AND g.grp = j.value ->> 0 AND s.group_id = g.id
    AND s.time_ms >= j.value ->> 1 AND s.time_ms < j.value ->> 2
  ORDER BY place, s.time_ms, s."index", s.part`;

/** Reads only the index, not the rows. */
function sizesWith(parts: string): string {
  return `SELECT j.key AS place, count(*) AS size, ${parts} AS parts FROM json_each(?1) AS j
    CROSS JOIN signal_groups AS g CROSS JOIN signals AS s
    WHERE g.stream = ?2 AND g.grp = j.value AND s.group_id = g.id
      AND s.time_ms >= ?3 AND s.time_ms < ?4 GROUP BY place`;
}

function textOf(spans: readonly SignalSpan[]): string {
  return JSON.stringify(spans.map(({ group, fromMs, toMs }) => [group, fromMs, toMs]));
}

function rowOf(row: Record<string, unknown>, stream: string, group: string): SignalRow {
  return {
    stream,
    group,
    timeMs: row['time_ms'] as number,
    index: row['index'] as number,
    part: row['part'] as number,
    tenant: row['tenant'] as string,
    values: row['vals'] as string,
    about: row['about'] as string,
  };
}
