// The entry point `@countersign/ledger/reader`: all that reads a ledger. A program that only reads
// loads half of the modules of the whole package.
export { type Disk, type FileId, type FolderItem, nodeFiles, type OpenMode } from './disk/disk.ts';
export { bodyCommitment } from './entries/body-commitment.ts';
export { actionKeys, DerivedKeys, type LocalKeys } from './entries/keyed-hash.ts';
export { type Leaf, parseLeaf } from './entries/leaf.ts';
export { LeafParser } from './entries/leaf-parser.ts';
export { type ErasureBody, parseErasure, rangesOf } from './erasure/erasure-body.ts';
export { type HoldBody, type HoldScope, parseHold } from './erasure/hold-body.ts';
export { layout } from './folder/folder-layout.ts';
export { readLocalKeys } from './folder/key-files.ts';
export { retainedCheckpoints } from './folder/retained-checkpoints.ts';
export { type Body, LedgerReader, type ReadEntry, type ScanBatch } from './ledger-reader.ts';
