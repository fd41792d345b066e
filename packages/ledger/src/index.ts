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
export type { PublishedCheckpoint } from './append/publisher.ts';
export type { ClockStep } from './append/sequencer.ts';
export { type Disk, type FileId, type FolderItem, nodeFiles, type OpenMode } from './disk/disk.ts';
export type { FileLock } from './disk/file-lock.ts';
export { actionKeys, type LocalKeys } from './entries/keyed-hash.ts';
export { type Leaf, parseLeaf } from './entries/leaf.ts';
export { LeafParser } from './entries/leaf-parser.ts';
export { type ErasureBody, parseErasure, rangesOf } from './erasure/erasure-body.ts';
export { type HoldBody, type HoldScope, parseHold } from './erasure/hold-body.ts';
export { LedgerError, type LedgerErrorCode } from './errors.ts';
export { type Evidence, type EvidenceItem, encodeEvidence } from './evidence/evidence-file.ts';
export {
  type EvidenceReport,
  type VerifiedItem,
  verifyEvidence,
} from './evidence/verify-evidence.ts';
export { layout } from './folder/folder-layout.ts';
export { readLocalKeys } from './folder/key-files.ts';
export { type KeyRotation, openRotation } from './folder/key-rotation.ts';
export { type FsckOptions, fsck } from './fsck/fsck.ts';
export type { FsckReport, Problem } from './fsck/fsck-report.ts';
export { type AppendResult, Ledger, type LedgerOptions } from './ledger.ts';
export { type Body, LedgerReader, type ScanBatch } from './ledger-reader.ts';

export type { RecoveryReport } from './open-ledger.ts';
export { type RotationOptions, type RotationResult, rotateKey } from './rotate-key.ts';
export type { CosignResult } from './witness/cosign-checkpoint.ts';
export { setWitnessPolicy } from './witness/witness-policy.ts';
