import { type DuckDbEngine, identifier } from './duckdb-engine.ts';

/** Column names with their SQL types. */
export type ScratchColumns = Readonly<Record<string, 'BIGINT' | 'INTEGER' | 'VARCHAR'>>;

let made = 0;

/**
 * A temporary table beside the rows, for data that no file holds.
 *
 * DuckDB spills it if it is large. It exists until it is dropped, even while new rows are posted.
 */
export class ScratchTable {
  /** The name, quoted for SQL. */
  readonly name: string;
  readonly #engine: DuckDbEngine;
  readonly #fields: string;

  private constructor(engine: DuckDbEngine, name: string, fields: string) {
    this.#engine = engine;
    this.name = name;
    this.#fields = fields;
  }

  /** @internal */
  static async make(engine: DuckDbEngine, columns: ScratchColumns): Promise<ScratchTable> {
    made += 1;
    const name = `scratch.table_${made}`;
    const types = Object.entries(columns);
    const declared = types.map(([column, type]) => `${identifier(column)} ${type}`);
    const fields = types.map(
      ([, type], i) => `TRY_CAST(nullif(split_part(line, chr(9), ${i + 1}), '') AS ${type})`,
    );
    await engine.run('CREATE SCHEMA IF NOT EXISTS scratch');
    await engine.run(`CREATE TABLE ${name} (${declared.join(', ')})`);
    return new ScratchTable(engine, name, fields.join(', '));
  }

  /**
   * Adds rows as lines with tab-separated values.
   *
   * One text parameter binds at once; a million values bind one by one. An empty value, or one of
   * another type, becomes NULL.
   */
  async add(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#engine.run(
      `INSERT INTO ${this.name} SELECT ${this.#fields}
        FROM (SELECT unnest(string_split($1, chr(10))) AS line)`,
      [lines.join('\n')],
    );
  }

  /** Inserts all rows of a query over such tables. */
  async take(sql: string): Promise<void> {
    await this.#engine.withMoreMemory(() => this.#engine.run(`INSERT INTO ${this.name} ${sql}`));
  }

  async drop(): Promise<void> {
    await this.#engine.run(`DROP TABLE ${this.name}`);
  }
}
