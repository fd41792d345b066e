import { assert, type TenantId } from '@countersign/core';
import { DuckDBListValue, type DuckDBValue } from '@duckdb/node-api';
import { identifier } from '../duckdb/duckdb-engine.ts';
import type { EventRow } from '../rows/event-row.ts';
import { COLUMNS } from './event-columns.ts';

/** The columns to select for {@link rowOf}. */
export const ROW_COLUMNS: string = COLUMNS.map(({ name, type }) =>
  type === 'TIMESTAMPTZ'
    ? `epoch_ms(${identifier(name)}) AS ${identifier(name)}`
    : identifier(name),
).join(', ');

/** Builds the written row from the values of {@link ROW_COLUMNS}. */
export function rowOf(values: readonly DuckDBValue[]): EventRow {
  const at = (name: string): DuckDBValue => values[POSITION.get(name) as number] as DuckDBValue;
  const text = (name: string): string | null => at(name) as string | null;
  const whole = (name: string): number | null => {
    const value = at(name);
    return value === null ? null : Number(value);
  };
  const number = (name: string): number => whole(name) ?? 0;
  const entries = at('entries');
  assert(entries instanceof DuckDBListValue, 'entries are a list');
  return {
    index: number('index'),
    entries: entries.items.map(Number),
    tenant: text('tenant') as TenantId,
    action: text('action') ?? '',
    source: text('source') ?? '',
    seenMs: number('seen'),
    erased: at('erased') === true,
    event: {
      classUid: number('class_uid'),
      activityId: number('activity_id'),
      statusId: number('status_id'),
      severityId: number('severity_id'),
      statusCode: text('status_code'),
      timeMs: number('time'),
      operation: text('operation'),
      workload: text('workload'),
      recordType: whole('record_type'),
      actorUid: text('actor_uid'),
      actorName: text('actor_name'),
      actorType: number('actor_type'),
      actorPuid: text('actor_puid'),
      actorSid: text('actor_sid'),
      ip: text('ip'),
      userAgent: text('user_agent'),
      country: text('country'),
      sessionUid: text('session_uid'),
      tokenUid: text('token_uid'),
      tokenIssuedMs: whole('token_issued'),
      correlationUid: text('correlation_uid'),
      appUid: text('app_uid'),
      appName: text('app_name'),
      resourceName: text('resource_name'),
      deviceUid: text('device_uid'),
      mailbox: text('mailbox'),
      site: text('site'),
      object: text('object'),
      targetUid: text('target_uid'),
      targetName: text('target_name'),
      targetType: text('target_type'),
      signInType: text('sign_in_type'),
      isMfa: whole('is_mfa'),
      itemCount: number('item_count'),
      byteCount: whole('byte_count'),
      accessType: text('access_type'),
      isThrottled: at('is_throttled') === true,
      folder: text('folder'),
      sender: text('sender'),
    },
  };
}

const POSITION: ReadonlyMap<string, number> = new Map(COLUMNS.map(({ name }, i) => [name, i]));
