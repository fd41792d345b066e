import type { ImportProgress } from '../../ingest/progress-meter.ts';
import {
  type ImportOutput,
  importRecords,
  retryQuarantined,
} from '../../operations/ingest/import.ts';
import { bindLedger } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import type { Context } from '../process/command-context.ts';
import { printImport } from '../render/render-import.ts';
import type { ProgressState } from '../terminal/progress-line.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'import',
    bindings: [
      bindLedger(importRecords, { positional: ['paths'], progressOf, render }),
      bindLedger(retryQuarantined, {
        when: {
          flag: 'quarantined',
          formerFlag: 'parked',
          description: 'try again what could not be read before',
        },
        progressOf,
        render(context, report) {
          render(context, report);
          if (report.read === 0) context.terminal.line('nothing is quarantined');
        },
      }),
    ],
  },
];

function render({ terminal }: Context, { interrupted: _, ...report }: ImportOutput): void {
  printImport(terminal, report);
}

function progressOf(progress: unknown): ProgressState {
  const { records, bytes, totalBytes } = progress as ImportProgress;
  return { doing: 'importing', records, bytes, bytesTotal: totalBytes };
}
