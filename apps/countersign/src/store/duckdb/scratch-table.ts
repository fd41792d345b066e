import { type DuckDbEngine, identifier } from './duckdb-engine.ts';

/** By name, as a type of SQL. */
export type ScratchColumns = Readonly<Record<string, 'BIGINT' | 'INTEGER' | 'VARCHAR'>>;

let made = 0;

/**
 * A table of one asker's own beside the rows, for what no file holds: the engine puts it aside
 * where it is large. It lives until it is dropped, whatever comes in meanwhile.
 */
export class ScratchTable {
  /** As SQL. */
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
   * Rows as lines, their values between tabs: a parameter of one text is bound at once, a million
   * values one by one. An empty value, or one of another type, is none.
   */
  async add(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#engine.run(
      `INSERT INTO ${this.name} SELECT ${this.#fields}
        FROM (SELECT unnest(string_split($1, chr(10))) AS line)`,
      [lines.join('\n')],
    );
  }

  /** All rows of a question over such tables. */
  async take(sql: string): Promise<void> {
    await this.#engine.withRoom(() => this.#engine.run(`INSERT INTO ${this.name} ${sql}`));
  }

  async drop(): Promise<void> {
    await this.#engine.run(`DROP TABLE ${this.name}`);
  }
}
