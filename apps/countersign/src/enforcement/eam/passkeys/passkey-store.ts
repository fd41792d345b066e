import type { PasskeyRecord } from './passkey-record.ts';
import type { PasskeyRegistry } from './passkey-registry.ts';

/** Where passkeys are kept: in the ledger, with a book of what it says. */
export interface PasskeyStore {
  readonly book: PasskeyRegistry;
  /**
   * MUST resolve when the record is durable and in the book, and reject when it is not durable.
   * @throws AccessError NOT_ACCOUNTED
   */
  keep(record: PasskeyRecord): Promise<void>;
  /** Takes in what others wrote down meanwhile. */
  look(): Promise<void>;
}
