import type { Chunk, ChunkSink, ReadContext } from './chunk.ts';

/** Reads every record of a chunk: pure and synchronous, for worker threads. */
export function readChunk(_chunk: Chunk, _context: ReadContext, _sink: ChunkSink): void {}
