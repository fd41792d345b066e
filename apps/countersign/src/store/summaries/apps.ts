import { DAY_SQL, type SummaryTable } from './summary-table.ts';

/** The events of each application on each day, by its id and the name that records give it. */
export const APPS: SummaryTable = {
  name: 'apps',
  sql: (events) => `SELECT tenant, coalesce(lower(app_uid), '') AS app,
      coalesce(app_name, '') AS name, ${DAY_SQL} AS d, count(*)::BIGINT AS events,
      min(epoch_ms("time")) AS first, max(epoch_ms("time")) AS last
    FROM ${events} WHERE app_uid IS NOT NULL OR app_name IS NOT NULL GROUP BY ALL`,
  group: {
    key: ['tenant', 'app', 'name', 'd'],
    merge: (rows) => `SELECT tenant, app, name, d, sum(events)::BIGINT AS events,
        min(first) AS first, max(last) AS last
      FROM ${rows} GROUP BY tenant, app, name, d`,
  },
  order: 'tenant, app, name',
};
