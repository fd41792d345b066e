import type { Feed, FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';

/** `2026-03-02T08:31:07`: unified audit records have seconds and no time zone. */
export function auditTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19);
}

/** `2026-03-02T08:31:07Z`, Graph's format. */
export function graphTime(atMs: number): string {
  return `${auditTime(atMs)}Z`;
}

/** `2026-03-02T08:31:07.1180000Z`, the diagnostic export's format. */
export function exportTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 23)}0000Z`;
}

/** A unified audit record with an `Id`, in its content type. */
export function auditRecord(
  feed: `activity/${string}` & Feed,
  atMs: number,
  body: JsonObject & { readonly Id: string },
): FeedRecord {
  return { feed, id: body.Id, atMs, body };
}

/** The envelope of every record in the diagnostic export (Azure Monitor common schema). */
export type Envelope = {
  readonly tenantId: string;
  readonly category: string;
  readonly operationName: string;
  readonly atMs: number;
  /** Audit rows have no type. */
  readonly result: { readonly type?: string; readonly signature: string };
  readonly callerIp: string | null;
  readonly correlationId: string;
  readonly identity?: string;
  readonly location?: string;
};

export function exported(envelope: Envelope, properties: JsonObject): JsonObject {
  return {
    time: exportTime(envelope.atMs),
    resourceId: `/tenants/${envelope.tenantId}/providers/Microsoft.aadiam`,
    operationName: envelope.operationName,
    operationVersion: '1.0',
    category: envelope.category,
    tenantId: envelope.tenantId,
    ...(envelope.result.type === undefined ? {} : { resultType: envelope.result.type }),
    resultSignature: envelope.result.signature,
    durationMs: 0,
    callerIpAddress: envelope.callerIp,
    correlationId: envelope.correlationId,
    ...(envelope.identity === undefined ? {} : { identity: envelope.identity }),
    Level: '4',
    ...(envelope.location === undefined ? {} : { location: envelope.location }),
    properties,
  };
}

export type NamedValue = { readonly Name: string; readonly Value: string };

/** Name-value pairs in the form of unified audit records. */
export function named(pairs: readonly (readonly [string, string])[]): readonly NamedValue[] {
  return pairs.map(([Name, Value]) => ({ Name, Value }));
}
