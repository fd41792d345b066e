export { IntakeError, type IntakeErrorCode } from './errors.ts';
export type {
  Chunk,
  ChunkSink,
  Document,
  DocumentEnd,
  JsonObject,
  ReadContext,
  ReaderEvent,
  Reject,
} from './files/chunk.ts';
export type { Completeness } from './files/completeness.ts';
export { PageTally } from './files/completeness.ts';
export { type Input, inputBytes, readInputs } from './files/open.ts';
export { readChunk } from './files/read-chunk.ts';
