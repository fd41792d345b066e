import type { BooksReader, EventRow } from '../books/index.ts';
import type { LedgerReader } from '../ledger/index.ts';
import { TextRecords } from './records.ts';

export type Period = { readonly fromMs: number; readonly toMs?: number | undefined };

/** The three names of one service principal. */
export type ServicePrincipal = {
  readonly tenant: string;
  readonly uid: string | null;
  readonly appId: string | null;
  readonly name: string | null;
};

/** What the question asks of the account; nothing in it is written. */
export interface IncidentSource {
  /** Distinct operations, as delivered. */
  operations(period: Period): Promise<readonly string[]>;
  changes(operations: readonly string[], period: Period): AsyncIterable<EventRow>;
  /** Everything that parties did: object ids, actor keys, sessions, application ids. */
  doings(parties: readonly string[], period: Period): AsyncIterable<EventRow>;
  servicePrincipals(period: Period): Promise<readonly ServicePrincipal[]>;
  /** How many actors were seen behind each address. */
  sharers(addresses: readonly string[], period: Period): Promise<ReadonlyMap<string, number>>;
  /** The record of an entry, parsed; undefined where its body was erased or is no JSON. */
  record(index: number): Promise<unknown>;
}

export function incidentSource(books: BooksReader, ledger: LedgerReader): IncidentSource {
  const records = new TextRecords(ledger);
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    async operations({ fromMs, toMs }) {
      const sql = { select: 'DISTINCT operation', scope: { fromMs, toMs } };
      const rows = await books.select({ ...sql, rest: 'WHERE operation IS NOT NULL' });
      return rows.flatMap(([operation]) => text(operation) ?? []);
    },
    changes: (operations, period) => books.rows({ operations, ...period }),
    doings: (parties, period) => books.rows({ parties, ...period }),
    async servicePrincipals({ fromMs, toMs }) {
      const rows = await books.select({
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
      const rows = await books.select({
        select: 'ip, count(DISTINCT actor)',
        scope: { fromMs, toMs },
        rest: `WHERE ip IN (${marks}) AND status_id <> 2 GROUP BY ip`,
        values: [...addresses],
      });
      return new Map(rows.map(([ip, actors]) => [String(ip), Number(actors)]));
    },
    record: (index) => records.read(index),
  };
}
