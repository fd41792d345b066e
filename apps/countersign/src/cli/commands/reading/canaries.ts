import type { CanaryTally } from '@countersign/coverage';
import { listCanaries } from '../../../operations/reading/canaries.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<CanaryTally>[] = [
  { title: 'source', kind: 'text', comfortable: 24, cell: ({ key }) => key.source },
  { title: 'workload', kind: 'text', cell: ({ key }) => key.workload ?? undefined },
  { title: 'performed', kind: 'number', cell: ({ sent }) => String(sent) },
  { title: 'came back', kind: 'number', cell: ({ seen }) => String(seen) },
  {
    title: 'p99',
    kind: 'number',
    cell: ({ delays }) => (delays === null ? undefined : secondsText(delays.p99Ms)),
  },
  { title: 'tenant', kind: 'id', fold: 1, cell: ({ key }) => key.tenant },
];

function secondsText(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

export const commands: readonly CliCommand[] = [
  {
    name: 'canaries',
    bindings: [
      bindList(listCanaries, {
        render: async ({ terminal }, rows) => terminal.table(COLUMNS, await collect(rows)),
      }),
    ],
  },
];
