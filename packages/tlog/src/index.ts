export {
  decodeUtf8,
  formatBase64,
  isByteEqual,
  parseBase64,
  parseHashBase64,
} from './canonical-encoding.ts';
export { TlogError, type TlogErrorCode } from './errors.ts';
export { BUNDLE_BYTES_MAX, NOTE_BYTES_MAX, POLICY_BYTES_MAX } from './limits.ts';
export {
  type Checkpoint,
  type CheckpointTrust,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  type SignedCheckpoint,
} from './log/checkpoint.ts';
export type { EntryBundle } from './log/entry-bundle.ts';
export {
  formatProof,
  type ProofVerdict,
  parseProof,
  quorumOfNote,
  type TlogProof,
  verifyProof,
} from './log/tlog-proof.ts';
export {
  type LogEntry,
  TlogReader,
  type TlogReaderOptions,
  TlogSnapshot,
} from './log/tlog-reader.ts';
export {
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  quorumAnswer,
  type TrustPolicy,
} from './log/trust-policy.ts';
export { type FetchTile, VerifiedTiles } from './log/verified-tiles.ts';
export { BundleBuilder, cutBundle } from './merkle/bundle-builder.ts';
export {
  emptyRoot,
  HASH_BYTES,
  LEAF_PREFIX,
  leafHash,
  nodeHash,
  sha256,
  sha256Into,
} from './merkle/merkle-hash.ts';
export {
  type ConsistencyClaim,
  type InclusionClaim,
  proveConsistency,
  proveInclusion,
  type ReadHash,
  rangeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle/merkle-proof.ts';
export {
  type FullTileSink,
  hashReader,
  MerkleTree,
  type ReadTile,
  tileRoot,
} from './merkle/merkle-tree.ts';
export {
  type BundleId,
  bundlePath,
  decodeBundle,
  edgeTiles,
  encodeBundle,
  entryOffsets,
  parseTilePath,
  TILE_BYTES,
  TILE_WIDTH,
  type TileId,
  type TileResource,
  tilePath,
  tileWidth,
} from './merkle/tile.ts';
export { cosignatureSigner, cosignatureTime, cosignatureVerifier } from './notes/cosignature.ts';
export { ed25519PublicKey } from './notes/ed25519.ts';
export { type SignatureTypes, verifierOf } from './notes/signature-types.ts';
export {
  ed25519Signer,
  ed25519Verifier,
  formatNote,
  formatSignatureLine,
  isSignatureBy,
  type Note,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  type OpenedNote,
  openNote,
  parseNote,
  signNote,
} from './notes/signed-note.ts';
export { isKeyName, parseVkey, SIGNATURE_TYPE, type VerifierKey } from './notes/verifier-key.ts';
export { Witness, type WitnessAnswer, type WitnessOptions } from './witness/witness.ts';
export {
  fetchWitnessed,
  type Submission,
  type SubmissionResult,
  submitCheckpoint,
  type WitnessAddress,
  type WitnessedCheckpoint,
} from './witness/witness-client.ts';
export {
  type ServeWitnessOptions,
  serveWitness,
  type WitnessServer,
} from './witness/witness-server.ts';
export {
  FileWitnessStore,
  type WitnessedState,
  type WitnessStore,
  type WitnessUpdate,
} from './witness/witness-store.ts';
