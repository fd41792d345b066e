import { numberText, plural } from '@countersign/core';
import { statusText } from '../../../detection/findings/finding-status.ts';
import type { Incident } from '../../../detection/incidents/incident.ts';
import type { ShownTie } from '../../../detection/incidents/tie-entries.ts';
import type { IncidentView } from '../../../reports/findings/incident-view.ts';
import type { Cell, Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { severityStyle, severityText } from '../severity.ts';
import { timeText } from '../time-text.ts';

export const INCIDENT_COLUMNS: readonly Column<IncidentView>[] = [
  { title: 'first (UTC)', kind: 'whole', cell: ({ firstMs }) => timeText(firstMs) },
  { title: 'last', kind: 'whole', fold: 2, cell: ({ lastMs }) => timeText(lastMs) },
  {
    title: 'severity',
    kind: 'whole',
    cell: ({ severity }) => severityCell(severity),
  },
  { title: 'state', kind: 'whole', fold: 1, cell: ({ status }) => statusText(status) },
  {
    title: 'findings',
    kind: 'number',
    cell: ({ incident }) => numberText(incident.findings.length),
  },
  { title: 'what', kind: 'text', comfortable: 40, cell: ({ title }) => title },
  { title: 'incident', kind: 'id', fold: 3, cell: ({ incident }) => incident.id },
];

/** The findings of one incident in time order, each with its tie. */
export async function printIncident(terminal: Terminal, view: IncidentView): Promise<void> {
  const { incident, title, ties, open, status, firstMs, lastMs, severity } = view;
  terminal.line({ text: title, style: 'heading' });
  terminal.fields([
    ['incident', incident.id],
    ['severity', severityText(severity)],
    [
      'state',
      `${statusText(status)}, ${plural(open, 'finding')} of ${incident.findings.length} open`,
    ],
    ['period', `${timeText(firstMs)} to ${timeText(lastMs)} UTC`],
    ['assigned to', view.assignee ?? 'no one'],
  ]);
  terminal.line('');
  const numbers = new Map(incident.findings.map(({ uid }, at) => [uid, at + 1]));
  const rows = incident.findings.map((finding, at): Row => {
    const own = ties.filter(({ findings: [, later] }) => later === finding.uid);
    return { number: at + 1, finding, because: own.map((tie) => tieText(tie, numbers)).join('; ') };
  });
  await terminal.table(COLUMNS, rows);
}

type Row = {
  readonly number: number;
  readonly finding: Incident['findings'][number];
  readonly because: string;
};

const COLUMNS: readonly Column<Row>[] = [
  { title: 'no', kind: 'number', cell: ({ number }) => String(number) },
  { title: 'first (UTC)', kind: 'whole', cell: ({ finding }) => timeText(finding.draft.firstMs) },
  {
    title: 'severity',
    kind: 'whole',
    cell: ({ finding: { draft } }) => severityCell(draft.severity),
  },
  { title: 'what', kind: 'text', comfortable: 30, cell: ({ finding }) => finding.draft.title },
  { title: 'belongs to', kind: 'text', fold: 2, cell: ({ because }) => because },
  { title: 'finding', kind: 'id', fold: 1, cell: ({ finding }) => finding.uid },
];

function tieText({ findings: [earlier], by, name, entries }: ShownTie, numbers: Numbers): string {
  const shown = entries.map((entry) => `#${entry}`).join(', ');
  const isOfEntry = by.kind === 'entry' || by.kind === 'hit';
  const what = isOfEntry ? `same entry ${shown}` : `${by.kind} ${name} (entries ${shown})`;
  return `with ${numbers.get(earlier)}: ${what}`;
}

type Numbers = ReadonlyMap<string, number>;

function severityCell(severity: number): Cell {
  return { text: severityText(severity), style: severityStyle(severity) };
}
