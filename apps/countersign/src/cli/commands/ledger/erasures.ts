import { numberText } from '@countersign/core';
import { listErasures } from '../../../operations/ledger/list-erasures.ts';
import type { ErasureRow } from '../../../store/rows/entry-rows.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<ErasureRow>[] = [
  { title: 'erased', kind: 'whole', cell: ({ atMs }) => timeText(atMs) },
  { title: 'bodies', kind: 'number', cell: ({ entries }) => numberText(entries) },
  { title: 'by', kind: 'text', cell: ({ by }) => by },
  { title: 'because', kind: 'text', comfortable: 30, cell: ({ reason }) => reason },
  { title: 'entry', kind: 'number', cell: ({ index }) => String(index) },
];

const list = bindList(listErasures, {
  async render({ terminal }, rows) {
    const all = await collect(rows);
    if (all.length === 0) terminal.line('nothing was erased');
    else await terminal.table(COLUMNS, all);
  },
});

export const command: CliCommand = { name: 'erasures', bindings: [list] };
