import { DAY_SQL, type SummaryTable } from './summary-table.ts';

export type VolumeKind = 'mail' | 'files';

const OPERATIONS: Readonly<Record<VolumeKind, readonly string[]>> = {
  mail: ['MailItemsAccessed'],
  files: ['FileDownloaded', 'FileSyncDownloadedFull'],
};

/** SQL of the person who acted, as every volume names them. */
export const WHO_SQL = 'coalesce(actor_uid, lower(actor_name))';

/** SQL condition of events in which a person took items. */
export function takenSql(kind: VolumeKind): string {
  const operations = OPERATIONS[kind].map((name) => `'${name}'`).join(', ');
  return `operation IN (${operations}) AND status_id <> 2 AND actor_type <> 3
    AND ${WHO_SQL} IS NOT NULL`;
}

/** Records may state any number of items, and a sum beyond the type is an error. */
const sumOf = (items: string): string =>
  `least(sum(${items}), ${Number.MAX_SAFE_INTEGER})::BIGINT AS items`;

/** The items that each person took on each day, with the first record of the day. */
export function volumeTable(kind: VolumeKind): SummaryTable {
  return {
    name: `${kind}-volumes`,
    sql: (events) => `SELECT tenant, ${WHO_SQL} AS who, ${DAY_SQL} AS d, min("index") AS "index",
      min(epoch_ms("time")) AS t, ${sumOf('item_count')}
      FROM ${events} WHERE ${takenSql(kind)} GROUP BY ALL`,
    group: {
      key: ['tenant', 'who', 'd'],
      merge: (rows) => `SELECT tenant, who, d, min("index") AS "index", min(t) AS t,
        ${sumOf('items')} FROM ${rows} GROUP BY tenant, who, d`,
    },
    order: 'tenant, who',
  };
}
