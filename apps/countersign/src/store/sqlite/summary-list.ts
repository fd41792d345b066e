import type { SummaryFile } from '../summaries/summary-table.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** The summary files that count. Each belongs to a listed event file and ends with it. */
export class SummaryList {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  all(): SummaryFile[] {
    return this.#db.all('SELECT * FROM summaries').map(fileOf);
  }

  /** The summaries of an event file. */
  of(eventPath: string): SummaryFile[] {
    return this.#db.all('SELECT * FROM summaries WHERE of = ?', eventPath).map(fileOf);
  }

  /**
   * Summaries whose event file has no row that was superseded since.
   *
   * A file may hold any index of its range, so an index of another file in that range counts too.
   * The next compaction then computes the summary again.
   */
  valid(engine: string): SummaryFile[] {
    return this.#db.all(VALID, engine).map(fileOf);
  }

  add(file: SummaryFile): void {
    const { of, name, path, rows, unstated, bytes, generation, engine } = file;
    const sql = 'INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
    this.#db.run(sql, of, name, path, rows, unstated, bytes, generation, engine);
  }

  remove(path: string): void {
    this.#db.run('DELETE FROM summaries WHERE path = ?', path);
  }
}

const VALID = `SELECT s.* FROM summaries AS s JOIN files AS f ON f.path = s.of
  WHERE s.engine = ? AND NOT EXISTS (SELECT 1 FROM superseded AS r
    WHERE r."index" >= f.from_index AND r."index" < f.to_index AND r.generation >= s.generation)`;

function fileOf(row: Record<string, unknown>): SummaryFile {
  return {
    of: row['of'] as string,
    name: row['name'] as string,
    path: row['path'] as string,
    rows: row['rows'] as number,
    unstated: row['unstated'] as number,
    bytes: row['bytes'] as number,
    generation: row['generation'] as number,
    engine: row['engine'] as string,
  };
}
