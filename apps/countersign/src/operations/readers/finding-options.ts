import type { Incident } from '../../detection/incidents/incident.ts';
import type { StepNames } from '../../detection/incidents/incident-title.ts';
import type { GroupOptions } from '../../reports/findings/finding-groups.ts';
import type { ReadableIds } from '../../reports/findings/readable-ids.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { knownIncidents, peopleNames, readableNames } from './find-incident.ts';
import type { Sources } from './readers.ts';

/** Inputs of lists and pages about findings besides the findings. */
export async function groupOptions(sources: Sources, nowMs: number): Promise<GroupOptions> {
  const incidents = await knownIncidents(sources);
  return {
    ...{
      incidents,
      nowMs,
      steps: await stepNames(sources),
      readable: await readableNames(sources),
    },
    ...{ names: await peopleNames(sources), shortIds: await shortIdsOf(incidents) },
  };
}

export async function shortIdsOf(
  incidents: readonly Incident[],
): Promise<GroupOptions['shortIds']> {
  const { shortIds } = await import('../../reports/findings/short-ids.ts');
  const { incidentNames } = await import('../../detection/incidents/incident.ts');
  return shortIds(incidentNames(incidents).keys());
}

export async function stepNames({ profiles }: Pick<Sources, 'profiles'>): Promise<StepNames> {
  return new Map((await profiles()).map(({ id, steps = [] }) => [id, steps]));
}

/** Titles of rules by their id; for detectors with many rules, by the part before the slash. */
export async function ruleTitles({
  profiles,
}: Pick<Sources, 'profiles'>): Promise<(rule: string) => string | undefined> {
  const titles = new Map((await profiles()).map(({ id, title }) => [id, title]));
  return (rule) => titles.get(rule) ?? titles.get(rule.slice(0, rule.indexOf('/')));
}

/** The incident of each finding. */
export function incidentIds(incidents: readonly Incident[]): ReadonlyMap<string, string> {
  return new Map(
    incidents.flatMap(({ id, findings: of }) => of.map(({ uid }) => [uid, id] as const)),
  );
}

/** The findings of all rules so far, or the first entry that some rules have not read. */
export async function findingsAfterImport(sources: Sources): Promise<{
  readonly behind: number | undefined;
  readonly findings: readonly StoredFinding[];
  readonly incidents: readonly Incident[];
  readonly readable: ReadableIds;
}> {
  const { store, head } = sources;
  const behind = store.laggingStage('detection/');
  const isBehind = behind !== undefined && behind.index < head.asOf.size;
  return {
    behind: isBehind ? behind.index : undefined,
    findings: store.findings.list(),
    incidents: isBehind ? [] : await knownIncidents(sources),
    readable: await readableNames(sources),
  };
}
