import type { FeedRecord } from '../core/feed-record.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Account, Token } from './account.ts';
import { auditRecord, auditTime, named } from './feed-format.ts';

export type Cmdlet = {
  readonly atMs: number;
  readonly id: string;
  readonly requestId: string;
  readonly operation: string;
  readonly account: Account;
  readonly token: Token;
  /** The changed object, as Exchange names it. */
  readonly objectId: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** By the web client rather than PowerShell. */
  readonly isWeb?: true;
};

/** Exchange admin, RecordType 1: an administrator's cmdlet, or a person's inbox rule. */
export function cmdletRecords(tenant: Tenant, act: Cmdlet): FeedRecord[] {
  const { token, account } = act;
  return [
    auditRecord('activity/Audit.Exchange', act.atMs, {
      AppAccessContext: {
        ...(token.sessionId === undefined ? {} : { AADSessionId: token.sessionId }),
        IssuedAtTime: auditTime(token.issuedMs),
        UniqueTokenId: token.tokenId,
      },
      CreationTime: auditTime(act.atMs),
      Id: act.id,
      Operation: act.operation,
      OrganizationId: tenant.id,
      RecordType: 1,
      ResultStatus: 'True',
      UserKey: account.puid,
      UserType: 2,
      Version: 1,
      Workload: 'Exchange',
      ClientIP: withPort(token.ip, act.atMs),
      ObjectId: act.objectId,
      UserId: account.upn,
      AppId: token.appId,
      ...(act.isWeb ? { AppPoolName: 'MSExchangeOWAAppPool' } : {}),
      ClientAppId: '',
      ...(act.isWeb ? { CorrelationID: '' } : {}),
      ExternalAccess: false,
      OrganizationName: tenant.domain,
      OriginatingServer: 'LO4P123MB4821 (15.20.9478.021)\r\n',
      Parameters: named(act.parameters),
      RequestId: act.requestId,
      ...(token.sessionId === undefined ? {} : { SessionId: token.sessionId }),
      TokenObjectId: account.objectId,
      TokenTenantId: tenant.id,
    }),
  ];
}

/** Exchange admin records include the port, with IPv6 in brackets. */
function withPort(ip: string, bits: number): string {
  const port = 1024 + (bits % 60_000);
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Exchange's name of an inbox rule. */
export function ruleObjectId(tenant: Tenant, account: Account, rule: string): string {
  const folder = 'PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations';
  return `${tenant.forest}.${folder}/${tenant.domain}/${account.mailboxGuid}\\${rule}`;
}

/** RecordType 18: a cmdlet of the compliance center, with values in the service's encoding. */
export function complianceCmdletRecords(
  tenant: Tenant,
  act: Pick<Cmdlet, 'atMs' | 'id' | 'operation' | 'account'> & { readonly identity: string },
): FeedRecord[] {
  const at = auditTime(act.atMs);
  const encoded = Buffer.from(act.identity).toString('base64');
  return [
    auditRecord('activity/Audit.General', act.atMs, {
      CreationTime: at,
      Id: act.id,
      Operation: act.operation,
      OrganizationId: tenant.id,
      RecordType: 18,
      ResultStatus: 'Success',
      UserKey: act.account.upn,
      UserType: 2,
      Version: 1,
      Workload: 'SecurityComplianceCenter',
      ObjectId: '',
      UserId: act.account.upn,
      SecurityComplianceCenterEventType: 0,
      ClientApplication: 'EMC',
      CmdletVersion: '...',
      EffectiveOrganization: tenant.domain,
      NonPIIParameters: '-Identity "<SNIP-PII>"',
      Parameters: `-Identity "${encoded}"`,
      StartTime: at,
      UserServicePlan: '',
    }),
  ];
}
