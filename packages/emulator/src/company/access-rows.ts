import type { FeedRecord, Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import { type AccessFacts, accessOf } from '../directory/access.ts';
import type { Directory } from '../directory/directory.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import { isExternal } from '../records/sign-in-errors.ts';

/** Adds the results of the tenant's current policies to the sign-in rows of an occurrence. */
export function withAccess(directory: Directory, happening: Occurrence): Occurrence {
  if (!happening.records.some(isRow)) return happening;
  const records = happening.records.map((record) => withOutcome(directory, record));
  return { ...happening, records };
}

function isRow({ feed }: FeedRecord): boolean {
  return feed === 'graph/signIns' || (feed.startsWith('azure/') && feed.endsWith('SignInLogs'));
}

function withOutcome(directory: Directory, record: FeedRecord): FeedRecord {
  if (!isRow(record)) return record;
  const { body } = record;
  if (record.feed === 'graph/signIns') return { ...record, body: rowWith(directory, body) };
  const properties = rowWith(directory, body['properties'] as JsonObject);
  return { ...record, body: { ...body, properties } };
}

function rowWith(directory: Directory, row: JsonObject): JsonObject {
  const facts = factsOf(row);
  // Policies do not apply to applications and unknown names.
  if (facts === undefined) return row;
  const access = accessOf(directory.state, facts, isHeld(row) ? 'reached' : 'stopped');
  return {
    ...row,
    conditionalAccessStatus: access.status,
    appliedConditionalAccessPolicies: access.policies,
  };
}

/** The facts that policies evaluate; undefined for an unknown person. */
export function factsOf(row: JsonObject): AccessFacts | undefined {
  const userId = text(row['userId']);
  if (userId === undefined) return undefined;
  const device = (row['deviceDetail'] ?? {}) as JsonObject;
  const location = (row['location'] ?? {}) as JsonObject;
  const isTwo = row['authenticationRequirement'] === 'multiFactorAuthentication';
  return {
    userId,
    appId: text(row['appId']),
    resourceId: text(row['resourceId']),
    clientAppUsed: text(row['clientAppUsed']),
    operatingSystem: text(device['operatingSystem']),
    ipAddress: text(row['ipAddress']),
    country: text(location['countryOrRegion']),
    signInRisk: text(row['riskLevelDuringSignIn']),
    transferMethod: text(row['originalTransferMethod']),
    isCompliant: device['isCompliant'] === true,
    isHybridJoined: /hybrid/i.test(text(device['trustType']) ?? ''),
    isTwoFactor: isTwo && SHOWN.includes(codeOf(row)),
  };
}

/** The sign-in succeeded, or asks whether to stay signed in: all factors were shown. */
const SHOWN: readonly number[] = [0, 50140, 50199];
/** Refusals by conditional access. Any other error ends a sign-in before policies run. */
const REFUSED_BY_ACCESS: readonly number[] = [
  ...[50072, 50074, 50076, 50079, 50131, 53000, 53001, 53003, 500121],
];

/** Whether a sign-in reached the policies. */
export function isHeld(row: JsonObject): boolean {
  // Unlocking a device is no access to an application.
  if (row['appId'] === FIRST_PARTY.windowsSignIn) return false;
  const code = codeOf(row);
  return SHOWN.includes(code) || REFUSED_BY_ACCESS.includes(code) || isExternal(code);
}

function codeOf(row: JsonObject): number {
  return Number((row['status'] as JsonObject | undefined)?.['errorCode'] ?? 0);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
