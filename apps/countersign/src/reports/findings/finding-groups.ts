import { joinWithAnd, numberText, plural } from '@countersign/core';
import { statusOf } from '../../detection/findings/finding-status.ts';
import type { Incident } from '../../detection/incidents/incident.ts';
import { incidentTitle, type StepNames } from '../../detection/incidents/incident-title.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { FindingSeverity } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { homeDomain, type PersonNames, withoutDomain } from './person-names.ts';
import type { ReadableIds } from './readable-ids.ts';
import type { ShortIds } from './short-ids.ts';

/** Lowest severity that a summary counts: medium. */
export const COUNTED_SEVERITY_MIN = 3;

/** One finding on one line. */
export type FindingLine = {
  readonly uid: string;
  readonly shortId: string;
  readonly severity: FindingSeverity;
  readonly firstMs: number;
  readonly status: FindingStatus;
  readonly who: string;
  readonly what: string;
};

/** The findings of one incident, or all single-finding incidents of one severity. */
export type FindingGroup = {
  readonly incident:
    | {
        readonly id: string;
        readonly shortId: string;
        readonly title: string;
        readonly firstMs: number;
        readonly lastMs: number;
        readonly status: FindingStatus;
        /** All findings, listed or not. */
        readonly count: number;
      }
    | undefined;
  readonly severity: FindingSeverity;
  /** By severity, then time. */
  readonly lines: readonly FindingLine[];
};

export type GroupOptions = {
  readonly incidents: readonly Incident[];
  readonly names: PersonNames;
  readonly shortIds: ShortIds;
  readonly steps: StepNames;
  readonly nowMs: number;
  /** Replaces ids with names. */
  readonly readable: ReadableIds;
};

/** Groups findings by severity, then time. */
export function groupFindings(
  findings: readonly StoredFinding[],
  { incidents, names, shortIds, steps, nowMs, readable }: GroupOptions,
): FindingGroup[] {
  const shown = new Set(findings.map(({ uid }) => uid));
  const domain = homeDomain(
    findings.flatMap(({ draft }) => names.of(draft).map(({ name }) => name)),
  );
  const lineOf = (finding: StoredFinding): FindingLine => {
    const { uid, draft } = finding;
    const people = names.of(draft).map(({ name }) => name);
    return {
      ...{ uid, shortId: shortIds.of(uid), severity: draft.severity, firstMs: draft.firstMs },
      status: statusOf(finding, nowMs),
      who: withoutDomain(whoText(people), domain),
      what: withoutDomain(whatText(readable(draft.title), people), domain),
    };
  };
  const single = new Map<FindingSeverity, FindingLine[]>();
  const groups: FindingGroup[] = [];
  for (const incident of incidents) {
    const lines = incident.findings.filter(({ uid }) => shown.has(uid)).map(lineOf);
    const [first] = lines.sort(gravestFirst);
    if (first === undefined) continue;
    if (incident.findings.length === 1) {
      const known = single.get(first.severity);
      if (known === undefined) single.set(first.severity, [first]);
      else known.push(first);
      continue;
    }
    const statuses = incident.findings.map((finding) => statusOf(finding, nowMs));
    const { id } = incident;
    groups.push({
      incident: {
        ...{ id, shortId: shortIds.of(id), title: readable(incidentTitle(incident, steps)) },
        firstMs: Math.min(...incident.findings.map(({ draft }) => draft.firstMs)),
        lastMs: Math.max(...incident.findings.map(({ draft }) => draft.lastMs)),
        // New if one of its findings is new; resolved if all are.
        status: Math.min(...statuses) as FindingStatus,
        count: incident.findings.length,
      },
      severity: first.severity,
      lines,
    });
  }
  for (const [severity, lines] of single) {
    groups.push({ incident: undefined, severity, lines: lines.sort(gravestFirst) });
  }
  return groups.sort(
    (a, b) =>
      b.severity - a.severity ||
      Number(a.incident === undefined) - Number(b.incident === undefined) ||
      (a.incident?.firstMs ?? 0) - (b.incident?.firstMs ?? 0),
  );
}

function gravestFirst(a: FindingLine, b: FindingLine): number {
  return b.severity - a.severity || a.firstMs - b.firstMs || (a.uid < b.uid ? -1 : 1);
}

function whoText(people: readonly string[]): string {
  const [first = ''] = people;
  return people.length <= 2 ? first : plural(people.length, 'person', 'people');
}

/** The title without the name in the next column. */
function whatText(title: string, people: readonly string[]): string {
  const [name = ''] = people;
  if (name === '' || people.length > 2) return title;
  const lower = title.toLowerCase();
  if (lower.startsWith(`${name.toLowerCase()} `)) return title.slice(name.length + 1);
  if (lower.endsWith(`: ${name.toLowerCase()}`)) return title.slice(0, -name.length - 2);
  return title;
}

export type FindingCounts = {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly informational: number;
  /** Incidents with at least one finding of medium severity or higher. */
  readonly incidents: number;
};

export function countFindings(
  findings: readonly StoredFinding[],
  incidents: readonly Incident[],
): FindingCounts {
  const uids = new Set(findings.map(({ uid }) => uid));
  const of = (severity: FindingSeverity): number =>
    findings.filter(({ draft }) => draft.severity === severity).length;
  const isCounted = ({ uid, draft }: StoredFinding): boolean =>
    draft.severity >= COUNTED_SEVERITY_MIN && uids.has(uid);
  return {
    ...{ critical: of(5), high: of(4), medium: of(3), low: of(2), informational: of(1) },
    incidents: incidents.filter((incident) => incident.findings.some(isCounted)).length,
  };
}

/** Renders `39 high and 25 medium findings in 4 incidents`, then the count of lower severities. */
export function countsText(counts: FindingCounts): string {
  const { critical, high, medium, low, informational, incidents } = counts;
  const lesser = low + informational;
  const grave = [
    [critical, 'critical'] as const,
    [high, 'high'] as const,
    [medium, 'medium'] as const,
  ].filter(([count]) => count > 0);
  const total = critical + high + medium;
  if (total + lesser === 0) return 'No findings';
  if (total === 0) return `${plural(lesser, 'finding')}, all of low severity`;
  const parts = grave.map(([count, word]) => `${numberText(count)} ${word}`);
  const text = `${joinWithAnd(parts)} ${total === 1 ? 'finding' : 'findings'} in ${plural(
    incidents,
    'incident',
  )}`;
  return lesser === 0 ? text : `${text}, and ${numberText(lesser)} of lower severity`;
}
