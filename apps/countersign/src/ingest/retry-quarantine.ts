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
} from '@countersign/m365/files';
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
 * Reads the quarantine again, from the kept bytes or else from the original file.
 *
 * Readable input becomes an entry, or a duplicate of one, and leaves the quarantine. Collector
 * windows that lacked nothing else become complete. Files leave only after their content is
 * durable, so after a crash the same call continues.
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

/** A quarantine file without its bytes, because there may be millions. */
type Piece = {
  readonly name: string;
  readonly file: string;
  readonly import: number | null;
  readonly tenant: string | null;
  readonly at: string;
  /**
   * - `bytes`  parse the kept bytes
   * - `file`   read the original file again
   * - `never`  a collector fetched it and no readable bytes were kept
   * - `erased` only the marker of a missing piece remains
   */
  readonly from: 'bytes' | 'file' | 'never' | 'erased';
  readonly collected: CollectedPiece | undefined;
};

class Retry implements RunSource {
  readonly #writer: LedgerWriter;
  readonly #pieces: readonly Piece[];
  readonly #files: ReadonlySet<string>;
  /** The pieces of each document that was built from kept bytes. */
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

  /** A missing file is not a new reject: its quarantine file exists already. */
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

  /** Names of all files that could be read now. */
  settled(): string[] {
    // A piece of an archive counts as read if its member was read.
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

  /** `row`: the piece's position within its document. */
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
      // Copy the bytes, because they move to another thread.
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

/** Collected contents are always JSON. */
const AS_COLLECTED: Omit<ReadAs, 'tenant'> = { form: 'json', columns: [], delimiter: 0 };

/** Marks a file that was unreadable as a whole. Like collected input, it has no import. */
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

/** Returns `a/b.zip/c.csv`, `a/b.zip` and `a` for the first. */
function withParents(name: string): string[] {
  const parents: string[] = [name];
  for (let path = name; path !== dirname(path); path = dirname(path)) parents.push(dirname(path));
  return parents;
}

/** The archive's path for a member; the original path for a missing file. */
function pathOf(file: string): string {
  for (let path = file; path !== dirname(path); path = dirname(path)) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) return stats.isFile() || path === file ? path : file;
  }
  return file;
}

/** `NOT_FOUND`: the quarantine file stays as it is. */
function nothingWasKept(): ImportError {
  return new ImportError(
    'NOT_FOUND',
    'it stays quarantined: no part of it that could hold a record was kept',
  );
}

function streamIsGone(): ImportError {
  return new ImportError(
    'NOT_FOUND',
    'cannot read standard input again: give the unreadable input to import again',
  );
}
