import type { Command as Parser } from 'commander';
import type { FindingStatus } from '../../books/index.ts';
import { instantOfMs, numberText } from '../../core/index.ts';
import type { Incident } from '../../detect/index.ts';
import type { Bind, Command } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { knownIncidents } from '../incidents.ts';
import { timeText } from '../present/words.ts';
import { askBooks, notYetIndexed } from '../question.ts';
import type { Column } from '../table.ts';

export function declareFindingsIncidents(findings: Parser, bind: Bind): void {
  findings
    .command('incidents')
    .summary('findings that belong together')
    .description(
      'Groups findings by the people, sessions, applications and addresses that they share. An ' +
        'incident keeps its id as findings join it; where one ties two together, the older goes ' +
        'on and says which it took in.',
    )
    .action(bind(incidents));
}

const incidents: Command = async (context) =>
  askBooks(context, async (sources) => {
    const { RESOLVED, statusOf, SUPPRESSED } = await import('../../detect/index.ts');
    const { terminal, tenant, clock } = context;
    const nowMs = clock.now();
    const isOf = ({ findings }: Incident): boolean =>
      tenant === undefined || findings.some(({ draft }) => draft.tenant === tenant);
    const found = (await knownIncidents(sources)).filter(isOf).map((incident): Row => {
      const statuses = incident.findings.map((finding) => statusOf(finding, nowMs));
      const open = statuses.filter((status) => status !== RESOLVED && status !== SUPPRESSED);
      return { incident, open: open.length, status: worstOf(statuses), ...timesOf(incident) };
    });
    if (context.json) await terminal.items(found.map(item));
    else await terminal.table(COLUMNS, found);
    notYetIndexed(sources.books, sources.head);
    if (found.length > 0) return EXIT.done;
    const text = 'nothing was found, which "countersign findings" says what it is worth';
    throw new CliError('CANNOT_TELL', text);
  });

type Row = {
  readonly incident: Incident;
  readonly open: number;
  readonly status: FindingStatus;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly severity: number;
};

/** New while one of its findings is; resolved when all are. */
function worstOf(statuses: readonly FindingStatus[]): FindingStatus {
  return Math.min(...statuses) as FindingStatus;
}

function timesOf({ findings }: Incident): Pick<Row, 'firstMs' | 'lastMs' | 'severity'> {
  let [firstMs, lastMs, severity] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const { draft } of findings) {
    firstMs = Math.min(firstMs, draft.firstMs);
    lastMs = Math.max(lastMs, draft.lastMs);
    severity = Math.max(severity, draft.severity);
  }
  return { firstMs, lastMs, severity };
}

const SEVERITIES = ['', 'informational', 'low', 'medium', 'high', 'critical'] as const;
const STATUSES = ['', 'new', 'in progress', 'suppressed', 'resolved'] as const;
const HIGH = 4;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'first (UTC)', kind: 'whole', cell: ({ firstMs }) => timeText(firstMs) },
  { title: 'last', kind: 'whole', fold: 2, cell: ({ lastMs }) => timeText(lastMs) },
  {
    title: 'severity',
    kind: 'whole',
    cell: ({ severity }) => ({
      text: SEVERITIES[severity] ?? '',
      style: severity >= HIGH ? 'no' : 'plain',
    }),
  },
  { title: 'state', kind: 'whole', cell: ({ status }) => STATUSES[status] },
  {
    title: 'findings',
    kind: 'number',
    cell: ({ incident }) => numberText(incident.findings.length),
  },
  { title: 'what', kind: 'text', comfortable: 40, cell: ({ incident }) => titleOf(incident) },
  {
    title: 'took in',
    kind: 'text',
    fold: 1,
    cell: ({ incident }) => incident.merged.map(({ id }) => id).join(', '),
  },
  { title: 'incident', kind: 'id', cell: ({ incident }) => incident.id },
];

/** Its worst finding names it. */
function titleOf({ findings }: Incident): string {
  const worst = findings.reduce((a, b) => (b.draft.severity > a.draft.severity ? b : a));
  return worst.draft.title;
}

function item({ incident, open, status, firstMs, lastMs, severity }: Row): object {
  const { id, findings, merged } = incident;
  const all = (read: (draft: (typeof findings)[number]['draft']) => readonly string[]): string[] =>
    [...new Set(findings.flatMap(({ draft }) => read(draft)))].sort();
  return {
    incident: id,
    title: titleOf(incident),
    severity_id: severity,
    status: STATUSES[status],
    open,
    first: instantOfMs(firstMs) ?? null,
    last: instantOfMs(lastMs) ?? null,
    findings: findings.map(({ uid }) => uid),
    principals: all(({ principals }) => principals),
    sessions: all(({ sessions }) => sessions),
    apps: all(({ apps }) => apps),
    addresses: all(({ addresses }) => addresses),
    techniques: all(({ techniques }) => techniques),
    merged,
  };
}
