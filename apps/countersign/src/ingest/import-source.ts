import type { RecordDraft, TenantId } from '@countersign/core';
import type { DeliveredAs } from '@countersign/m365';
import {
  type Document,
  type ImportError,
  type Input,
  inputBytes,
  type ReaderEvent,
  readInputs,
} from '@countersign/m365/files';

/** The input of an import, and callbacks about its progress. */
export interface RunSource {
  /** Total size of all inputs, for the progress display. */
  bytes(): Promise<number>;
  events(): AsyncIterable<ReaderEvent>;
  /** Origin of a document that consists of quarantined pieces. */
  originOf(document: Document): Origin | undefined;
  /** Whether to quarantine a file that is unreadable as a whole. */
  parks(error: ImportError): boolean;
  /**
   * Name of the existing quarantine file if this row came from one; it stays unchanged. Undefined:
   * the row came from a file, so quarantine it.
   */
  stays(document: Document, row: number): string | undefined;
  /** A reject is in quarantine under this name. */
  onQuarantined(name: string): void;
  /** The whole document is durable. */
  readToEnd(document: Document): void;
  /** Entries to append after everything was read. */
  closing(): Promise<readonly RecordDraft[]>;
}

export type Origin = {
  readonly quarantinedBy: number | null;
  /** The tenant of records that state none. */
  readonly tenant: TenantId | undefined;
  /** Only for input that a collector fetched. */
  readonly delivered: DeliveredAs | undefined;
};

export function filesOf(inputs: readonly Input[]): RunSource {
  return {
    bytes: () => inputBytes(inputs),
    events: () => readInputs(inputs),
    originOf: () => undefined,
    parks: () => true,
    stays: () => undefined,
    onQuarantined: () => {},
    readToEnd: () => {},
    closing: async () => [],
  };
}
