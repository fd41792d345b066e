import { instantOfMs } from '@countersign/core';
import { techniqueName } from '../../detection/findings/attack-techniques.ts';
import { statusOf } from '../../detection/findings/finding-status.ts';
import { incidentTitle } from '../../detection/incidents/incident-title.ts';
import type { FindingWork } from '../../store/reading/finding-reader.ts';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { HARMLESS_WHEN } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { GroupOptions } from './finding-groups.ts';
import { assigneeOf, type WorkItem, workItems } from './finding-work.ts';
import type { PersonName } from './person-names.ts';

/** Everything known about one finding. */
export type FindingDetail = {
  readonly uid: string;
  readonly shortId: string;
  readonly title: string;
  readonly severity: number;
  readonly confidence: number | null;
  readonly status: FindingStatus;
  /** The last comment of a person. */
  readonly statusReason: string | null;
  readonly rule: { readonly id: string; readonly title: string | null };
  readonly techniques: readonly { readonly uid: string; readonly name: string | null }[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly why: string;
  readonly harmless: string | null;
  readonly next: readonly string[];
  readonly people: readonly PersonName[];
  readonly addresses: readonly string[];
  readonly apps: readonly { readonly id: string; readonly name: string | null }[];
  readonly sessions: readonly string[];
  /** Ledger indices of its evidence. */
  readonly entries: readonly number[];
  /** The events of these entries. */
  readonly events: readonly EventRow[];
  readonly incident: IncidentOfFinding | null;
  readonly assignee: string | null;
  readonly work: readonly WorkItem[];
};

export type IncidentOfFinding = {
  readonly id: string;
  readonly shortId: string;
  readonly title: string;
  /** Number of findings of the incident. */
  readonly count: number;
  /** The next findings of the incident. */
  readonly followedBy: readonly {
    readonly shortId: string;
    readonly title: string;
    readonly ms: number;
  }[];
};

const THEN_SHOWN = 3;

export function findingDetail(
  finding: StoredFinding,
  events: readonly EventRow[],
  options: GroupOptions & {
    readonly ruleTitle: (rule: string) => string | undefined;
    readonly work: FindingWork;
  },
): FindingDetail {
  const { uid, draft, mark } = finding;
  const { names, shortIds, nowMs, readable } = options;
  const { why, harmless } = partsOf(readable(draft.message));
  return {
    ...{ uid, shortId: shortIds.of(uid), title: readable(draft.title), severity: draft.severity },
    confidence: draft.confidence,
    status: statusOf(finding, nowMs),
    statusReason: mark?.reason ?? null,
    rule: { id: draft.rule, title: options.ruleTitle(draft.rule) ?? null },
    techniques: draft.techniques.map((id) => ({ uid: id, name: techniqueName(id) ?? null })),
    ...{ firstMs: draft.firstMs, lastMs: draft.lastMs, why, harmless },
    next: sentencesOf(draft.next),
    ...{ people: names.of(draft), addresses: draft.addresses, sessions: draft.sessions },
    apps: draft.apps.map((id) => ({ id, name: appName(id, events) })),
    ...{ entries: draft.entries, events, incident: incidentOf(finding, options) },
    ...{ assignee: assigneeOf(options.work), work: workItems(options.work) },
  };
}

/** Splits a finding's message into why it was raised and what may explain it harmlessly. */
function partsOf(message: string): {
  readonly why: string;
  readonly harmless: string | null;
} {
  const [why = '', ...rest] = message.split(HARMLESS_WHEN).map((part) => part.trim());
  return { why, harmless: rest.length === 0 ? null : rest.join('; ') };
}

/** Each sentence is one step. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+(?=[A-Z])/).filter((sentence) => sentence !== '');
}

function appName(id: string, events: readonly EventRow[]): string | null {
  const named = events.find(
    ({ event }) => event.appUid?.toLowerCase() === id.toLowerCase() && event.appName !== null,
  );
  return named?.event.appName ?? null;
}

/** Null if the incident has no other finding. */
function incidentOf(
  { uid, draft }: StoredFinding,
  { incidents, shortIds, steps, readable }: GroupOptions,
): IncidentOfFinding | null {
  const incident = incidents.find(({ findings }) => findings.some((each) => each.uid === uid));
  if (incident === undefined || incident.findings.length < 2) return null;
  const later = incident.findings
    .filter((each) => each.uid !== uid && each.draft.firstMs >= draft.firstMs)
    .sort((a, b) => a.draft.firstMs - b.draft.firstMs);
  return {
    ...{ id: incident.id, shortId: shortIds.of(incident.id) },
    ...{ title: readable(incidentTitle(incident, steps)), count: incident.findings.length },
    followedBy: later.slice(0, THEN_SHOWN).map((each) => ({
      ...{
        shortId: shortIds.of(each.uid),
        title: readable(each.draft.title),
        ms: each.draft.firstMs,
      },
    })),
  };
}

/** As JSON; `event` is the finding in OCSF. */
export function findingItem(finding: FindingDetail, event: object): object {
  const { uid, shortId, why, harmless, next, people, addresses, apps, sessions } = finding;
  const { events, incident, assignee, work } = finding;
  return {
    ...{
      uid,
      shortId,
      finding: event,
      assignee,
      work,
      why,
      harmless,
      next,
      people,
      addresses,
      apps,
      sessions,
    },
    events: events.map(eventItem),
    incident:
      incident === null
        ? null
        : {
            ...incident,
            followedBy: incident.followedBy.map(({ ms, ...rest }) => ({
              ...rest,
              time: instantOfMs(ms),
            })),
          },
  };
}

function eventItem({ index, entries, tenant, event, erased }: EventRow): object {
  const { timeMs, ...rest } = event;
  return { index, entries, tenant, time: instantOfMs(timeMs) ?? null, erased, ...rest };
}
