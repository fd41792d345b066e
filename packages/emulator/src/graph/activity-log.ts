import type { Occurrence } from '../core/feed-record.ts';
import type { Ask, Reply } from '../http/http-message.ts';
import { type GraphCall, graphCallRecords } from '../records/graph-activity.ts';
import { type Caller, isAppOnly, OVER_THE_WIRE } from './calls/graph-call.ts';
import type { Trace } from './calls/graph-error.ts';

const METHODS: readonly GraphCall['method'][] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

/** The record of a call in the category MicrosoftGraphActivityLogs (contracts 7.1). */
export function activityOf(one: {
  readonly ask: Ask;
  readonly version: 'v1.0' | 'beta';
  readonly path: string;
  readonly caller: Caller;
  readonly operationId: string;
  readonly trace: Trace;
  readonly reply: Reply;
}): Occurrence {
  const { ask, version, path, caller, operationId, trace, reply } = one;
  const { tenantId, objectId, appId } = caller;
  const query = ask.query.toString();
  const address = `${path.replace(/^\//, '')}${query === '' ? '' : `?${query}`}`;
  const app = { name: '', appId, servicePrincipalId: objectId };
  const records = graphCallRecords(
    { id: tenantId },
    {
      atMs: trace.nowMs,
      requestId: trace.requestId,
      operationId,
      clientRequestId: trace.clientRequestId,
      method: METHODS.find((known) => known === ask.method) ?? 'GET',
      path: address,
      version,
      status: reply.status,
      token: {
        tokenId: caller.uti,
        sessionId: caller.sid,
        issuedMs: caller.issuedMs,
        appId,
        ip: ask.headers['x-forwarded-for'] ?? '127.0.0.1',
        deviceId: undefined,
      },
      who: isAppOnly(caller)
        ? { kind: 'app', app, roles: caller.roles.join(' ') }
        : { kind: 'user', objectId, scopes: caller.scopes.join(' ') },
      clientAuthMethod: caller.clientProof,
      userAgent: ask.headers['user-agent'] ?? '',
      place: 'North Europe',
    },
  );
  return { atMs: trace.nowMs, tenantId, truth: OVER_THE_WIRE, records };
}
