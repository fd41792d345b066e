import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TenantId } from '../core/index.ts';
import {
  type Document,
  type Input,
  IntakeError,
  inputBytes,
  type ReaderEvent,
  readInputs,
} from '../intake/index.ts';
import type { Origin, RunOptions, RunSource } from './import.ts';
import { type ImportReport, runImport } from './import.ts';
import { listParked, type ParkedFile, type ReadAs, readParked, removeParked } from './parked.ts';
import type { Writer } from './writer.ts';

/**
 * Reads again what was parked: from the bytes that were kept, else from the file if it is still
 * there. What can be read now is an entry, or a duplicate of one, and leaves the folder; what
 * cannot stays as it is. Nothing leaves before what it held is durable: after a crash the same
 * call goes on.
 */
export async function retryParked(writer: Writer, options: RunOptions): Promise<ImportReport> {
  const retry = new Retry(writer.dir);
  const report = await runImport(writer, options, retry);
  removeParked(writer.dir, retry.settled());
  return report;
}

/** A parked file, less its bytes: there may be millions. */
type Piece = {
  readonly name: string;
  readonly file: string;
  readonly import: number | null;
  readonly tenant: string | null;
  /** Where its bytes stood; null where the file has to be read again. */
  readonly place: { readonly row: number; readonly offset: number } | null;
};

class Retry implements RunSource {
  readonly #dir: string;
  readonly #pieces: readonly Piece[];
  readonly #files: ReadonlySet<string>;
  /** The pieces of the documents that are made of what was kept. */
  readonly #made = new Map<Document, readonly Piece[]>();
  /** Names of pieces, and of documents, that were read to their end. */
  readonly #readPieces = new Set<string>();
  readonly #readDocuments = new Set<string>();
  readonly #parkedAgain = new Set<string>();
  #bytes = 0;

  constructor(dir: string) {
    this.#dir = dir;
    this.#pieces = Array.from(listParked(dir), pieceOf);
    const unkept = this.#pieces.filter(({ place }) => place === null);
    this.#files = new Set(unkept.map(({ file }) => file));
  }

  async bytes(): Promise<number> {
    return inputBytes(this.#inputs());
  }

  async *events(): AsyncGenerator<ReaderEvent> {
    const kept = this.#pieces.filter(({ place }) => place !== null);
    const groups = Map.groupBy(kept, (piece) => `${piece.import} ${piece.tenant} ${piece.file}`);
    for (const group of groups.values()) yield* this.#eventsOf(group);
    if (this.#files.has('-')) yield { kind: 'refused', name: '-', error: streamIsGone() };
    yield* readInputs(this.#inputs());
  }

  originOf(document: Document): Origin | undefined {
    const [piece] = this.#made.get(document) ?? [];
    if (piece === undefined) return undefined;
    return { parkedBy: piece.import, tenant: (piece.tenant ?? undefined) as TenantId | undefined };
  }

  /** That a file is gone is no news of what was parked of it. */
  parks(error: IntakeError): boolean {
    return error.code !== 'NOT_FOUND';
  }

  parked(name: string): void {
    this.#parkedAgain.add(name);
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
      .filter(({ name, file, place }) =>
        place === null ? read.has(file) : this.#readPieces.has(name),
      )
      .map(({ name }) => name)
      .filter((name) => !this.#parkedAgain.has(name));
  }

  *#eventsOf(pieces: readonly Piece[]): Generator<ReaderEvent> {
    const [{ file: name }] = pieces as [Piece];
    const documentId = this.#made.size;
    const form = { container: 'json-sequence', encoding: 'utf-8' } as const;
    const document: Document = { documentId, name, path: name, member: undefined, ...form };
    this.#made.set(document, pieces);
    yield { kind: 'document', document };
    for (const piece of pieces) yield this.#chunkOf(documentId, piece);
    const end = { documentId, rows: pieces.length, textBytes: 0, diskBytes: 0, sha256: '' };
    yield { kind: 'end', end: { ...end, completeness: [], failure: undefined } };
  }

  #chunkOf(documentId: number, { name, place }: Piece): ReaderEvent {
    const { bytes, parked } = readParked(this.#dir, name);
    const { form, columns, delimiter } = parked.readAs as ReadAs;
    const { row, offset } = place as NonNullable<Piece['place']>;
    this.#bytes += bytes.length;
    const chunk = {
      documentId,
      form,
      columns,
      delimiter,
      row,
      offset,
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

function pieceOf({ name, parked }: ParkedFile): Piece {
  const { file, bytes, readAs } = parked;
  const match = /^row (\d+), byte (\d+)$/.exec(parked.at);
  const isKept = bytes !== null && readAs !== null && match !== null;
  const place = isKept ? { row: Number(match[1]), offset: Number(match[2]) } : null;
  return { name, file, import: parked.import, tenant: readAs?.tenant ?? null, place };
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

function streamIsGone(): IntakeError {
  return new IntakeError(
    'NOT_FOUND',
    'cannot read standard input again: give what could not be read to import once more',
  );
}
