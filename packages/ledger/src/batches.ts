// The entry point `@countersign/ledger/batches`: all that prepares batches for the ledger of
// another thread, and reads. Such a thread loads a third of the modules of the whole package.
export {
  actionFingerprint,
  type FingerprintBatch,
  fingerprintBatch,
} from './append/fingerprint-batch.ts';
export {
  type BatchAssignment,
  BatchScratch,
  type PreparedBatch,
  prepareBatch,
} from './append/prepare-batch.ts';
export * from './reader.ts';
