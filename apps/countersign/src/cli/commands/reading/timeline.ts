import { timeline } from '../../../operations/reading/timeline.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { eventColumns } from '../../render/event-columns.ts';
import { lineColumns } from '../../render/timeline-gaps.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'timeline',
    bindings: [
      bindList(timeline, {
        render: ({ terminal }, rows) => terminal.table(lineColumns(eventColumns()), rows),
      }),
    ],
  },
];
