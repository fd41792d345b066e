import { OCSF_VERSION, type OcsfEvent } from '@countersign/ocsf';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { techniqueName } from './attack-techniques.ts';
import { statusOf } from './finding-status.ts';

const DETECTION_FINDING = 2004;
const CREATE = 1;
const UPDATE = 2;
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

export type FindingEventOptions = {
  /** The origin of the log. */
  readonly origin: string;
  readonly nowMs: number;
  readonly version: string;
  /** Titles of rules and detectors, by the rule in a finding. */
  readonly titleOf: (rule: string) => string | undefined;
  /** The incident of each finding, by its uid. */
  readonly incidents?: ReadonlyMap<string, string>;
};

/** Renders a finding as OCSF 1.8.0 Detection Finding (2004). The evidence names ledger entries. */
export function findingEvent(finding: StoredFinding, options: FindingEventOptions): OcsfEvent {
  const { draft, detector, uid, revision, mark } = finding;
  const incident = options.incidents?.get(uid);
  const activityId = revision === 0 ? CREATE : UPDATE;
  const statusId = statusOf(finding, options.nowMs);
  const attacks = draft.techniques.map(attackOf);
  return {
    activity_id: activityId,
    activity_name: activityId === CREATE ? 'Create' : 'Update',
    category_name: 'Findings',
    category_uid: 2,
    class_name: 'Detection Finding',
    class_uid: DETECTION_FINDING,
    type_name: `Detection Finding: ${activityId === CREATE ? 'Create' : 'Update'}`,
    type_uid: DETECTION_FINDING * 100 + activityId,
    time: draft.lastMs,
    start_time: draft.firstMs,
    end_time: draft.lastMs,
    severity_id: draft.severity,
    severity: SEVERITIES[draft.severity],
    status_id: statusId,
    status: STATUSES[statusId],
    ...(mark === undefined ? {} : { comment: mark.reason }),
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
      version: OCSF_VERSION,
      product: { name: 'Countersign', vendor_name: 'Countersign', version: options.version },
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
