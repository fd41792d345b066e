import type { Alias, AliasKind } from '../rows/alias-table.ts';
import type { ActorKind } from '../rows/event-row.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

const LEARN_ALIAS = `INSERT INTO aliases VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (kind, value, tenant, key) DO UPDATE SET
    first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms),
    actor = min(actor, excluded.actor)
    WHERE excluded.first_ms < first_ms OR excluded.last_ms > last_ms OR excluded.actor < actor`;

/** A known alias gets a longer time. The result does not depend on the order of records. */
export function learnAlias(db: SqliteConnection, alias: Alias): void {
  const { tenant, kind, value, key, firstMs, lastMs, actor } = alias;
  db.run(LEARN_ALIAS, tenant, kind, value, key, firstMs, lastMs, actor);
}

export function aliasOf(row: Record<string, unknown>): Alias {
  return {
    tenant: row['tenant'] as string,
    kind: row['kind'] as AliasKind,
    value: row['value'] as string,
    key: row['key'] as string,
    firstMs: row['first_ms'] as number,
    lastMs: row['last_ms'] as number,
    actor: row['actor'] as ActorKind,
  };
}
