import { base } from '../mappings/base-event.ts';
import { defender } from '../mappings/defender.ts';
import { entraAccount } from '../mappings/entra/account.ts';
import { entraApplication } from '../mappings/entra/application.ts';
import { entraDevice } from '../mappings/entra/device.ts';
import { entraDirectory } from '../mappings/entra/directory.ts';
import { entraGroup } from '../mappings/entra/group.ts';
import { entraPolicy } from '../mappings/entra/policy.ts';
import { entraRole, isRoleActivity } from '../mappings/entra/role.ts';
import { entraSignIn } from '../mappings/entra/sign-in.ts';
import { exchangeAdmin } from '../mappings/exchange/admin.ts';
import { emailHunting } from '../mappings/exchange/email-hunting.ts';
import { exchangeMailbox } from '../mappings/exchange/mailbox.ts';
import { messageFile } from '../mappings/exchange/message-file.ts';
import { messageTrace } from '../mappings/exchange/message-trace.ts';
import { exchangeSend } from '../mappings/exchange/send.ts';
import { graphActivity } from '../mappings/graph-activity.ts';
import { securityAlert } from '../mappings/security-alert.ts';
import { sharepointFile } from '../mappings/sharepoint/file.ts';
import { sharepointSharing } from '../mappings/sharepoint/sharing.ts';
import { sharepointSite } from '../mappings/sharepoint/site.ts';
import { teams } from '../mappings/teams.ts';
import type { Mapping, Matches } from '../model/mapping.ts';
import { type Json, text } from '../values/json-value.ts';

/** Every mapping. If two claim a record type or activity, the first wins. */
export const MAPPINGS: readonly Mapping[] = [
  entraSignIn,
  entraAccount,
  entraGroup,
  entraRole,
  entraApplication,
  entraPolicy,
  entraDevice,
  entraDirectory,
  exchangeSend,
  exchangeMailbox,
  exchangeAdmin,
  sharepointFile,
  sharepointSharing,
  sharepointSite,
  teams,
  securityAlert,
  graphActivity,
  defender,
  messageTrace,
  emailHunting,
  messageFile,
  base,
];

/**
 * The record type identifies the workload; within it, the operation may be more specific. If the
 * type is missing or new, the workload's name decides, and an operation counts only in its
 * workload.
 */
export function mappingOfUal(recordType: number | null, ual: Json): Mapping {
  const operation = ual['Operation'];
  const byType = recordType === null ? undefined : BY_RECORD_TYPE.get(recordType);
  const byOperation = typeof operation === 'string' ? BY_OPERATION.get(operation) : undefined;
  if (byType !== undefined) {
    const isOfType = byOperation?.matches.family === byType.matches.family;
    return byOperation !== undefined && isOfType ? byOperation : byType;
  }
  const workload = WORKLOADS.get(text(ual['Workload'])?.toLowerCase() ?? '');
  const isElsewhere = workload !== undefined && workload.family !== byOperation?.matches.family;
  if (byOperation !== undefined && !isElsewhere) return byOperation;
  if (recordType !== null || workload === undefined) return base;
  return text(operation)?.includes('-') === true
    ? (workload.cmdlets ?? workload.rest)
    : workload.rest;
}

/** The activity's name decides. An unlisted name is still a directory change. */
export function mappingOfActivity(key: string): Mapping {
  return BY_ACTIVITY.get(key) ?? (isRoleActivity(key) ? entraRole : entraDirectory);
}

type Workload = {
  readonly family: Matches['family'];
  readonly rest: Mapping;
  readonly cmdlets?: Mapping;
};

const WORKLOADS: ReadonlyMap<string, Workload> = new Map<string, Workload>([
  ['azureactivedirectory', { family: 'entra', rest: entraDirectory }],
  ['exchange', { family: 'exchange', rest: exchangeMailbox, cmdlets: exchangeAdmin }],
  ['securitycompliancecenter', { family: 'exchange', rest: base, cmdlets: exchangeAdmin }],
  ['sharepoint', { family: 'sharepoint', rest: sharepointSite }],
  ['onedrive', { family: 'sharepoint', rest: sharepointSite }],
  ['microsoftteams', { family: 'teams', rest: teams }],
]);

const BY_RECORD_TYPE: ReadonlyMap<number, Mapping> = firstOf((m) => m.matches.recordTypes);
const BY_OPERATION: ReadonlyMap<string, Mapping> = firstOf((m) => m.matches.operations);
const BY_ACTIVITY: ReadonlyMap<string, Mapping> = firstOf((m) => m.matches.activities);

function firstOf<Key>(keysOf: (mapping: Mapping) => readonly Key[] | undefined): Map<Key, Mapping> {
  const table = new Map<Key, Mapping>();
  for (const mapping of MAPPINGS) {
    for (const key of keysOf(mapping) ?? []) if (!table.has(key)) table.set(key, mapping);
  }
  return table;
}
