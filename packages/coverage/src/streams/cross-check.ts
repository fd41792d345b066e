import { type Interval, instantOfMs, type SourceId } from '@countersign/core';
import { CHECK_IDS_MAX } from '../limits.ts';
import type { Observation, ObservedCheck } from '../observation.ts';

/** Two independent sources that must have the same records. */
export type CheckPair = {
  readonly source: SourceId;
  readonly against: SourceId;
  /** The records of `against` that `source` must have too. */
  readonly scope: RecordScope;
};

/**
 * - `workloads`  records of the workloads in the content type
 * - `sign-ins`   interactive sign-ins
 * - `all`        every record of both
 */
export type RecordScope = 'workloads' | 'sign-ins' | 'all';

/**
 * The pairs with shared ids. `auditLogQuery` returns the records of the unified audit log under
 * their own ids. A sign-in has one request id in every log.
 */
export const CHECK_PAIRS: readonly CheckPair[] = [
  ...['Exchange', 'SharePoint', 'AzureActiveDirectory', 'General'].map(
    (type): CheckPair => ({
      source: `m365.activity/Audit.${type}`,
      against: 'graph/auditLogQuery',
      scope: 'workloads',
    }),
  ),
  { source: 'azure-monitor/SignInLogs', against: 'graph/signIns', scope: 'sign-ins' },
  { source: 'azure-monitor/AuditLogs', against: 'graph/directoryAudits', scope: 'all' },
];

/** An interval that both sources cover, and that is not compared yet. */
export type DueCheck = Interval &
  CheckPair & {
    readonly tenant: string;
    /** The comparison includes only records collected before this time. */
    readonly asOfMs: number;
  };

/** Compares two sources record by record; `share` of all records were sampled, by id. */
export function compareIds(
  ids: {
    readonly source: ReadonlySet<string>;
    readonly against: ReadonlySet<string>;
  },
  against: SourceId,
  share: number = 1,
): ObservedCheck {
  const onlySource = [...ids.source].filter((id) => !ids.against.has(id));
  const onlyAgainst = [...ids.against].filter((id) => !ids.source.has(id));
  return {
    against,
    both: ids.source.size - onlySource.length,
    onlySource: onlySource.length,
    onlyAgainst: onlyAgainst.length,
    share,
    ids: [...onlyAgainst.sort(), ...onlySource.sort()].slice(0, CHECK_IDS_MAX),
  };
}

/** The ledger observation of a comparison. */
export function observationOfCheck(due: DueCheck, check: ObservedCheck): Observation {
  const { onlySource, onlyAgainst, both } = check;
  const isSame = onlySource === 0 && onlyAgainst === 0;
  return {
    v: 2,
    collector: 'cross-check',
    tenant: due.tenant,
    source: due.source,
    workload: null,
    subject: null,
    from: instantOfMs(due.from) ?? '',
    to: instantOfMs(due.to) ?? '',
    axis: 'event',
    outcome: isSame ? 'complete' : 'partial',
    listed: both + onlySource + onlyAgainst,
    fetched: both,
    records: 0,
    duplicates: 0,
    quarantined: 0,
    because: isSame ? null : 'two sources do not have the same records',
    code: isSame ? null : 'difference',
    delays: null,
    canaries: null,
    check,
    at: instantOfMs(due.asOfMs) ?? '',
  };
}
