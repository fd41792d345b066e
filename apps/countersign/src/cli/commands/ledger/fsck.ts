import { plural } from '@countersign/core';
import type { Problem } from '@countersign/ledger';
import { checkLedger } from '../../../operations/ledger/fsck.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const PROBLEMS: readonly Column<Problem>[] = [
  { title: 'path', kind: 'text', comfortable: 30, cell: ({ path }) => path },
  { title: 'byte', kind: 'number', cell: ({ at }) => String(at) },
  {
    title: 'what',
    kind: 'text',
    comfortable: 24,
    cell: ({ what }) => ({ text: what, style: 'no' }),
  },
];

const fsck = bindDocument(checkLedger, {
  progressOf(progress) {
    const { records, recordsTotal } = progress as { records: number; recordsTotal: number };
    return { task: 'checking', records, recordsTotal };
  },
  async render({ terminal }, { ok, size, problems }) {
    await terminal.table(PROBLEMS, problems);
    const checked = `${plural(size, 'entry')} checked`;
    if (ok) terminal.line({ text: 'clean: ', style: 'yes' }, checked);
    else terminal.line({ text: `${plural(problems.length, 'problem')}: `, style: 'no' }, checked);
  },
});

export const command: CliCommand = { name: 'fsck', bindings: [fsck] };
