import { instantOfMs, numberText, plural } from '@countersign/core';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { ShownTie } from '../../detection/incidents/tie-entries.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { timeText } from './time-text.ts';

/** An incident as it is shown. */
export type IncidentView = {
  readonly incident: Incident;
  readonly title: string;
  readonly ties: readonly ShownTie[];
  /** Findings that nobody is done with. */
  readonly open: number;
  readonly status: FindingStatus;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly severity: number;
};

export const INCIDENT_SEVERITIES: readonly string[] = [
  '',
  'informational',
  'low',
  'medium',
  'high',
  'critical',
];
const STATUSES = ['', 'new', 'in progress', 'suppressed', 'resolved'] as const;
const HIGH = 4;

export const INCIDENT_COLUMNS: readonly Column<IncidentView>[] = [
  { title: 'first (UTC)', kind: 'whole', cell: ({ firstMs }) => timeText(firstMs) },
  { title: 'last', kind: 'whole', fold: 2, cell: ({ lastMs }) => timeText(lastMs) },
  {
    title: 'severity',
    kind: 'whole',
    cell: ({ severity }) => ({
      text: INCIDENT_SEVERITIES[severity] ?? '',
      style: severity >= HIGH ? 'no' : 'plain',
    }),
  },
  { title: 'state', kind: 'whole', fold: 1, cell: ({ status }) => STATUSES[status] },
  {
    title: 'findings',
    kind: 'number',
    cell: ({ incident }) => numberText(incident.findings.length),
  },
  { title: 'what', kind: 'text', comfortable: 40, cell: ({ title }) => title },
  { title: 'incident', kind: 'id', fold: 3, cell: ({ incident }) => incident.id },
];

/** The findings of one incident in order of time, and by what each belongs to it. */
export async function printIncident(terminal: Terminal, view: IncidentView): Promise<void> {
  const { incident, title, ties, open, status, firstMs, lastMs, severity } = view;
  terminal.line({ text: title, style: 'heading' });
  terminal.fields([
    ['incident', incident.id],
    ['severity', INCIDENT_SEVERITIES[severity]],
    [
      'state',
      `${STATUSES[status]}, ${plural(open, 'finding')} of ${incident.findings.length} open`,
    ],
    ['period', `${timeText(firstMs)} to ${timeText(lastMs)} UTC`],
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
    cell: ({ finding: { draft } }) => ({
      text: INCIDENT_SEVERITIES[draft.severity] ?? '',
      style: draft.severity >= HIGH ? 'no' : 'plain',
    }),
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

export function incidentJson(view: IncidentView): object {
  const { incident, title, ties, open, status, firstMs, lastMs, severity } = view;
  const { id, findings } = incident;
  const all = (read: (draft: (typeof findings)[number]['draft']) => readonly string[]): string[] =>
    [...new Set(findings.flatMap(({ draft }) => read(draft)))].sort();
  return {
    incident: id,
    title,
    severity_id: severity,
    status: STATUSES[status],
    open,
    first: instantOfMs(firstMs) ?? null,
    last: instantOfMs(lastMs) ?? null,
    findings: findings.map(({ uid }) => uid),
    ties: ties.map(({ findings: tied, by, name, entries }) => ({
      findings: tied,
      by: { kind: by.kind, id: by.id, name },
      entries,
    })),
    principals: all(({ principals }) => principals),
    sessions: all(({ sessions }) => sessions),
    apps: all(({ apps }) => apps),
    addresses: all(({ addresses }) => addresses),
    techniques: all(({ techniques }) => techniques),
  };
}
