import { quoted } from '@countersign/core';
import { ImportError } from '../../errors.ts';
import { SNIFF_BYTES } from '../../limits.ts';
import type { DiskFacts } from './bytes/custody-digest.ts';
import type { Lookahead } from './bytes/lookahead.ts';
import { encodingOf, Utf8Text } from './bytes/text-encoding.ts';
import type { Document, DocumentEnd, ReaderEvent } from './chunks/chunk.ts';
import type { Framer } from './chunks/framer.ts';
import type { ReaderOptions, Source } from './document-source.ts';
import { type DetectedFormat, sniff } from './sniff-format.ts';
import { Splitter, type SplitterItem } from './splitter.ts';

/**
 * Reads one text: detects its format, then yields its records in chunks.
 *
 * @throws ImportError before the first event if nothing can be read
 */
export async function* readDocument(
  documentId: number,
  source: Source,
  bytes: Lookahead,
  options: ReaderOptions,
): AsyncGenerator<ReaderEvent, void, void> {
  const prefix = await bytes.peek(SNIFF_BYTES);
  if (prefix.length === 0) throw refusalError('empty', source.name);
  const encoding = encodingOf(prefix);
  const isWhole = bytes.isWhole ? 'whole' : 'part';
  const sniffed = sniff(Buffer.from(new Utf8Text(encoding).push(prefix)), isWhole);
  const { name, path, member } = source;
  if (sniffed.kind === 'message') {
    const document = { documentId, name, path, member, container: 'message', encoding } as const;
    // 70 modules of MIME, character sets and HTML, which most imports do not need.
    const { readMessageDocument } = await import('./message-document.ts');
    yield* readMessageDocument(document, source, bytes);
    return;
  }
  if (sniffed.kind !== 'records') throw refusalError(sniffed.kind, name);
  const { container, framer } = sniffed;
  const document: Document = { documentId, name, path, member, container, encoding };
  let isAnnounced = false;
  function* eventsOf(items: readonly SplitterItem[]): Generator<ReaderEvent> {
    if (!isAnnounced && items.length > 0) {
      isAnnounced = true;
      yield { kind: 'document', document };
    }
    for (const item of items) yield eventOf(item, source);
  }
  const splitter = new Splitter(documentId, framer, options.chunkBytes);
  let failure: ImportError | undefined;
  const text = new Utf8Text(encoding);
  try {
    for await (const piece of bytes.rest()) {
      yield* eventsOf(splitter.push(text.push(piece)));
    }
    yield* eventsOf(splitter.push(text.finish()));
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    failure = error;
  }
  yield* eventsOf(splitter.finish());
  if (!isAnnounced) {
    // No record was read, so the whole file is refused, as after a failure at the first byte.
    if (failure !== undefined) throw failure;
    yield { kind: 'document', document };
  }
  const disk = await source.disk.facts();
  yield { kind: 'end', end: endOf(documentId, disk, framer, splitter, failure) };
}

function eventOf(item: SplitterItem, source: Source): ReaderEvent {
  return item.kind === 'chunk' ? { ...item, diskBytesRead: source.disk.bytesRead } : item;
}

function endOf(
  documentId: number,
  disk: DiskFacts,
  framer: Framer,
  splitter: Splitter,
  failure: ImportError | undefined,
): DocumentEnd {
  const completeness = [...framer.completeness];
  if (failure !== undefined) completeness.push({ kind: 'cut-off', detail: failure.message });
  else if (splitter.rows === 0) completeness.push(NO_ROWS);
  return {
    documentId,
    rows: splitter.rows,
    textBytes: splitter.textBytes,
    diskBytes: disk.bytes,
    sha256: disk.sha256,
    completeness,
    failure,
  };
}

const NO_ROWS = {
  kind: 'empty',
  detail:
    'the export holds no record: the search found nothing, or auditing was off, ' +
    'or the search failed; the file does not state which',
} as const;

function refusalError(
  kind: Exclude<DetectedFormat['kind'], 'records' | 'message'> | 'empty',
  name: string,
): ImportError {
  switch (kind) {
    case 'empty':
      return new ImportError(
        'EMPTY',
        `nothing to read in ${quoted(name)}: it is empty; export it again`,
      );
    case 'blank':
      return new ImportError(
        'BLANK',
        `nothing to read in ${quoted(name)}: it holds only white space`,
      );
    case 'binary':
      return new ImportError(
        'BINARY',
        `cannot read ${quoted(name)}: it is not text; give CSV, JSON or messages (.eml), ` +
          'plain or packed',
      );
    case 'unknown':
      return new ImportError(
        'UNKNOWN_FORMAT',
        `cannot read ${quoted(name)}: it is text, but neither JSON nor CSV with audit or sign-in ` +
          'columns, nor a message; check that it is the export itself',
      );
  }
}
