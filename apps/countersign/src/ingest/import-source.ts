import type { RecordDraft, TenantId } from '@countersign/core';
import {
  type DeliveredAs,
  type Document,
  type ImportError,
  type Input,
  inputBytes,
  type ReaderEvent,
  readInputs,
} from '@countersign/m365';

/** What an import reads, and what it tells of it as it goes. */
export interface RunSource {
  /** Bytes of all inputs, for the progress. */
  bytes(): Promise<number>;
  events(): AsyncIterable<ReaderEvent>;
  /** Of documents that are made of what was quarantined before. */
  originOf(document: Document): Origin | undefined;
  /** Whether a file that cannot be read at all is quarantined. */
  parks(error: ImportError): boolean;
  /**
   * Where a quarantined piece stood before, if this is one: it stays as it is. Undefined: it
   * is of a file, and is to be quarantined.
   */
  stays(document: Document, row: number): string | undefined;
  /** A reject lies in the folder of what is quarantined, under this name. */
  onQuarantined(name: string): void;
  /** All of it is durable. */
  readToEnd(document: Document): void;
  /** Entries behind all that was read. */
  closing(): Promise<readonly RecordDraft[]>;
}

export type Origin = {
  readonly quarantinedBy: number | null;
  /** The tenant of records that state none. */
  readonly tenant: TenantId | undefined;
  /** Of what a collector had fetched. */
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
