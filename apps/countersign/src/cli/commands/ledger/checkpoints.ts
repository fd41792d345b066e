import { numberText } from '@countersign/core';
import {
  type CheckpointItem,
  listCheckpoints,
} from '../../../operations/ledger/list-checkpoints.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { instantText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<CheckpointItem>[] = [
  { title: 'entries', kind: 'number', cell: ({ size }) => numberText(size) },
  { title: 'last entry', kind: 'whole', cell: ({ at }) => instantText(at) },
  { title: 'root', kind: 'text', comfortable: 44, cell: ({ root }) => root },
  { title: 'signed by', kind: 'text', cell: ({ signers }) => signers.join(', ') },
];

const list = bindList(listCheckpoints, {
  render: ({ terminal }, rows) => terminal.table(COLUMNS, rows),
});

export const command: CliCommand = { name: 'checkpoints', bindings: [list] };
