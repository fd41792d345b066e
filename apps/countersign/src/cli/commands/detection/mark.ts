import { plural } from '@countersign/core';
import { markFindings } from '../../../operations/detection/mark-findings.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const mark = bindLedger(markFindings, {
  positional: ['id'],
  render: ({ terminal }, { findings, status, entries }) =>
    terminal.line(`${plural(findings.length, 'finding')} ${status}; entries ${entries.join(', ')}`),
});

export const commands: readonly CliCommand[] = [{ name: 'mark', bindings: [mark] }];
