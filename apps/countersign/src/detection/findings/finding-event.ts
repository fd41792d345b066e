import { OCSF_VERSION, type OcsfEvent } from '@countersign/ocsf';
import type { FindingNoteContent } from '../../projection/entries/finding-body.ts';
import type {
  FindingMark,
  FindingRow,
  FindingStatus,
  Verdict,
} from '../../store/rows/entry-rows.ts';
import type { FindingSeverity } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { techniqueName } from './attack-techniques.ts';
import { RESOLVED, statusOf } from './finding-status.ts';

const DETECTION_FINDING = 2004;
const ACTIVITIES = { 1: 'Create', 2: 'Update', 3: 'Close' } as const;
const CREATE = 1;
const UPDATE = 2;
const CLOSE = 3;
const OTHER = 99;
/** OCSF `analytic.type_id`. */
const RULE = 1;
const BEHAVIORAL = 2;
const STATISTICAL = 3;

const SEVERITIES = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical'] as const;
const STATUSES: Readonly<Record<FindingStatus, string>> = {
  1: 'New',
  2: 'In Progress',
  3: 'Suppressed',
  4: 'Resolved',
};

/** The log and the version that state a finding. */
export type FindingStatement = {
  /** The origin of the log. */
  readonly origin: string;
  readonly version: string;
};

export type FindingEventOptions = FindingStatement & {
  readonly nowMs: number;
  /** Titles of rules and detectors, by the rule in a finding. */
  readonly titleOf: (rule: string) => string | undefined;
  /** The incident of each finding, by its uid. */
  readonly incidents?: ReadonlyMap<string, string>;
};

/** Renders a finding as OCSF 1.8.0 Detection Finding (2004). The evidence names ledger entries. */
export function findingEvent(finding: StoredFinding, options: FindingEventOptions): OcsfEvent {
  const { draft, detector, uid, revision, mark } = finding;
  const incident = options.incidents?.get(uid);
  const statusId = statusOf(finding, options.nowMs);
  const attacks = draft.techniques.map(attackOf);
  return {
    ...classOf(revision === 0 ? CREATE : UPDATE),
    time: draft.lastMs,
    start_time: draft.firstMs,
    end_time: draft.lastMs,
    severity_id: draft.severity,
    severity: SEVERITIES[draft.severity],
    ...statusMembers(statusId),
    ...(mark === undefined ? {} : { comment: mark.reason, ...verdictMembers(mark.verdict) }),
    ...(draft.confidence === null
      ? {}
      : {
          confidence_score: Math.round(draft.confidence * 100),
          confidence_id: OTHER,
          confidence: 'Computed',
        }),
    message: draft.message,
    is_alert: true,
    metadata: {
      ...productOf(options),
      tenant_uid: draft.tenant,
      uid,
      ...(incident === undefined ? {} : { correlation_uid: incident }),
      loggers: [{ name: options.origin }],
    },
    finding_info: {
      uid,
      title: draft.title,
      desc: draft.message,
      first_seen_time: draft.firstMs,
      last_seen_time: draft.lastMs,
      analytic: {
        uid: draft.rule,
        name: options.titleOf(draft.rule) ?? draft.rule,
        type_id: analyticType(detector),
        version: String(draft.version),
      },
      ...(attacks.length === 0 ? {} : { attacks }),
    },
    remediation: { desc: draft.next },
    evidences: evidencesOf(finding),
  };
}

/**
 * Renders one entry about a finding, as it was when the ledger accepted it. An update omits the
 * status, which only people change.
 */
export function findingChange(
  finding: FindingRow,
  options: FindingStatement & Pick<FindingEventOptions, 'titleOf'>,
): OcsfEvent {
  const stored = { ...finding, revisions: [finding.index], mark: undefined };
  const event = findingEvent(stored, { ...options, nowMs: finding.draft.lastMs });
  if (finding.state === 'withdrawn') {
    return {
      ...event,
      ...classOf(CLOSE),
      ...statusMembers(RESOLVED),
      ...(finding.because === null ? {} : { status_detail: finding.because }),
    };
  }
  if (finding.revision === 0) return event;
  const { status_id: _, status: __, ...update } = event;
  return update;
}

