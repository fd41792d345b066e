import type { CollectorState } from '../../../operations/definition/service-state.ts';
import { listQuota } from '../../../operations/reading/quota.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<CollectorState>[] = [
  { title: 'collector', kind: 'text', comfortable: 24, cell: ({ collector }) => collector },
  { title: 'state', kind: 'text', cell: ({ budget }) => budget?.state ?? 'no quota' },
  { title: 'needed', kind: 'number', cell: ({ budget }) => rateText(budget?.needed) },
  { title: 'allowed', kind: 'number', cell: ({ budget }) => rateText(budget?.allowed) },
  {
    title: 'not fetched',
    kind: 'number',
    cell: ({ budget }) => (budget === null ? undefined : String(budget.backlogRequests)),
  },
  { title: 'tenant', kind: 'id', fold: 1, cell: ({ tenant }) => tenant },
];

/** Requests a minute. */
function rateText(rate: number | undefined): string | undefined {
  return rate === undefined ? undefined : rate.toFixed(1);
}

export const commands: readonly CliCommand[] = [
  {
    name: 'quota',
    bindings: [
      bindList(listQuota, {
        render: async ({ terminal }, rows) => terminal.table(COLUMNS, await collect(rows)),
      }),
    ],
  },
];
