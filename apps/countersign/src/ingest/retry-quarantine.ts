import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RecordDraft, TenantId } from '@countersign/core';
import {
  type Document,
  ImportError,
  type Input,
  inputBytes,
  type ReaderEvent,
  readInputs,
} from '@countersign/m365';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { readAgainEntries } from './collection/recovered-windows.ts';
import { type ImportReport, type RunOptions, runImport } from './import-run.ts';
import type { Origin, RunSource } from './import-source.ts';
import {
  type CollectedPiece,
  listQuarantined,
  type QuarantineFile,
  type ReadAs,
  readQuarantined,
  removeQuarantined,
} from './quarantine/quarantine.ts';

/**
 * Reads the quarantine again: from the bytes that were kept, else from the file if it is still
 * there. What can be read now is an entry, or a duplicate of one, and leaves the folder; what
 * cannot stays as it is. Windows of collectors that were short of nothing else are whole then.
 * Nothing leaves before what it held is durable: after a crash the same call goes on.
 */
export async function retryQuarantined(
  writer: LedgerWriter,
  options: RunOptions,
): Promise<ImportReport> {
  const retry = new Retry(writer);
  const report = await runImport(writer, options, retry);
  removeQuarantined(writer.dir, retry.settled());
  return report;
}

/** A quarantined file, less its bytes: there may be millions. */
type Piece = {
  readonly name: string;
  readonly file: string;
  readonly import: number | null;
  readonly tenant: string | null;
  readonly at: string;
  /**
   * - `bytes`   it is read from what was kept
   * - `file`    its file is read again
   * - `never`   a collector fetched it, and nothing that could be read was kept
   * - `erased`  nothing is left of it but that it is missing
   */
  readonly from: 'bytes' | 'file' | 'never' | 'erased';
  readonly collected: CollectedPiece | undefined;
};

class Retry implements RunSource {
  readonly #writer: LedgerWriter;
  readonly #pieces: readonly Piece[];
  readonly #files: ReadonlySet<string>;
  /** The pieces of the documents that are made of what was kept. */
  readonly #made = new Map<Document, readonly Piece[]>();
  /** Names of pieces, and of documents, that were read to their end. */
  readonly #readPieces = new Set<string>();
  readonly #readDocuments = new Set<string>();
  readonly #quarantinedAgain = new Set<string>();
  #bytes = 0;

  constructor(writer: LedgerWriter) {
    this.#writer = writer;
    this.#pieces = Array.from(listQuarantined(writer.dir), pieceOf);
    const unkept = this.#pieces.filter(({ from }) => from === 'file');
    this.#files = new Set(unkept.map(({ file }) => file));
  }

