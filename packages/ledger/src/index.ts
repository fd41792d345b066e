export type { PublishedCheckpoint } from './append/publisher.ts';
export type { ClockStep } from './append/sequencer.ts';
export {
  type LedgerSnapshot,
  type SnapshotFile,
  snapshotLedger,
} from './backup/ledger-snapshot.ts';
export * from './batches.ts';
export { type Disk, nodeFiles } from './disk/disk.ts';
export type { FileLock } from './disk/file-lock.ts';
export { LedgerError, type LedgerErrorCode } from './errors.ts';
export { type Evidence, type EvidenceItem, encodeEvidence } from './evidence/evidence-file.ts';
export {
  type EvidenceReport,
  type VerifiedItem,
  verifyEvidence,
} from './evidence/verify-evidence.ts';
export { type KeyRotation, openRotation } from './folder/key-rotation.ts';
export { type FsckOptions, fsck } from './fsck/fsck.ts';
export type { FsckReport, Problem } from './fsck/fsck-report.ts';
export { type AppendResult, Ledger, type LedgerOptions } from './ledger.ts';
export type { RecoveryReport } from './open-ledger.ts';
export { type RotationOptions, type RotationResult, rotateKey } from './rotate-key.ts';
export type { CosignResult } from './witness/cosign-checkpoint.ts';
export { setWitnessPolicy } from './witness/witness-policy.ts';
