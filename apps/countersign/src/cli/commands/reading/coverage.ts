import { listCoverage } from '../../../operations/reading/coverage.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { renderCoverage } from '../../render/render-coverage.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'coverage',
    bindings: [
      bindList(listCoverage, {
        render: async ({ terminal }, rows) => renderCoverage(terminal, await collect(rows)),
      }),
    ],
  },
];
