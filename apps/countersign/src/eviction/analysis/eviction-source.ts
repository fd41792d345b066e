import type { LedgerReader } from '@countersign/ledger';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { RecordReader } from './record-reader.ts';

export type Period = { readonly fromMs: number; readonly toMs?: number | undefined };

/** The three names of one service principal. */
export type ServicePrincipal = {
  readonly tenant: string;
  readonly uid: string | null;
  readonly appId: string | null;
  readonly name: string | null;
};

/** A principal with a successful event from an address, and the first time. */
export type AddressUser = {
  readonly ip: string;
  readonly tenant: string;
  readonly uid: string | null;
  readonly name: string | null;
  readonly firstMs: number;
};

/** An account's id and one of its names, with the first time. */
export type NamedAccount = {
  readonly tenant: string;
  readonly uid: string;
  readonly name: string;
  readonly firstMs: number;
};

/** Read access to the store and ledger for the eviction question. Writes nothing. */
export interface IncidentSource {
  /** Distinct operations as delivered. */
  operations(period: Period): Promise<readonly string[]>;
  changes(operations: readonly string[], period: Period): AsyncIterable<EventRow>;
  /** Everything that parties did, by object ids, actor keys, sessions and application ids. */
  activity(parties: readonly string[], period: Period): AsyncIterable<EventRow>;
  /** Events with any of these entries. */
  events(entries: readonly number[], period: Period): AsyncIterable<EventRow>;
  servicePrincipals(period: Period): Promise<readonly ServicePrincipal[]>;
  /** Number of actors per address. */
  sharers(addresses: readonly string[], period: Period): Promise<ReadonlyMap<string, number>>;
  /** Principals with successful events from these addresses. */
  users(addresses: readonly string[], period: Period): Promise<readonly AddressUser[]>;
  /** Addresses from which these parties (object ids and actor keys) were successful. */
  placesOf(parties: readonly string[], period: Period): Promise<readonly AddressUser[]>;
  /** Time of the first event in the period that states an address; null without one. */
  historyMs(period: Period): Promise<number | null>;
  /** Names of these object ids, and object ids of these names. */
  accounts(uids: readonly string[], names: readonly string[]): Promise<readonly NamedAccount[]>;
  /** The parsed record of an entry; undefined if its body was erased or is not JSON. */
  record(index: number): Promise<unknown>;
}

export function incidentSource(store: StoreReader, ledger: LedgerReader): IncidentSource {
  const records = new RecordReader(ledger);
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    async operations({ fromMs, toMs }) {
      const sql = { select: 'DISTINCT operation', scope: { fromMs, toMs } };
      const rows = await store.select({ ...sql, rest: 'WHERE operation IS NOT NULL' });
      return rows.flatMap(([operation]) => text(operation) ?? []);
    },
    changes: (operations, period) => store.rows({ operations, ...period }),
    activity: (parties, period) => store.rows({ parties, ...period }),
    events: (entries, period) => store.rows({ entries, ...period }),
    async servicePrincipals({ fromMs, toMs }) {
      const rows = await store.select({
        select: 'DISTINCT tenant, actor_uid, app_uid, coalesce(app_name, actor_name)',
        scope: { fromMs, toMs },
        rest: 'WHERE class_uid = 3002 AND actor_type = 4',
      });
      return rows.map(([tenant, uid, appId, name]) => ({
        tenant: text(tenant) ?? '',
        uid: text(uid),
        appId: text(appId),
        name: text(name),
      }));
    },
    async sharers(addresses, { fromMs, toMs }) {
      if (addresses.length === 0) return new Map();
      const marks = addresses.map((_, i) => `$${i + 1}`).join(', ');
      const rows = await store.select({
        select: 'ip, count(DISTINCT actor)',
        scope: { fromMs, toMs },
        rest: `WHERE ip IN (${marks}) AND status_id <> 2 GROUP BY ip`,
        values: [...addresses],
      });
      return new Map(rows.map(([ip, actors]) => [String(ip), Number(actors)]));
    },
    users: (addresses, period) => usersOf(store, 'ip', addresses, period),
    placesOf: (parties, period) => usersOf(store, 'actor', parties, period),
    async historyMs({ fromMs, toMs }) {
      const rows = await store.select({
        select: 'epoch_ms(min("time"))',
        scope: { fromMs, toMs },
        rest: `WHERE ip IS NOT NULL AND ${within({ fromMs, toMs })}`,
      });
      const first = rows[0]?.[0];
      return first === null || first === undefined ? null : Number(first);
    },
    async accounts(uids, names) {
      if (uids.length + names.length === 0) return [];
      const rows = await store.select({
        select: 'tenant, actor_uid, lower(actor_name), epoch_ms(min("time"))',
        scope: {},
        rest:
          'WHERE actor_uid IS NOT NULL AND actor_name IS NOT NULL AND ' +
          `(${anyOf('actor_uid', uids, 0)} OR ${anyOf('lower(actor_name)', names, uids.length)}) ` +
          'GROUP BY ALL',
        values: [...uids, ...names],
      });
      return rows.map(([tenant, uid, name, firstMs]) => ({
        ...{ tenant: String(tenant), uid: String(uid), name: String(name) },
        firstMs: Number(firstMs),
      }));
    },
    record: (index) => records.read(index),
  };
}

/** An interrupted sign-in is no success. Most other records state a failure if there is one. */
const SUCCESS = 'CASE WHEN class_uid = 3002 THEN status_id = 1 ELSE status_id <> 2 END';

async function usersOf(
  store: StoreReader,
  column: 'ip' | 'actor',
  asked: readonly string[],
  { fromMs, toMs }: Period,
): Promise<readonly AddressUser[]> {
  if (asked.length === 0) return [];
  const rows = await store.select({
    select: 'ip, tenant, actor_uid, lower(actor_name), epoch_ms(min("time"))',
    scope: { fromMs, toMs },
    rest:
      `WHERE ${anyOf(column, asked, 0)} AND ip IS NOT NULL AND actor IS NOT NULL AND ${SUCCESS} ` +
      `AND ${within({ fromMs, toMs })} GROUP BY ALL`,
    values: [...asked],
  });
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return rows.map(([ip, tenant, uid, name, firstMs]) => ({
    ...{ ip: String(ip), tenant: String(tenant), uid: text(uid), name: text(name) },
    firstMs: Number(firstMs),
  }));
}

function anyOf(column: string, values: readonly string[], before: number): string {
  if (values.length === 0) return 'false';
  return `${column} IN (${values.map((_, i) => `$${before + i + 1}`).join(', ')})`;
}

/** Files hold whole days, so the scope alone is not exact. */
function within({ fromMs, toMs }: Period): string {
  const at = (ms: number): string => `make_timestamp_ms(CAST(${Math.trunc(ms)} AS BIGINT))`;
  return `"time" >= ${at(fromMs)}${toMs === undefined ? '' : ` AND "time" < ${at(toMs)}`}`;
}
