import type { JsonObject } from '../../core/json-object.ts';
import { holdsOne } from '../calls/authorize-call.ts';
import type { Call } from '../calls/graph-call.ts';
import { SEES_POLICIES } from '../calls/permissions.ts';
import type { Filter } from '../odata/filter-syntax.ts';

/** Members of a sign-in in v1.0. Sessions, tokens and event types exist only in beta. */
const V1_MEMBERS: readonly string[] = [
  'id',
  'createdDateTime',
  'userDisplayName',
  'userPrincipalName',
  'userId',
  'appId',
  'appDisplayName',
  'ipAddress',
  'clientAppUsed',
  'correlationId',
  'conditionalAccessStatus',
  'isInteractive',
  'riskDetail',
  'riskLevelAggregated',
  'riskLevelDuringSignIn',
  'riskState',
  'riskEventTypes',
  'riskEventTypes_v2',
  'resourceDisplayName',
  'resourceId',
  'status',
  'deviceDetail',
  'location',
  'appliedConditionalAccessPolicies',
];

export const SIGN_IN_FILTERS: { readonly v1: readonly string[]; readonly beta: readonly string[] } =
  {
    v1: [
      'id',
      'createdDateTime',
      'userDisplayName',
      'userPrincipalName',
      'userId',
      'appId',
      'appDisplayName',
      'ipAddress',
      'clientAppUsed',
      'correlationId',
      'conditionalAccessStatus',
      'riskDetail',
      'riskLevelAggregated',
      'riskLevelDuringSignIn',
      'riskState',
      'resourceDisplayName',
      'resourceId',
      'status/errorCode',
      'deviceDetail/browser',
      'deviceDetail/operatingSystem',
      'location/city',
      'location/state',
      'location/countryOrRegion',
    ],
    beta: [
      'signInEventTypes',
      'servicePrincipalId',
      'servicePrincipalName',
      'isInteractive',
      'authenticationProtocol',
      'sessionId',
      'uniqueTokenIdentifier',
      'resourceTenantId',
      'homeTenantId',
      'incomingTokenType',
      'clientCredentialType',
    ],
  };

/** By default, only interactive sign-ins of people are returned. */
export function isGiven(call: Call, feed: string, row: JsonObject): boolean {
  if (feed !== 'graph/signIns') return true;
  if (call.version === 'beta' && asksForTypes(call.options.filter)) return true;
  return typesOf(row).includes('interactiveUser');
}

function asksForTypes(filter: Filter | undefined): boolean {
  if (filter === undefined) return false;
  switch (filter.kind) {
    case 'and':
    case 'or':
      return asksForTypes(filter.left) || asksForTypes(filter.right);
    case 'not':
      return asksForTypes(filter.of);
    default:
      return filter.path[0] === 'signInEventTypes';
  }
}

function typesOf(row: JsonObject): readonly unknown[] {
  const types = row['signInEventTypes'];
  if (Array.isArray(types)) return types;
  return row['isInteractive'] === true ? ['interactiveUser'] : ['nonInteractiveUser'];
}

/** Enumeration members added after `unknownFutureValue` (contracts 5.2). */
const LATE_MEMBERS: { readonly [member: string]: readonly string[] } = {
  authenticationProtocol: ['authenticationTransfer', 'nativeAuth'],
  incomingTokenType: ['remoteDesktopToken', 'refreshToken'],
};

const RISK_MEMBERS: readonly string[] = [
  'riskDetail',
  'riskLevelAggregated',
  'riskLevelDuringSignIn',
  'riskState',
];

/** A row as this caller may see it. */
export function shownSignIn(call: Call, row: JsonObject): JsonObject | undefined {
  const { caller, directory, version, ask } = call;
  if (version === 'v1.0' && !typesOf(row).includes('interactiveUser')) return undefined;
  const result: Record<string, unknown> = {};
  const names = version === 'v1.0' ? V1_MEMBERS.filter((name) => name in row) : Object.keys(row);
  for (const name of names) result[name] = row[name];
  if (!holdsOne(caller, SEES_POLICIES)) result['appliedConditionalAccessPolicies'] = [];
  if (directory.state.seed.license !== 'P2')
    for (const name of RISK_MEMBERS) if (name in result) result[name] = 'hidden';
  if (!/include-unknown-enum-members/i.test(ask.headers['prefer'] ?? ''))
    for (const [name, late] of Object.entries(LATE_MEMBERS))
      if (late.includes(String(result[name]))) result[name] = 'unknownFutureValue';
  return result;
}
