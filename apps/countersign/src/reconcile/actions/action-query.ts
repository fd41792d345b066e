import type { DuckDBValue } from '@duckdb/node-api';
import { literal } from '../../store/duckdb/duckdb-engine.ts';
import type { ScratchTable } from '../../store/duckdb/scratch-table.ts';
import type { RunSql } from '../../store/reading/current-rows.ts';
import {
  EVENT_KIND_SQL,
  type EventCounts,
  type EventKind,
  noEvents,
} from '../../store/rows/event-kind.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import {
  CLOCK_DIFFERENCE_MAX_MS,
  CUT_MS,
  DAY_MS,
  SESSION_LIFE_MAX_MS,
  SIGN_INS_FEW_MAX,
  TOKEN_LIFE_MAX_MS,
} from '../limits.ts';
import type { AuthorizationSource } from './authorization-status.ts';
import { AuthorizationTables, registerTable } from './authorization-tables.ts';
import type { SeenKind } from './sign-in-coverage.ts';
import {
  joinedSql,
  joinTables,
  LAST_READ_BY,
  type SignInParts,
  signInTables,
  type Tables,
} from './sign-in-join.ts';

export type ReconcilePeriod = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly tenant?: string | undefined;
};

type Scope = {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};
type CachedTables = Scope & { readonly tables: AuthorizationTables };

/** Queries actions joined with their sign-ins. */
export class ActionQuery {
  readonly #store: StoreReader;
  readonly #authorizations: AuthorizationSource;
  #register: ScratchTable | undefined;
  #kept: CachedTables | undefined;

  constructor(store: StoreReader, authorizations: AuthorizationSource) {
    this.#store = store;
    this.#authorizations = authorizations;
  }

