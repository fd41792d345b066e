import { instantOfMs } from '@countersign/core';
import { documentJson, withMember } from '../../delivery/record-json.ts';
import type { Delivery } from '../../delivery/sink.ts';
import {
  entryLink,
  numberMember,
  severityOf,
  tenantOf,
  thinDocument,
  timeOf,
} from '../delivery-fields.ts';
import { FIELD_BYTES_MAX } from './limits.ts';

/** Column types of a stream declaration in a data collection rule. */
export type ColumnType = 'string' | 'int' | 'long' | 'boolean' | 'dynamic' | 'datetime';

/**
 * The columns that the stream has to declare. Azure Monitor drops a column without a declaration
 * and reports nothing. `TenantId`, `Type`, `Title` and `id` are reserved, hence the prefix.
 */
export const SENTINEL_COLUMNS: Readonly<Record<keyof SentinelRow, ColumnType>> = {
  TimeGenerated: 'datetime',
  EventTime: 'datetime',
  CsId: 'string',
  CsIndex: 'long',
  CsKind: 'string',
  CsTenant: 'string',
  CsClass: 'int',
  CsSeverity: 'int',
  CsThin: 'boolean',
  CsLink: 'string',
  CsBody: 'dynamic',
};

/** One row. It has every column, so that any row shows which ones the rule drops. */
export type SentinelRow = {
  /** Azure Monitor may replace a time that is days away by that of arrival. */
  readonly TimeGenerated: string;
  readonly EventTime: string | null;
  /** `summarize arg_max(TimeGenerated, *) by CsId` drops repeated rows. */
  readonly CsId: string;
  readonly CsIndex: number;
  readonly CsKind: string;
  readonly CsTenant: string | null;
  /** OCSF `class_uid`. */
  readonly CsClass: number | null;
  /** OCSF `severity_id`. */
  readonly CsSeverity: number | null;
  /** Whether `CsBody` only says where the entry is, because it is too large for a field. */
  readonly CsThin: boolean;
  readonly CsLink: string | null;
  readonly CsBody: object;
};

export type RowOptions = {
  /** The root of the service, for links. */
  readonly service: string | undefined;
  /** For records without a time of their own. */
  readonly nowMs: number;
};

export function sentinelRow(delivery: Delivery, { service, nowMs }: RowOptions): string {
  const text = documentJson(delivery);
  // UTF-8 has at most three octets per UTF-16 code unit.
  const bytes = text.length * 3 <= FIELD_BYTES_MAX ? 0 : Buffer.byteLength(text);
  const isThin = bytes > FIELD_BYTES_MAX;
  const at = timeOf(delivery);
  const row: Omit<SentinelRow, 'CsBody'> = {
    TimeGenerated: at ?? instantOfMs(nowMs) ?? '',
    EventTime: at ?? null,
    CsId: delivery.id,
    CsIndex: delivery.index,
    CsKind: delivery.kind,
    CsTenant: tenantOf(delivery) ?? null,
    CsClass: numberMember(delivery, 'class_uid') ?? null,
    CsSeverity: severityOf(delivery) ?? null,
    CsThin: isThin,
    CsLink: entryLink(service, delivery.index).link ?? null,
  };
  const body = isThin ? JSON.stringify(thinDocument(delivery, bytes, service)) : text;
  return withMember(JSON.stringify(row), 'CsBody', body);
}
