import type { ActorKind } from '../rows/event-row.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** An actor key of the alias table, with the first and last of its event times. */
export type ActorRow = {
  readonly tenant: string;
  readonly key: string;
  readonly kind: ActorKind;
  readonly firstMs: number;
  readonly lastMs: number;
};

export type ActorQuery = {
  /** Stored tenants. */
  readonly tenants?: readonly string[] | undefined;
  readonly kinds?: readonly ActorKind[] | undefined;
  /** Part of any of their names or ids, in any case. */
  readonly text?: string | undefined;
  /** Active at or after. */
  readonly fromMs?: number | undefined;
  /** First active before. */
  readonly toMs?: number | undefined;
};

/** The actors that records name. */
export class PrincipalTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  /** The keys that acted last, at most `count`. */
  recent(query: ActorQuery, count: number): ActorRow[] {
    const { tenants, kinds, text, fromMs, toMs } = query;
    const where = ['true'];
    const having = ['true'];
    const values: (string | number)[] = [];
    if (tenants !== undefined) {
      where.push('tenant IN (SELECT value FROM json_each(?))');
      values.push(JSON.stringify(tenants));
    }
    if (text !== undefined) {
      where.push('(tenant, key) IN (SELECT tenant, key FROM aliases WHERE instr(lower(value), ?))');
      values.push(text.trim().toLowerCase());
    }
    if (kinds !== undefined) {
      having.push('min(actor) IN (SELECT value FROM json_each(?))');
      values.push(JSON.stringify(kinds));
    }
    if (fromMs !== undefined) {
      having.push('max(last_ms) >= ?');
      values.push(fromMs);
    }
    if (toMs !== undefined) {
      having.push('min(first_ms) < ?');
      values.push(toMs);
    }
    const sql = `SELECT tenant, key, min(actor) AS actor, min(first_ms) AS first,
        max(last_ms) AS last FROM aliases WHERE ${where.join(' AND ')} GROUP BY tenant, key
      HAVING ${having.join(' AND ')} ORDER BY last DESC, tenant, key LIMIT ?`;
    return this.#db.all(sql, ...values, count).map((row) => ({
      tenant: row['tenant'] as string,
      key: row['key'] as string,
      kind: row['actor'] as ActorKind,
      firstMs: row['first'] as number,
      lastMs: row['last'] as number,
    }));
  }
}