/** Renders a person's mark as the change of a finding. Marks of old versions have no severity. */
export function markChange(
  mark: Omit<FindingMark, 'index'> & { readonly severity: FindingSeverity | undefined },
  statement: FindingStatement,
): OcsfEvent {
  const { uid, status, reason, verdict, atMs, severity = 0 } = mark;
  return {
    ...classOf(status === RESOLVED ? CLOSE : UPDATE),
    time: atMs,
    severity_id: severity,
    severity: SEVERITIES[severity],
    ...statusMembers(status),
    comment: reason,
    ...verdictMembers(verdict),
    metadata: {
      ...productOf(statement),

      uid,
      loggers: [{ name: statement.origin }],
    },
    finding_info: { uid },
  };
}

/** Renders a person's assignment or comment as an update of a finding, which has no status. */
export function noteChange(
  note: FindingNoteContent & { readonly severity: FindingSeverity | undefined },
  statement: FindingStatement,
): OcsfEvent {
  const { uid, atMs, severity = 0 } = note;
  return {
    ...classOf(UPDATE),
    time: atMs,
    severity_id: severity,
    severity: SEVERITIES[severity],
    comment: noteText(note),
    metadata: { ...productOf(statement), uid, loggers: [{ name: statement.origin }] },
    finding_info: { uid },
  };
}

function noteText(note: FindingNoteContent): string {
  if (note.kind === 'comment') return note.text;
  return note.assignee === null ? 'assigned to no one' : `assigned to ${note.assignee}`;
}

type FindingClass = {
  readonly activity_id: number;
  readonly activity_name: string;
  readonly category_name: string;
  readonly category_uid: number;
  readonly class_name: string;
  readonly class_uid: number;
  readonly type_name: string;
  readonly type_uid: number;
};

function classOf(activityId: keyof typeof ACTIVITIES): FindingClass {
  const activity = ACTIVITIES[activityId];
  return {
    activity_id: activityId,
    activity_name: activity,
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Detection Finding',
    class_uid: DETECTION_FINDING,
    type_name: `Detection Finding: ${activity}`,
    type_uid: DETECTION_FINDING * 100 + activityId,
  };
}

function productOf({ version }: FindingStatement): object {
  const product = { name: 'Countersign', vendor_name: 'Countersign', version };
  return { version: OCSF_VERSION, product };
}

/** In the words of OCSF's `verdict`, which only its profile "incident" has. */
const VERDICT_TEXTS: Readonly<Record<Verdict, string>> = {
  'true-positive': 'True Positive',
  benign: 'Benign',
  'false-positive': 'False Positive',
};

function verdictMembers(verdict: Verdict | undefined): object {
  return verdict === undefined ? {} : { status_detail: VERDICT_TEXTS[verdict] };
}

function statusMembers(status: FindingStatus): object {
  return { status_id: status, status: STATUSES[status] };
}

function evidencesOf({ draft }: StoredFinding): object[] {
  const { entries, principals, sessions, apps, addresses } = draft;
  return [{ data: { entries, principals, sessions, apps, addresses } }];
}

/** `T1110.003` is a sub-technique of T1110, and OCSF names both. */
function attackOf(technique: string): object {
  const [parent = technique, sub] = technique.split('.');
  const named = (uid: string): object => {
    const name = techniqueName(uid);
    return name === undefined ? { uid } : { uid, name };
  };
  if (sub === undefined) return { technique: named(parent) };
  return { technique: named(parent), sub_technique: named(technique) };
}

function analyticType(detector: string): number {
  if (detector === 'sigma') return RULE;
  return detector.startsWith('stream/spray') ? STATISTICAL : BEHAVIORAL;
}
