import type { DirectoryView } from '../shapes/directory-audit.ts';
import type { SignInView } from '../shapes/sign-in-record.ts';
import type { Json } from '../values/json-value.ts';
import type { Memo } from '../values/memo.ts';

/** A record from the ledger: its envelope, and its body as one JSON value. */
export type SourceRecord = {
  readonly source: string;
  readonly tenant: string;
  readonly id: string;
  /** Event time in the normal form of the leaf. */
  readonly at: string;
  readonly value: unknown;
};

/**
 * A record as mappings see it, with the delivery shape removed. The same action reads the same from
 * any source. `body` is the record itself: the AuditData document, the Graph item, the row.
 */
export type RecordView = {
  readonly record: SourceRecord;
  readonly body: Json;
  /** True if `body` is a Unified Audit Log document. */
  readonly isUal: boolean;
  readonly memo: Memo;
  readonly signIn: SignInView | null;
  readonly directory: DirectoryView | null;
};
