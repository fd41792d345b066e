/** Index ranges `[from, to)` of the entries that an erasure names. */
export type ErasedRanges = readonly (readonly [from: number, to: number])[];

/** Where objects are stored. */
export interface LakeStore {
  /**
   * Resolves when the object is durable. An object that exists already has the same records.
   * @throws SinkError
   */
  put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /**
   * Removes the records of these entries from all objects. Returns the objects from which it cannot
   * remove them.
   *
   * @throws SinkError if it is not known
   */
  erase(ranges: ErasedRanges, signal: AbortSignal): Promise<readonly string[]>;
  close(): void;
}
