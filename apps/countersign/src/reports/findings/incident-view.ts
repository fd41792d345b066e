import { instantOfMs } from '@countersign/core';
import {
  RESOLVED,
  SUPPRESSED,
  statusOf,
  statusText,
} from '../../detection/findings/finding-status.ts';
import type { Incident } from '../../detection/incidents/incident.ts';
import { incidentTitle, type StepNames } from '../../detection/incidents/incident-title.ts';
import { type ShownTie, shownTies } from '../../detection/incidents/tie-entries.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { assigneeOf, type WorkItem, workItems } from './finding-work.ts';

/** An incident as it is shown. */
export type IncidentView = {
  readonly incident: Incident;
  readonly title: string;
  readonly ties: readonly ShownTie[];
  /** Findings that are neither resolved nor suppressed. */
  readonly open: number;
  readonly status: FindingStatus;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly severity: number;
  readonly assignee: string | null;
  readonly work: readonly WorkItem[];
};

/** An incident without its ties, whose names and entries are in the events. */
export type IncidentSummary = Omit<IncidentView, 'ties'>;

type ViewOptions = { readonly steps: StepNames; readonly nowMs: number };

/** The gravest first, then the latest. */
export async function incidentViews(
  store: Pick<StoreReader, 'identities' | 'over' | 'findings'>,
  incidents: readonly Incident[],
  options: ViewOptions,
): Promise<IncidentView[]> {
  const ties = await shownTies(store, incidents);
  return incidentSummaries(store, incidents, options).map((summary) => ({
    ...summary,
    ties: ties.get(summary.incident) ?? [],
  }));
}

/** The gravest first, then the latest. */
export function incidentSummaries(
  store: Pick<StoreReader, 'findings'>,
  incidents: readonly Incident[],
  { steps, nowMs }: ViewOptions,
): IncidentSummary[] {
  const views = incidents.map((incident): IncidentSummary => {
    const { findings } = incident;
    const statuses = findings.map((finding) => statusOf(finding, nowMs));
    const work = store.findings.workOn(findings.map(({ uid }) => uid));
    const open = statuses.filter((status) => status !== RESOLVED && status !== SUPPRESSED);
    return {
      ...{ incident, title: incidentTitle(incident, steps) },
      // New while one of its findings is; resolved when all are.
      ...{ open: open.length, status: Math.min(...statuses) as FindingStatus },
      firstMs: Math.min(...findings.map(({ draft }) => draft.firstMs)),
      lastMs: Math.max(...findings.map(({ draft }) => draft.lastMs)),
      severity: severityOf(incident),
      assignee: assigneeOf(work),
      work: workItems(work),
    };
  });
  return views.sort((a, b) => b.severity - a.severity || b.lastMs - a.lastMs);
}

export function severityOf({ findings }: Incident): number {
  return Math.max(...findings.map(({ draft }) => draft.severity));
}

export function incidentItem(view: IncidentView): object {
  const { incident, title, ties, open, status, firstMs, lastMs, severity, assignee } = view;
  const { id, findings } = incident;
  const all = (read: (draft: (typeof findings)[number]['draft']) => readonly string[]): string[] =>
    [...new Set(findings.flatMap(({ draft }) => read(draft)))].sort();
  return {
    incident: id,
    title,
    severity_id: severity,
    status: statusText(status),
    assignee,
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
    work: view.work,
  };
}