  async bytes(): Promise<number> {
    return inputBytes(this.#inputs());
  }

  async *events(): AsyncGenerator<ReaderEvent> {
    const kept = this.#pieces.filter(({ from }) => from === 'bytes');
    const groups = Map.groupBy(kept, (piece) => `${piece.import} ${piece.tenant} ${piece.file}`);
    for (const group of groups.values()) yield* this.#eventsOf(group);
    for (const { file: name } of this.#pieces.filter(({ from }) => from === 'never')) {
      yield { kind: 'refused', name, error: nothingWasKept() };
    }
    if (this.#files.has('-')) yield { kind: 'refused', name: '-', error: streamIsGone() };
    yield* readInputs(this.#inputs());
  }

  originOf(document: Document): Origin | undefined {
    const [piece] = this.#made.get(document) ?? [];
    if (piece === undefined) return undefined;
    const tenant = (piece.tenant ?? undefined) as TenantId | undefined;
    return { quarantinedBy: piece.import, tenant, delivered: piece.collected?.delivered };
  }

  /** That a file is gone is no news of what was quarantined of it. */
  parks(error: ImportError): boolean {
    return error.code !== 'NOT_FOUND';
  }

  stays(document: Document, row: number): string | undefined {
    const piece = this.#made.get(document)?.[row - 1];
    if (piece !== undefined) this.#quarantinedAgain.add(piece.name);
    return piece?.at;
  }

  onQuarantined(name: string): void {
    this.#quarantinedAgain.add(name);
  }

  readToEnd(document: Document): void {
    const pieces = this.#made.get(document);
    if (pieces === undefined) this.#readDocuments.add(document.name);
    for (const { name } of pieces ?? []) this.#readPieces.add(name);
  }

  /** Names of all that could be read now. */
  settled(): string[] {
    // An archive is read where its members are.
    const read = new Set([...this.#readDocuments].flatMap(withParents));
    return this.#pieces
      .filter(({ name, file, from }) =>
        from === 'file' ? read.has(file) : this.#readPieces.has(name),
      )
      .map(({ name }) => name)
      .filter((name) => !this.#quarantinedAgain.has(name));
  }

  async closing(): Promise<readonly RecordDraft[]> {
    const settled = new Set(this.settled());
    const pieces = this.#pieces.filter(isOfCollector);
    const collected = (isRead: boolean): CollectedPiece[] =>
      pieces
        .filter(({ name }) => settled.has(name) === isRead)
        .flatMap((piece) => piece.collected ?? []);
    const unknown = pieces.filter((piece) => piece.collected === undefined).length;
    const found = { read: collected(true), left: collected(false), unknown };
    return readAgainEntries(this.#writer, found);
  }

  *#eventsOf(pieces: readonly Piece[]): Generator<ReaderEvent> {
    const [{ file: name }] = pieces as [Piece];
    const documentId = this.#made.size;
    const form = { container: 'json-sequence', encoding: 'utf-8' } as const;
    const document: Document = { documentId, name, path: name, member: undefined, ...form };
    this.#made.set(document, pieces);
    yield { kind: 'document', document };
    for (const [at, piece] of pieces.entries()) yield this.#chunkOf(documentId, piece, at + 1);
    const end = { documentId, rows: pieces.length, textBytes: 0, diskBytes: 0, sha256: '' };
    yield { kind: 'end', end: { ...end, completeness: [], failure: undefined } };
  }

  /** `row`: which of its document's pieces it is. */
  #chunkOf(documentId: number, { name }: Piece, row: number): ReaderEvent {
    const { bytes, item } = readQuarantined(this.#writer.dir, name);
    const { form, columns, delimiter } = item.readAs ?? AS_COLLECTED;
    this.#bytes += bytes.length;
    const chunk = {
      documentId,
      form,
      columns,
      delimiter,
      row,
      offset: 0,
      // Of its own: it moves to another thread.
      bytes: new Uint8Array(bytes),
      spans: Int32Array.of(0, bytes.length, 0),
    };
    return { kind: 'chunk', chunk, diskBytesRead: this.#bytes };
  }

  #inputs(): Input[] {
    const paths = [...this.#files].filter((file) => file !== '-').map(pathOf);
    return [...new Set(paths)].map((path) => ({ kind: 'path', path }));
  }
}

/** Contents are JSON, however they came. */
const AS_COLLECTED: Omit<ReadAs, 'tenant'> = { form: 'json', columns: [], delimiter: 0 };

/** Of a file that could not be read at all: it has no import, as what a collector fetched. */
const WHOLE_FILE = 'whole file';

function pieceOf({ name, item }: QuarantineFile): Piece {
  const { file, at, bytes, readAs, collected } = item;
  const of = { name, file, at, import: item.import, collected };
  const tenant = collected?.delivered.tenant ?? readAs?.tenant ?? null;
  if (item.erased === true) return { ...of, tenant, from: 'erased' };
  const isRecord = bytes !== null && /^(row|record) \d+/.test(at);
  if (isRecord && (readAs !== null || collected !== undefined)) {
    return { ...of, tenant, from: 'bytes' };
  }
  const isFile = collected === undefined && (item.import !== null || at === WHOLE_FILE);
  return { ...of, tenant, from: isFile ? 'file' : 'never' };
}

function isOfCollector({ collected, import: number, at }: Piece): boolean {
  return collected !== undefined || (number === null && at !== WHOLE_FILE);
}

/** `a/b.zip/c.csv`, `a/b.zip`, `a`. */
function withParents(name: string): string[] {
  const parents: string[] = [name];
  for (let path = name; path !== dirname(path); path = dirname(path)) parents.push(dirname(path));
  return parents;
}

/** Of a member of an archive the archive; of what is gone the name that it had. */
function pathOf(file: string): string {
  for (let path = file; path !== dirname(path); path = dirname(path)) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) return stats.isFile() || path === file ? path : file;
  }
  return file;
}

/** `NOT_FOUND`: it is as it was, and quarantined already. */
function nothingWasKept(): ImportError {
  return new ImportError(
    'NOT_FOUND',
    'it stays quarantined: nothing of it was kept that could hold a record',
  );
}

function streamIsGone(): ImportError {
  return new ImportError(
    'NOT_FOUND',
    'cannot read standard input again: give what could not be read to import once more',
  );
}
