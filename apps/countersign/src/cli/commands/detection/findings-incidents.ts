import { plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Incident } from '../../../detection/incidents/incident.ts';
import { incidentCalled, knownIncidents } from '../../../operations/readers/find-incident.ts';
import type { FindingStatus } from '../../../store/rows/entry-rows.ts';
import { askStore, notYetIndexed, type Sources } from '../../answers/open-readers.ts';
import { oneOf } from '../../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import {
  INCIDENT_COLUMNS,
  INCIDENT_SEVERITIES,
  type IncidentView,
  incidentJson,
  printIncident,
} from '../../render/incident.ts';

type IncidentsFlags = { readonly minSeverity: string };

const SEVERITIES = INCIDENT_SEVERITIES.slice(1);

export function declareFindingsIncidents(findings: Parser, bind: BindCommand): void {
  findings
    .command('incidents')
    .summary('findings of one attack, and why they belong together')
    .description(
      'Groups findings that share an entry, a session, an application, an address or a person ' +
        'within a time. What many people share, and what administrators did, ties nothing ' +
        'together. With an id: the findings of one incident, and by what each belongs to it.',
    )
    .argument('[id]', 'of an incident, or of one of its findings')
    .option(
      '--min-severity <severity>',
      `of incidents that are listed: ${SEVERITIES.join(', ')}`,
      oneOf(SEVERITIES),
      'medium',
    )
    .action(bind(incidents));
}

const incidents: CommandHandler<[id: string | undefined, flags: IncidentsFlags]> = async (
  context,
  id,
  flags,
) =>
  askStore(context, async (sources) => {
    const { terminal, tenant } = context;
    await sources.examined();
    const all = await knownIncidents(sources);
    if (id !== undefined) {
      const found = await incidentCalled(all, id);
      const [view] = (await viewsOf(context, sources, [found])) as [IncidentView];
      if (context.json) terminal.document(incidentJson(view));
      else await printIncident(terminal, view);
      return EXIT.done;
    }
    const own = all.filter(
      ({ findings }) => tenant === undefined || findings.some((one) => one.draft.tenant === tenant),
    );
    const least = INCIDENT_SEVERITIES.indexOf(flags.minSeverity);
    const shown = own.filter((incident) => severityOf(incident) >= least);
    const views = (await viewsOf(context, sources, shown)).sort(gravestFirst);
    if (context.json) await terminal.items(views.map(incidentJson));
    else await terminal.table(INCIDENT_COLUMNS, views);
    if (shown.length < own.length) {
      const left = plural(own.length - shown.length, 'incident');
      terminal.note(`${left} of lower severity: --min-severity informational lists all`);
    }
    notYetIndexed(sources.head);
    if (own.length > 0) return EXIT.done;
    const text = 'nothing was found, which "countersign findings" says what it is worth';
    throw new CliError('CANNOT_TELL', text);
  });

async function viewsOf(
  { clock }: Context,
  { store }: Sources,
  shown: readonly Incident[],
): Promise<IncidentView[]> {
  const { incidentTitle } = await import('../../../detection/incidents/incident-title.ts');
  const { RESOLVED, statusOf, SUPPRESSED } = await import(
    '../../../detection/findings/finding-status.ts'
  );
  const { shownTies } = await import('../../../detection/incidents/tie-entries.ts');
  const { loadDetection } = await import('../../../operations/host/load-detectors.ts');
  const { watchers } = await loadDetection();
  const steps = new Map(watchers.map(({ id, steps: own = [] }) => [id, own]));
  const ties = await shownTies(store, shown);
  const nowMs = clock.now();
  return shown.map((incident): IncidentView => {
    const { findings } = incident;
    const statuses = findings.map((finding) => statusOf(finding, nowMs));
    const open = statuses.filter((status) => status !== RESOLVED && status !== SUPPRESSED);
    return {
      ...{ incident, title: incidentTitle(incident, steps), ties: ties.get(incident) ?? [] },
      // New while one of its findings is; resolved when all are.
      ...{ open: open.length, status: Math.min(...statuses) as FindingStatus },
      firstMs: Math.min(...findings.map(({ draft }) => draft.firstMs)),
      lastMs: Math.max(...findings.map(({ draft }) => draft.lastMs)),
      severity: severityOf(incident),
    };
  });
}

function severityOf({ findings }: Incident): number {
  return Math.max(...findings.map(({ draft }) => draft.severity));
}

function gravestFirst(a: IncidentView, b: IncidentView): number {
  return b.severity - a.severity || b.lastMs - a.lastMs;
}
