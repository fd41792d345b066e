import type { FeedRecord } from '../core/feed-record.ts';
import type { Tenant } from '../population/tenant.ts';
import type { AppAccount, Token } from './account.ts';
import { exportTime } from './feed-format.ts';

export type GraphCall = {
  readonly atMs: number;
  readonly requestId: string;
  readonly operationId: string;
  /** Chosen by the client. Default: the operation's. */
  readonly clientRequestId?: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path and query after the version. */
  readonly path: string;
  readonly version?: 'v1.0' | 'beta';
  readonly status: number;
  readonly token: Token;
  readonly who:
    | { readonly kind: 'user'; readonly objectId: string; readonly scopes: string }
    | { readonly kind: 'app'; readonly app: AppAccount; readonly roles: string };
  /** 0 public client, 1 secret, 2 certificate. */
  readonly clientAuthMethod: 0 | 1 | 2;
  readonly userAgent: string;
  readonly place: string;
};

/** One Graph call, which only the diagnostic export reports (contracts 7.1). */
export function graphCallRecords(tenant: Pick<Tenant, 'id'>, call: GraphCall): FeedRecord[] {
  const { token, who, atMs } = call;
  const version = call.version ?? 'v1.0';
  const durationMs = 12 + (atMs % 180);
  const body = {
    time: exportTime(atMs),
    resourceId: `/TENANTS/${tenant.id.toUpperCase()}/PROVIDERS/MICROSOFT.AADIAM`,
    operationName: 'Microsoft Graph Activity',
    operationVersion: version,
    category: 'MicrosoftGraphActivityLogs',
    resultSignature: String(call.status),
    durationMs: String(durationMs),
    callerIpAddress: token.ip,
    correlationId: call.operationId,
    level: 'Informational',
    location: call.place,
    properties: {
      timeGenerated: exportTime(atMs),
      location: call.place,
      requestId: call.requestId,
      operationId: call.operationId,
      clientRequestId: call.clientRequestId ?? call.operationId,
      apiVersion: version,
      requestMethod: call.method,
      responseStatusCode: call.status,
      tenantId: tenant.id,
      aadTenantId: tenant.id,
      durationMs,
      responseSizeBytes: 300 + (atMs % 9000),
      signInActivityId: token.tokenId,
      uniqueTokenId: token.tokenId,
      sessionId: token.sessionId ?? null,
      roles: who.kind === 'app' ? who.roles : null,
      scopes: who.kind === 'user' ? who.scopes : null,
      appId: token.appId,
      deviceId: token.deviceId ?? '',
      userId: who.kind === 'user' ? who.objectId : null,
      servicePrincipalId: who.kind === 'app' ? who.app.servicePrincipalId : null,
      ipAddress: token.ip,
      userAgent: call.userAgent,
      requestUri: `https://graph.microsoft.com/${version}/${call.path}`,
      tokenIssuedAt: exportTime(token.issuedMs),
      identityProvider: `https://sts.windows.net/${tenant.id}/`,
      clientAuthMethod: call.clientAuthMethod,
      wids: '',
      atContent: '',
      atContentH: '',
      atContentP: '',
    },
  };
  return [{ feed: 'azure/MicrosoftGraphActivityLogs', id: call.requestId, atMs, body }];
}
