import type { TenantId } from './ids.ts';

/** What a ledger entry records. */
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
 * The origin and shape of a record, as `family/name`. It is part of the leaf, so these names never
 * change. Each source has one shape, so one mapping reads it.
 *
 * - `m365.export/unified-audit-log`  an AuditData document from any file (CSV cell, JSON string or
 *   object)
 * - `m365.activity/<content type>`   a Management Activity API record, e.g.
 *   `m365.activity/Audit.Exchange`
 * - `graph/auditLogQuery`, `graph/signIns`, `graph/directoryAudits`
 * - `azure-monitor/<Category>`       a diagnostic-settings record, e.g. `azure-monitor/SignInLogs`
 * - `log-analytics/<Table>`          a row with Log Analytics columns, e.g.
 *   `log-analytics/OfficeActivity`
 * - `defender/advanced-hunting`      a row of advanced hunting
 * - `exchange/message-trace`        a row of a message trace, from any export
 * - `mail/message`                  a message file (.eml): its headers, attachments and links;
 *   never its text
 * - `entra.portal/<kind>`            a row of the Entra portal's own CSV download
 * - `other/json`                     an unrecognized object with an event time
 * - `countersign/<kind>`             an entry that Countersign writes about itself
 */
export type SourceId = string;

/** A record as it was delivered, before it becomes a ledger entry. */
export type RecordDraft = {
  readonly kind: EntryKind;
  readonly tenant: TenantId;
  readonly source: SourceId;
  /**
   * The id of the action: the vendor's record id, or the request id of a sign-in. Undefined if
   * there is none: the ledger then derives an id from the bytes. The ledger writes a GUID as it is,
   * and a keyed hash of any other text.
   */
  readonly id: string | undefined;
  /** Event time in the normal form of `instant.ts`. */
  readonly at: string;
  /** The bytes exactly as delivered. */
  readonly body: Uint8Array;
  /** The position of the bytes in the imported file; undefined if there is no file. */
  readonly locus?: Locus | undefined;
};

/** The position of a record in an imported file. Not personal data; stored beside the body. */
export type Locus = {
  /** The number of the import in this data folder. Its `import` entry states it. */
  readonly importNumber: number;
  /** 1-based number of the row or item within the file. */
  readonly row: number;
  /** Byte range `[offset, offset + length)` in the file on disk, after decompression. */
  readonly offset: number;
  readonly length: number;
};
