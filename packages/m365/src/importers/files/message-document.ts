import { readMessage } from '../messages/read-message.ts';
import type { Lookahead } from './bytes/lookahead.ts';
import type { Chunk, Document, ReaderEvent } from './chunks/chunk.ts';
import type { Source } from './document-source.ts';

/**
 * A file with one message. Its content becomes JSON records, each with the whole file as its locus.
 *
 * @throws ImportError before the first event if nothing can be read
 */
export async function* readMessageDocument(
  document: Document,
  source: Source,
  bytes: Lookahead,
): AsyncGenerator<ReaderEvent, void, void> {
  const message = await readMessage(bytes.rest(), source.name);
  const bodies = message.rows.map((row) => Buffer.from(JSON.stringify(row)));
  yield { kind: 'document', document };
  yield {
    kind: 'chunk',
    chunk: chunkOf(document.documentId, bodies, message.bytes),
    diskBytesRead: source.disk.bytesRead,
  };
  const disk = await source.disk.facts();
  yield {
    kind: 'end',
    end: {
      documentId: document.documentId,
      rows: bodies.length,
      textBytes: message.bytes,
      diskBytes: disk.bytes,
      sha256: disk.sha256,
      completeness: message.unread.map((detail) => ({ kind: 'cut-off', detail })),
      failure: undefined,
    },
  };
}

function chunkOf(documentId: number, bodies: readonly Buffer[], textBytes: number): Chunk {
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  // Not from Buffer's pool: the memory moves to another thread with the chunk.
  const bytes = Buffer.allocUnsafeSlow(length);
  const spans: number[] = [];
  let at = 0;
  for (const [row, body] of bodies.entries()) {
    body.copy(bytes, at);
    spans.push(at, at + body.length, row);
    at += body.length;
  }
  return {
    documentId,
    form: 'json',
    bytes: new Uint8Array(bytes.buffer, 0, length),
    spans: Int32Array.from(spans),
    offset: 0,
    row: 1,
    columns: [],
    delimiter: 0,
    madeOfBytes: textBytes,
  };
}
