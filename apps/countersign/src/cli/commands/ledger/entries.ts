import { type ListedEntry, listEntries } from '../../../operations/ledger/list-entries.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { instantText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const COLUMNS: readonly Column<ListedEntry>[] = [
  { title: 'entry', kind: 'number', cell: ({ index }) => String(index) },
  { title: 'kind', kind: 'text', cell: ({ leaf }) => leaf.kind },
  { title: 'happened', kind: 'whole', cell: ({ leaf }) => instantText(leaf.at) },
  { title: 'source', kind: 'text', comfortable: 24, cell: ({ leaf }) => leaf.source },
  { title: 'accepted', kind: 'whole', fold: 1, cell: ({ leaf }) => instantText(leaf.seen) },
];

const list = bindList(listEntries, {
  render: ({ terminal }, rows) => terminal.table(COLUMNS, rows),
});

export const command: CliCommand = { name: 'entries', bindings: [list] };
