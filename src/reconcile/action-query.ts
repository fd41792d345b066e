import type { DuckDBValue } from '@duckdb/node-api';
import type { BooksReader } from '../books/index.ts';
import type { Authorisations } from './authorisations.ts';
import { joinedSql } from './joined.ts';
import {
  CLOCK_DIFFERENCE_MAX_MS,
  DAY_MS,
  SESSION_LIFE_MAX_MS,
  TOKEN_LIFE_MAX_MS,
} from './limits.ts';
import type { SeenKind } from './sign-in-coverage.ts';
import { registeredLines, standingLines } from './standings.ts';

export type ReconcilePeriod = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly tenant?: string | undefined;
};

type Bind = (value: DuckDBValue) => string;

/** Asks the books for actions with what ties each to its sign-in. */
export class ActionQuery {
  readonly #books: BooksReader;
  readonly #authorisations: Authorisations;

  constructor(books: BooksReader, authorisations: Authorisations) {
    this.#books = books;
    this.#authorisations = authorisations;
  }

  /**
   * `sqlOf` gets the joined rows and may bind more. Sign-ins are taken from well before and behind
   * the period: the verdict on an action is the same whatever period is asked for.
   */
  async rows(
    { fromMs, toMs, tenant }: ReconcilePeriod,
    sqlOf: (joined: string, bind: Bind) => string,
    indices?: readonly number[],
  ): Promise<DuckDBValue[][]> {
    const scope = {
      fromMs: fromMs === undefined ? undefined : fromMs - SESSION_LIFE_MAX_MS,
      toMs: toMs === undefined ? undefined : toMs + SESSION_LIFE_MAX_MS,
    };
    const [standings, registered] = await Promise.all([
      standingLines(this.#authorisations, scope),
      this.#authorisations.registered(),
    ]);
    const values: DuckDBValue[] = [];
    const bind: Bind = (value) => `$${values.push(value)}`;
    const home = this.#tenantSql();
    const where = [
      ...(fromMs === undefined ? [] : [`"time" >= ${instant(bind, fromMs)}`]),
      ...(toMs === undefined ? [] : [`"time" < ${instant(bind, toMs)}`]),
      ...(tenant === undefined ? [] : [`${home} = ${bind(tenant)}`]),
      ...(indices === undefined ? [] : [`"index" IN (${numbers(bind, indices)})`]),
    ].join(' AND ');
    const parts = {
      ...{ fromMs, toMs },
      where: where === '' ? 'true' : where,
      tenant: home,
      standings: bind(standings),
      registered: bind(registeredLines(registered)),
    };
    // Before the source is known, so that a question that is asked again binds nothing twice.
    const sql = sqlOf(joinedSql({ ...parts, source: SOURCE }), bind);
    return this.#books.over(scope, (source) => sql.replaceAll(SOURCE, () => source), values);
  }

  /** How many actions there may be on each day of a period that has any, in order. */
  async actionsByDay({ fromMs, toMs }: ReconcilePeriod): Promise<[dayMs: number, count: number][]> {
    const rows = await this.#books.over(
      { fromMs, toMs },
      (source) => `SELECT epoch_ms("time") // ${DAY_MS} * ${DAY_MS} AS day, count(*)
        FROM ${source} WHERE class_uid <> 3002 GROUP BY day ORDER BY day`,
    );
    const days = rows.map(([day, count]): [number, number] => [Number(day), Number(count)]);
    // Whole files are read: some of them lie across an end of the period.
    return days.filter(([day]) => day + DAY_MS > (fromMs ?? day) && day < (toMs ?? Infinity));
  }

  /** Which kinds of sign-ins with a token there are at all, and from when to when. */
  async seenKinds(): Promise<SeenKind[]> {
    const rows = await this.#books.over(
      {},
      (source) => `SELECT ${this.#tenantSql()} AS tk, sign_in_type, epoch_ms(min("time")),
          epoch_ms(max("time")) FROM ${source}
        WHERE class_uid = 3002 AND sign_in_type IS NOT NULL AND token_uid IS NOT NULL
        GROUP BY ALL`,
    );
    return rows.map(([tenant, kind, firstMs, lastMs]) => ({
      tenant: String(tenant),
      kind: String(kind),
      firstMs: Number(firstMs),
      lastMs: Number(lastMs),
    }));
  }

  /**
   * Days on which actions lie that sessions reach whose sign-ins came in at or behind an entry:
   * a session may be used for months.
   */
  async reachedDays(fromIndex: number, sinceMs: number): Promise<number[]> {
    const scope = { fromMs: sinceMs - CLOCK_DIFFERENCE_MAX_MS };
    const rows = await this.#books.over(
      scope,
      (source) => `SELECT DISTINCT epoch_ms("time") // 86400000 * 86400000 FROM ${source}
        WHERE class_uid <> 3002 AND session_uid IN (
          SELECT session_uid FROM ${source}
          WHERE class_uid = 3002 AND session_uid IS NOT NULL AND "index" >= $1)`,
      [BigInt(fromIndex)],
    );
    return rows.map(([day]) => Number(day));
  }

  /** A delivery that states no tenant is read as the only one that there is. */
  #tenantSql(): string {
    return this.#books.tenantSql('tenant');
  }
}

/** Where the source stands in a text that is made before it is known. */
const SOURCE = '<source>';

/**
 * When the token of an action was issued, where its record says so, else as far back as tokens
 * live. One that claims to be older is not believed: it would have been refused.
 */
const ISSUED = `CASE WHEN issued_t BETWEEN t - ${TOKEN_LIFE_MAX_MS} AND t THEN issued_t END`;
export const SOUGHT_FROM: string = `coalesce(${ISSUED} - ${CLOCK_DIFFERENCE_MAX_MS},
  t - ${TOKEN_LIFE_MAX_MS}) // 3600000 * 3600000`;
export const SOUGHT_TO: string = `least(t, coalesce(${ISSUED} + ${CLOCK_DIFFERENCE_MAX_MS}, t))
  // 3600000 * 3600000`;

function instant(bind: Bind, ms: number): string {
  return `make_timestamp_ms(CAST(${bind(BigInt(ms))} AS BIGINT))`;
}

/** As one text: a value bound by itself costs as much as a row. */
function numbers(bind: Bind, indices: readonly number[]): string {
  return `SELECT CAST(unnest(string_split(${bind(indices.join(','))}, ',')) AS BIGINT)`;
}