  /**
   * `sqlOf` receives the joined rows. Sign-ins come from well before and after the period, so the
   * verdict on an action does not depend on the requested period.
   */
  async rows(
    period: ReconcilePeriod,
    sqlOf: (joined: string) => string,
    indices?: readonly number[],
  ): Promise<DuckDBValue[][]> {
    const scope = scopeOf(period);
    const parts = this.#partsOf(period, indices);
    const some = indices === undefined ? undefined : await this.#few(scope, parts);
    const { said, bounds } = some ?? (await this.#ofPeriod(scope));
    this.#register ??= await this.#registered();
    const register = this.#register.name;
    const of = { ...parts, said: said.name, bounds: bounds.name, register };
    try {
      return await this.#store.together(scope, async (ask, source) => {
        const all = { ...of, source };
        await makeTables(ask, joinTables(all));
        return ask(sqlOf(joinedSql(all)));
      });
    } finally {
      await some?.drop();
    }
  }

  #partsOf(
    { fromMs, toMs, tenant }: ReconcilePeriod,
    indices: readonly number[] | undefined,
  ): Omit<SignInParts, 'source'> {
    const home = this.#tenantSql();
    const where = [
      ...(fromMs === undefined ? [] : [`"time" >= make_timestamp_ms(${Math.trunc(fromMs)})`]),
      ...(toMs === undefined ? [] : [`"time" < make_timestamp_ms(${Math.trunc(toMs)})`]),
      ...(tenant === undefined ? [] : [`${home} = ${literal(tenant)}`]),
      ...(indices === undefined ? [] : [`"index" IN (${numbers(indices)})`]),
    ].join(' AND ');
    return { ...{ fromMs, toMs }, where: where === '' ? 'true' : where, tenant: home };
  }

  async #registered(): Promise<ScratchTable> {
    return registerTable(this.#store, await this.#authorizations.registered());
  }

  /** The authorization of a small number of sign-ins. */
  async #few(
    scope: Scope,
    parts: Omit<SignInParts, 'source'>,
  ): Promise<AuthorizationTables | undefined> {
    if (this.#authorizations.isSilent) return undefined;
    const rows = await this.#store.together(scope, async (ask, source) => {
      await makeTables(ask, signInTables({ ...parts, source }));
      return ask(`SELECT DISTINCT tk, action FROM raw LIMIT ${SIGN_INS_FEW_MAX + 1}`);
    });
    if (rows.length > SIGN_INS_FEW_MAX) return undefined;
    const signIns = rows.map(([tk, action]) => ({ tenant: String(tk), action: String(action) }));
    return AuthorizationTables.ofSome(this.#store, this.#authorizations, signIns);
  }

  /** The tables of a period, kept for queries within it. */
  async #ofPeriod({ fromMs, toMs }: Scope): Promise<AuthorizationTables> {
    const isWithin =
      this.#kept !== undefined &&
      (this.#kept.fromMs ?? -Infinity) <= (fromMs ?? -Infinity) &&
      (this.#kept.toMs ?? Infinity) >= (toMs ?? Infinity);
    if (!isWithin) {
      await this.#forget();
      const period = {
        fromMs: fromMs === undefined ? undefined : fromMs - DAY_MS,
        toMs: toMs === undefined ? undefined : toMs + DAY_MS,
      };
      const tables = await AuthorizationTables.ofPeriod(this.#store, this.#authorizations, period);
      this.#kept = { ...period, tables };
    }
    return (this.#kept as CachedTables).tables;
  }

  /**
   * Announces the period of the next queries, so that the authorization of its sign-ins is read
   * once.
   */
  async about({ fromMs, toMs }: ReconcilePeriod): Promise<void> {
    await this.#ofPeriod(scopeOf({ fromMs, toMs }));
  }

  async #forget(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.tables.drop();
  }

  /** Drops all kept tables. */
  async close(): Promise<void> {
    await this.#forget();
    const register = this.#register;
    this.#register = undefined;
    await register?.drop();
  }

  /** Counts the events of a period that have no actor. */
  async events(period: ReconcilePeriod): Promise<EventCounts> {
    const { where } = this.#partsOf(period, undefined);
    const { fromMs, toMs } = period;
    const rows = await this.#store.over(
      { fromMs, toMs },
      (source) => `SELECT kind, count(*) FROM (
          SELECT ${EVENT_KIND_SQL} AS kind FROM ${source} WHERE class_uid <> 3002 AND ${where})
        WHERE kind IS NOT NULL GROUP BY kind`,
    );
    const events = noEvents();
    for (const [kind, count] of rows) events[String(kind) as EventKind] = Number(count);
    return events;
  }

  /** Number of possible actions per time slice of a period, in order, without empty slices. */
  async actionsByTime({
    fromMs,
    toMs,
  }: ReconcilePeriod): Promise<[startMs: number, count: number][]> {
    const rows = await this.#store.over(
      { fromMs, toMs },
      (source) => `SELECT epoch_ms("time") // ${CUT_MS} * ${CUT_MS} AS start, count(*)
        FROM ${source} WHERE class_uid <> 3002 GROUP BY start ORDER BY start`,
    );
    const whiles = rows.map(([start, count]): [number, number] => [Number(start), Number(count)]);
    // Files are read whole, so drop slices outside the period.
    return whiles.filter(([start]) => {
      return start + CUT_MS > (fromMs ?? start) && start < (toMs ?? Infinity);
    });
  }

  /** The kinds of sign-ins with a token id, with their first and last time. */
  async seenKinds(): Promise<SeenKind[]> {
    const rows = await this.#store.over(
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
   * Days with actions in sessions whose sign-ins arrived since an entry. A session may be used for
   * months.
   */
  async reachedDays(fromIndex: number, sinceMs: number): Promise<number[]> {
    const scope = { fromMs: sinceMs - CLOCK_DIFFERENCE_MAX_MS };
    const rows = await this.#store.over(
      scope,
      (source) => `SELECT DISTINCT epoch_ms("time") // 86400000 * 86400000 FROM ${source}
        WHERE class_uid <> 3002 AND session_uid IN (
          SELECT session_uid FROM ${source}
          WHERE class_uid = 3002 AND session_uid IS NOT NULL AND "index" >= $1)`,
      [BigInt(fromIndex)],
    );
    return rows.map(([day]) => Number(day));
  }

  /** A delivery without a tenant belongs to the only stated one. */
  #tenantSql(): string {
    return this.#store.tenantSql('tenant');
  }
}

/** The interval that contains the sign-ins of a period's actions. */
function scopeOf({ fromMs, toMs }: Scope): Scope {
  return {
    fromMs: fromMs === undefined ? undefined : fromMs - SESSION_LIFE_MAX_MS,
    toMs: toMs === undefined ? undefined : toMs + SESSION_LIFE_MAX_MS,
  };
}

/**
 * When an action's token was issued: as its record states, otherwise as early as tokens can live.
 * An older claim is not believed, because such a token would have been refused.
 */
const ISSUED = `CASE WHEN issued_t BETWEEN t - ${TOKEN_LIFE_MAX_MS} AND t THEN issued_t END`;
export const EXPECTED_FROM: string = `coalesce(${ISSUED} - ${CLOCK_DIFFERENCE_MAX_MS},
  t - ${TOKEN_LIFE_MAX_MS}) // 3600000 * 3600000`;
export const EXPECTED_TO: string = `least(t, coalesce(${ISSUED} + ${CLOCK_DIFFERENCE_MAX_MS}, t))
  // 3600000 * 3600000`;

/** One text, because a list of a million values is read far more slowly. */
function numbers(indices: readonly number[]): string {
  return `SELECT CAST(unnest(string_split('${indices.join(',')}', ',')) AS BIGINT)`;
}

async function makeTables(ask: RunSql, tables: Tables): Promise<void> {
  for (const [name, sql] of Object.entries(tables)) {
    await ask(`CREATE TEMP TABLE ${name} AS ${sql}`);
    for (const read of LAST_READ_BY[name] ?? []) await ask(`DROP TABLE ${read}`);
  }
}
