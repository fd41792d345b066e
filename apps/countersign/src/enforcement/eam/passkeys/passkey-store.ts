import type { PasskeyRecord } from './passkey-record.ts';
import type { PasskeyRegistry } from './passkey-registry.ts';

/** Stores passkeys in the ledger, with a registry of their current state. */
export interface PasskeyStore {
  readonly registry: PasskeyRegistry;
  /**
   * MUST resolve once the record is durable and in the registry, and reject if it is not durable.
   * @throws PolicyError NOT_ACCOUNTED
   */
  append(record: PasskeyRecord): Promise<void>;
  /** Loads records of other nodes. */
  refresh(): Promise<void>;
}
