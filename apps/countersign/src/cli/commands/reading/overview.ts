import { showOverview } from '../../../operations/overview/overview.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { printOverview } from '../../render/render-overview.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'overview',
    bindings: [
      bindDocument(showOverview, {
        render: ({ terminal }, overview) => printOverview(terminal, overview),
      }),
    ],
  },
];
