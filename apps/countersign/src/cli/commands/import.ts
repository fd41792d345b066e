import type { ImportProgress } from '../../ingest/progress-meter.ts';
import {
  type ImportOutput,
  importRecords,
  retryQuarantined,
} from '../../operations/ingest/import.ts';
import { findingsAfterImport } from '../../operations/readers/finding-options.ts';
import { Readers } from '../../operations/readers/readers.ts';
import { bindLedger } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import type { Context } from '../process/command-context.ts';
import { printImport, printImportFindings } from '../render/render-import.ts';
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
          description: 'retry quarantined input',
        },
        progressOf,
        async render(context, report) {
          await render(context, report);
          if (report.read === 0) context.terminal.line('nothing is quarantined');
        },
      }),
    ],
  },
];

async function render(context: Context, output: ImportOutput): Promise<void> {
  const { interrupted: _, ...report } = output;
  printImport(context.terminal, report);
  if (report.read > report.rejected) await printFindingsOf(context);
}

/** About the whole ledger, because an import may complete what an earlier one began. */
async function printFindingsOf(context: Context): Promise<void> {
  using readers = new Readers(context);
  const sources = await readers.sourcesIfAny();
  if (sources === undefined) return;
  const { behind, findings, incidents, readable } = await findingsAfterImport(sources);
  if (behind !== undefined) return printImportFindings(context.terminal, { behind });
  const { countFindings } = await import('../../reports/findings/finding-groups.ts');
  const [worst] = findings.toSorted((a, b) => b.draft.severity - a.draft.severity);
  printImportFindings(context.terminal, {
    counts: countFindings(findings, incidents),
    worst: worst === undefined ? undefined : readable(worst.draft.title),
  });
}

function progressOf(progress: unknown): ProgressState {
  const { records, bytes, totalBytes } = progress as ImportProgress;
  return { task: 'importing', records, bytes, bytesTotal: totalBytes };
}
