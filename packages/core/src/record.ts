import type { TenantId } from './ids.ts';

/** What a ledger entry is about (design, "The ledger"). */
export const ENTRY_KINDS = [
  'record',
  'import',
  'decision',
  'pass',
  'finding',
  'act',
  'approval',
  'coverage',
  'control',
  'gate',
  'directory',
  'credential',
  'policy',
  'config',
  'hold',
  'erasure',
  'key',
  'clock',
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

/**
 * Where a record came from and in which shape, as `family/name`. It is part of the leaf, so these
 * names are for ever. One source has one shape, so one mapping reads it.
 *
 * - `m365.export/unified-audit-log`  an AuditData document out of any file (CSV cell, JSON string
 *   or object)
 * - `m365.activity/<content type>`   a Management Activity API record, e.g.
 *   `m365.activity/Audit.Exchange`
 * - `graph/auditLogQuery`, `graph/signIns`, `graph/directoryAudits`
 * - `azure-monitor/<Category>`       a diagnostic-settings record, e.g.
 *   `azure-monitor/SignInLogs`
 * - `log-analytics/<Table>`          a row with Log Analytics columns, e.g.
 *   `log-analytics/OfficeActivity`
 * - `defender/advanced-hunting`      a row of advanced hunting
 * - `exchange/message-trace`        a row of a message trace, out of any export
 * - `mail/message`                  what a message in a file (.eml) tells: itself, its attachments,
 *   its links; never its text
 * - `entra.portal/<kind>`            a row of the Entra portal's own CSV download
 * - `other/json`                     an object with an event time and nothing that we recognise
 * - `countersign/<kind>`             what Countersign itself says
 */
export type SourceId = string;

/** One delivery by the vendor, before it is an entry. */
export type RecordDraft = {
  readonly kind: EntryKind;
  readonly tenant: TenantId;
  readonly source: SourceId;
  /**
   * The id of the action: the vendor's record id; for sign-ins the request id. Undefined when the
   * delivery carries none: the entry then gets one from its bytes. Any text: the ledger writes it
   * only if it is a GUID, else a keyed hash of it.
   */
  readonly id: string | undefined;
  /** Event time in the normal form of `normaliseInstant`. */
  readonly at: string;
  /** The bytes exactly as delivered. */
  readonly body: Uint8Array;
  /** Where in the import the bytes stood; undefined for what did not come out of a file. */
  readonly locus?: Locus | undefined;
};

/** The place of a record in an imported file. Not personal; kept beside the body. */
export type Locus = {
  /** Ordinal of the import (an `import` entry states it) within this data folder. */
  readonly importNumber: number;
  /** 1-based number of the row or item within the file. */
  readonly row: number;
  /** Byte range `[offset, offset + length)` in the file as it lies on disk after decompression. */
  readonly offset: number;
  readonly length: number;
};
