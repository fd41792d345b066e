import type { Setting } from '../../../config/list-settings.ts';
import { showConfiguration } from '../../../operations/setup/show-configuration.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<Setting>[] = [
  { title: 'setting', kind: 'text', comfortable: 40, cell: ({ setting }) => setting },
  {
    title: 'value',
    kind: 'text',
    cell: ({ value, isSecret }) => (isSecret ? `secret from ${value}` : value),
  },
];

export const commands: readonly CliCommand[] = [
  {
    name: 'configuration',
    bindings: [
      bindList(showConfiguration, {
        render: async ({ terminal }, rows) => terminal.table(COLUMNS, await collect(rows)),
      }),
    ],
  },
];
