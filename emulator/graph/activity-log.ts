import type { Ask, Reply } from '../http.ts';
import type { Happening, JsonObject } from '../types.ts';
import { type Caller, isAppOnly, OVER_THE_WIRE } from './call.ts';
import type { Trace } from './errors.ts';

/** The record of a call in the category MicrosoftGraphActivityLogs (contracts 7.1). */
export function activityOf(one: {
  readonly ask: Ask;
  readonly version: 'v1.0' | 'beta';
  readonly path: string;
  readonly caller: Caller;
  readonly operationId: string;
  readonly trace: Trace;
  readonly reply: Reply;
}): Happening {
  const { ask, version, path, caller, operationId, trace, reply } = one;
  const { tenantId } = caller;
  const atMs = trace.nowMs;
  const host = ask.headers['host'] ?? 'graph.microsoft.com';
  const query = ask.query.toString();
  const properties: JsonObject = {
    timeGenerated: new Date(atMs).toISOString(),
    location: 'North Europe',
    requestId: trace.requestId,
    operationId,
    clientRequestId: trace.clientRequestId,
    apiVersion: version,
    requestMethod: ask.method,
    responseStatusCode: reply.status,
    tenantId,
    aadTenantId: tenantId,
    durationMs: 1_000,
    responseSizeBytes: reply.body?.length ?? 0,
    signInActivityId: caller.uti,
    sessionId: caller.sid ?? '',
    roles: caller.roles.join(' '),
    scopes: caller.scopes.join(' '),
    appId: caller.appId,
    userId: isAppOnly(caller) ? '' : caller.objectId,
    servicePrincipalId: isAppOnly(caller) ? caller.objectId : '',
    ipAddress: ask.headers['x-forwarded-for'] ?? '127.0.0.1',
    userAgent: ask.headers['user-agent'] ?? '',
    requestUri: `https://${host}/${version}${path}${query === '' ? '' : `?${query}`}`,
    tokenIssuedAt: new Date(caller.issuedMs).toISOString(),
    identityProvider: '',
    wids: '',
  };
  const body: JsonObject = {
    time: new Date(atMs).toISOString(),
    resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
    operationName: 'Microsoft Graph Activity',
    operationVersion: version,
    category: 'MicrosoftGraphActivityLogs',
    resultSignature: String(reply.status),
    durationMs: '1000',
    callerIpAddress: properties['ipAddress'],
    correlationId: trace.clientRequestId,
    level: 'Informational',
    location: 'North Europe',
    properties,
  };
  const record = {
    feed: 'azure/MicrosoftGraphActivityLogs',
    id: trace.requestId,
    atMs,
    body,
  } as const;
  return { atMs, tenantId, truth: OVER_THE_WIRE, records: [record] };
}
