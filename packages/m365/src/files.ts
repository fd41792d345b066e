// The entry point `@countersign/m365/files`: all that reads exported files. A program that imports
// files, and each of its threads, loads no collector.
export { ImportError, type ImportErrorCode } from './errors.ts';
export type {
  Chunk,
  ChunkSink,
  Document,
  DocumentEnd,
  JsonObject,
  ReadContext,
  ReaderEvent,
  Reject,
} from './importers/files/chunks/chunk.ts';
export { type Completeness, PageTally } from './importers/files/chunks/completeness.ts';
export { Gatherer } from './importers/files/gatherer.ts';
export { readChunk } from './importers/files/read-chunk.ts';
export { type Input, inputBytes, readInputs } from './importers/files/read-inputs.ts';
