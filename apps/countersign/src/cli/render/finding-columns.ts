import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { Cell, Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

const SEVERITIES = ['', 'informational', 'low', 'medium', 'high', 'critical'] as const;
const HIGH = 4;
const STATUSES = ['', 'new', 'in progress', 'suppressed', 'resolved'] as const;

/** When, how bad, what, who, by which technique, and the entries to begin with. */
export function findingColumns(
  statusOf: (finding: StoredFinding) => FindingStatus,
): readonly Column<StoredFinding>[] {
  return [
    { title: 'last (UTC)', kind: 'whole', cell: ({ draft }) => timeText(draft.lastMs) },
    { title: 'severity', kind: 'whole', cell: severityOf },
    { title: 'what', kind: 'text', comfortable: 30, cell: ({ draft }) => draft.title },
    {
      title: 'who',
      kind: 'text',
      comfortable: 20,
      fold: 5,
      cell: ({ draft }) => draft.principals.join(', '),
    },
    {
      title: 'technique',
      kind: 'text',
      fold: 4,
      cell: ({ draft }) => draft.techniques.join(', '),
    },
    { title: 'state', kind: 'whole', fold: 3, cell: (finding) => STATUSES[statusOf(finding)] },
    { title: 'entries', kind: 'text', fold: 2, cell: ({ draft }) => entriesText(draft.entries) },
    { title: 'next', kind: 'text', fold: 1, comfortable: 30, cell: ({ draft }) => draft.next },
    { title: 'id', kind: 'id', cell: ({ uid }) => uid },
  ];
}

function severityOf({ draft }: StoredFinding): Cell {
  const { severity } = draft;
  return { text: SEVERITIES[severity], style: severity >= HIGH ? 'no' : 'plain' };
}

const SHOWN = 5;

function entriesText(entries: readonly number[]): string {
  const shown = entries.slice(0, SHOWN).join(', ');
  return entries.length <= SHOWN ? shown : `${shown} and ${entries.length - SHOWN} more`;
}
