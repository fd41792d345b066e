import type { Json } from '../values/json-value.ts';
import { copyMembers } from './member-names.ts';

/**
 * Converts diagnostic records and table rows of unknown kinds to the audit log's names. Actor,
 * operation and address read the same for every kind.
 */
export function ualOfDiagnostic(outer: Json, item: Json): Json {
  return copyMembers({ ...item, ...outer }, DIAGNOSTIC_NAMES);
}

export function ualOfRow(row: Json): Json {
  return copyMembers(row, ROW_NAMES);
}

/**
 * Converts a risk that Entra detected on a user into an alert: `UserRiskEvents` of the stream and
 * `AADUserRiskEvents` of Log Analytics. The user is its entity, not its actor.
 */
export function alertOfRiskEvent(item: Json): Json {
  return { ...copyMembers(item, RISK_NAMES), Workload: 'AzureActiveDirectory', EntityType: 'User' };
}

type Names = readonly (readonly [string, string])[];

const DIAGNOSTIC_NAMES: Names = [
  ['operationName', 'Operation'],
  ['category', 'Workload'],
  ['callerIpAddress', 'ClientIP'],
  ['ipAddress', 'ClientIP'],
  ['userPrincipalName', 'UserId'],
  ['identity', 'UserId'],
  ['userId', 'UserKey'],
  ['correlationId', 'CorrelationId'],
  ['resultType', 'ResultStatus'],
  ['resultSignature', 'ResultStatus'],
];

const ROW_NAMES: Names = [
  ['OperationName', 'Operation'],
  ['Category', 'Workload'],
  ['CallerIpAddress', 'ClientIP'],
  ['IPAddress', 'ClientIP'],
  ['UserPrincipalName', 'UserId'],
  ['Caller', 'UserId'],
  ['Identity', 'UserId'],
  ['ResultType', 'ResultStatus'],
];

const RISK_NAMES: Names = [
  ['id', 'AlertId'],
  ['Id', 'AlertId'],
  ['riskEventType', 'Operation'],
  ['RiskEventType', 'Operation'],
  ['riskEventType', 'Name'],
  ['RiskEventType', 'Name'],
  ['riskLevel', 'RiskLevel'],
  ['riskState', 'Status'],
  ['RiskState', 'Status'],
  ['ipAddress', 'ClientIP'],
  ['IpAddress', 'ClientIP'],
  ['IPAddress', 'ClientIP'],
  ['userPrincipalName', 'AlertEntityId'],
  ['UserPrincipalName', 'AlertEntityId'],
  ['correlationId', 'CorrelationId'],
];
