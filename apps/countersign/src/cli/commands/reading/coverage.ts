import { listCoverage } from '../../../operations/reading/coverage.ts';
import { listHoles } from '../../../operations/reading/coverage-holes.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { renderCoverage } from '../../render/render-coverage.ts';
import { renderHoles } from '../../render/render-holes.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'coverage',
    bindings: [
      bindList(listCoverage, {
        render: async ({ terminal }, rows) => renderCoverage(terminal, await collect(rows)),
      }),
      bindList(listHoles, {
        when: {
          flag: 'holes',
          description: 'list what is missing by cause, and what would fix it',
        },
        render: async ({ terminal }, rows) => renderHoles(terminal, await collect(rows)),
      }),
    ],
  },
];
