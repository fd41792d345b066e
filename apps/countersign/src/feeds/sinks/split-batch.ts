/** A record in the form of its receiver. */
export type EncodedRecord = { readonly index: number; readonly text: string };

export type BatchLimit = {
  readonly records: number;
  readonly bytes: number;
  /** Octets that the body needs beyond its records: brackets, or none. */
  readonly frameBytes: number;
  /** Octets between two records. */
  readonly separatorBytes: number;
};

/**
 * Divides records into bodies within the limit, in order. A record that is larger alone has its own
 * body: only the receiver can tell whether it takes it.
 */
export function splitBatch(
  records: readonly EncodedRecord[],
  { records: recordsMax, bytes: bytesMax, frameBytes, separatorBytes }: BatchLimit,
): EncodedRecord[][] {
  const batches: EncodedRecord[][] = [];
  let batch: EncodedRecord[] = [];
  let bytes = frameBytes;
  for (const record of records) {
    const recordBytes = Buffer.byteLength(record.text);
    const grown = bytes + recordBytes + (batch.length === 0 ? 0 : separatorBytes);
    if (batch.length > 0 && (grown > bytesMax || batch.length >= recordsMax)) {
      batches.push(batch);
      batch = [];
    }
    bytes = batch.length === 0 ? frameBytes + recordBytes : grown;
    batch.push(record);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
