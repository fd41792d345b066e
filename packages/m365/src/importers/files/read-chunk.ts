import type { Chunk, ChunkSink, ReadContext } from './chunks/chunk.ts';
import { CsvReader } from './csv/csv-reader.ts';
import { JsonReader } from './json/json-reader.ts';

/**
 * Reads every record of a chunk: pure and synchronous, for worker threads. Bodies are views of the
 * chunk's bytes, or of memory made for this chunk. Each span gives at least one record or reject.
 * Records that share a line of JSON share its row number.
 */
export function readChunk(chunk: Chunk, context: ReadContext, sink: ChunkSink): void {
  const reader =
    chunk.form === 'csv'
      ? new CsvReader(chunk, context, sink)
      : new JsonReader(chunk, context, sink);
  const { spans } = chunk;
  for (let at = 0; at < spans.length; at += 3) {
    const row = chunk.row + (spans[at + 2] as number);
    reader.read(spans[at] as number, spans[at + 1] as number, row);
  }
}
