import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Account } from './account.ts';
import { auditRecord, auditTime, exported, exportTime } from './feed-format.ts';

export type Alert = {
  readonly atMs: number;
  /** Ids of the alert, of its trigger record and of its entity record. */
  readonly ids: readonly [alert: string, triggered: string, entity: string];
  readonly policyId: string;
  readonly name: string;
  readonly category: 'ThreatManagement' | 'AccessGovernance' | 'MailFlow' | 'DataGovernance';
  readonly severity: 'Low' | 'Medium' | 'High';
  readonly entity: { readonly id: string; readonly type: 'User' | 'Sender' };
};

/** Delay between the alert and its entity record. */
const ENTITY_AFTER_MS = 2000;

/** RecordType 40: an alert of the suite itself. */
export function alertRecords(tenant: Tenant, alert: Alert): FeedRecord[] {
  const [alertId, triggeredId, entityId] = alert.ids;
  const at = auditTime(alert.atMs);
  const common = {
    OrganizationId: tenant.id,
    RecordType: 40,
    ResultStatus: 'Succeeded',
    UserKey: 'SecurityComplianceAlerts',
    UserType: 4,
    Version: 1,
    Workload: 'SecurityComplianceCenter',
    ObjectId: alertId,
    UserId: 'SecurityComplianceAlerts',
    AlertId: alertId,
    AlertLinks: [],
    AlertType: 'System',
    Category: alert.category,
    Comments: 'New alert',
    Name: alert.name,
    PolicyId: alert.policyId,
    Severity: alert.severity,
    Source: 'Office 365 Security & Compliance',
    Status: 'Active',
  };
  const laterMs = alert.atMs + ENTITY_AFTER_MS;
  return [
    auditRecord('activity/Audit.General', alert.atMs, {
      CreationTime: at,
      Id: triggeredId,
      Operation: 'AlertTriggered',
      ...common,
      Data: JSON.stringify({ an: alert.name, sev: alert.severity, ts: at }),
    }),
    auditRecord('activity/Audit.General', laterMs, {
      CreationTime: auditTime(laterMs),
      Id: entityId,
      Operation: 'AlertEntityGenerated',
      ...common,
      AlertEntityId: alert.entity.id,
      EntityType: alert.entity.type,
      Data: JSON.stringify({ etype: alert.entity.type, eid: alert.entity.id, ts: at }),
    }),
  ];
}

export type RiskDetection = {
  readonly atMs: number;
  readonly id: string;
  readonly auditId: string;
  readonly correlationId: string;
  readonly requestId: string;
  readonly account: Pick<Account, 'upn' | 'objectId' | 'displayName'>;
  readonly ip: string;
  readonly countryOrRegion: string;
  readonly type: string;
  readonly level: 'low' | 'medium' | 'high';
};

/** A risk event and the risky user in the export, and RecordType 294 in the audit log. */
export function riskRecords(tenant: Tenant, risk: RiskDetection): FeedRecord[] {
  const { atMs } = risk;
  const wrap = (category: string, operationName: string, properties: JsonObject): JsonObject =>
    exported(
      {
        tenantId: tenant.id,
        category,
        operationName,
        atMs,
        result: { signature: 'None' },
        callerIp: risk.ip,
        correlationId: risk.correlationId,
        identity: risk.account.displayName,
      },
      properties,
    );
  return [
    {
      feed: 'azure/UserRiskEvents',
      id: risk.id,
      atMs,
      body: wrap('UserRiskEvents', 'User Risk Detection', riskEvent(risk)),
    },
    {
      feed: 'azure/RiskyUsers',
      id: `${risk.account.objectId}/${risk.id}`,
      atMs,
      body: wrap('RiskyUsers', 'Risky user', {
        id: risk.account.objectId,
        userPrincipalName: risk.account.upn,
        userDisplayName: risk.account.displayName,
        isDeleted: false,
        isProcessing: false,
        riskState: 'atRisk',
        riskLevel: risk.level,
        riskDetail: 'none',
        riskLastUpdatedDateTime: exportTime(atMs),
      }),
    },
    auditRecord('activity/Audit.General', atMs, {
      CreationTime: auditTime(atMs),
      Id: risk.auditId,
      Operation: 'AadRiskDetection',
      OrganizationId: tenant.id,
      RecordType: 294,
      UserKey: risk.account.objectId,
      UserType: 0,
      Version: 1,
      Workload: 'AzureActiveDirectory',
      ClientIP: risk.ip,
      ObjectId: risk.id,
      UserId: risk.account.upn,
      RiskEventType: risk.type,
      RiskLevel: risk.level,
    }),
  ];
}

function riskEvent(risk: RiskDetection): JsonObject {
  const at = exportTime(risk.atMs);
  return {
    id: risk.id,
    requestId: risk.requestId,
    correlationId: risk.correlationId,
    riskType: risk.type,
    riskEventType: risk.type,
    riskState: 'atRisk',
    riskLevel: risk.level,
    riskDetail: 'none',
    source: 'IdentityProtection',
    detectionTimingType: 'offline',
    activity: 'signin',
    ipAddress: risk.ip,
    location: { countryOrRegion: risk.countryOrRegion },
    activityDateTime: at,
    detectedDateTime: at,
    lastUpdatedDateTime: at,
    userId: risk.account.objectId,
    userDisplayName: risk.account.displayName,
    userPrincipalName: risk.account.upn,
    additionalInfo: '[]',
    tokenIssuerType: 'AzureAD',
  };
}
