import { quoted } from '@countersign/core';
import { ImportError } from '../../errors.ts';
import { ARCHIVE_HELD_BYTES_MAX, ARCHIVE_LAYERS_MAX, SNIFF_BYTES } from '../../limits.ts';
import { CustodyDigest } from './bytes/custody-digest.ts';
import { compressionOf, unpack } from './bytes/decompress.ts';
import { Lookahead } from './bytes/lookahead.ts';
import type { ZipPlace } from './bytes/zip.ts';
import type { ReaderEvent } from './chunks/chunk.ts';
import type { ReaderOptions, Source } from './document-source.ts';
import { readDocument } from './read-document.ts';
import { readFile, readPrefix } from './read-file.ts';
import { walk } from './walk-files.ts';

/** An argument of `import`: a file or folder (read in sorted order), or a stream (`-`). */
export type Input =
  | {
      readonly kind: 'path';
      readonly path: string;
      /** A folder that is not entered: the data folder, which holds keys and no exports. */
      readonly except?: string | undefined;
    }
  | { readonly kind: 'stream'; readonly bytes: AsyncIterable<Uint8Array> };

/** Total bytes on disk of all inputs, for progress. Streams count as zero. */
export async function inputBytes(inputs: readonly Input[]): Promise<number> {
  let bytes = 0;
  for (const input of inputs) {
    if (input.kind !== 'path') continue;
    for await (const found of walk(input.path, input.except)) {
      if (found.kind === 'file') bytes += found.size;
    }
  }
  return bytes;
}

/**
 * Reads all inputs, one after the other, in constant memory. A bad input never stops the rest.
 * Reads ahead only one piece of the file.
 */
export async function* readInputs(
  inputs: readonly Input[],
  options: ReaderOptions = {},
): AsyncGenerator<ReaderEvent, void, void> {
  const reader = new Reader(options);
  for (const input of inputs) {
    if (input.kind === 'stream') yield* reader.stream(input.bytes);
    else yield* reader.path(input.path, input.except);
  }
}

class Reader {
  #documents = 0;
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async *path(path: string, except?: string): AsyncGenerator<ReaderEvent, void, void> {
    for await (const found of walk(path, except)) {
      if (found.kind === 'refused') {
        yield { kind: 'refused', name: found.path, error: found.error };
        continue;
      }
      yield* refusing(found.path, this.#file(found.path, found.size));
    }
  }

  async *stream(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReaderEvent, void, void> {
    const disk = new CustodyDigest(() => bytes, 'once');
    const source: Source = {
      name: '-',
      path: '-',
      member: undefined,
      disk,
      packedBytes: () => disk.bytesRead,
    };
    yield* refusing('-', this.#document(source, disk.read()));
  }

  async *#file(path: string, size: number): AsyncGenerator<ReaderEvent, void, void> {
    if (size === 0) throw empty(path);
    const disk = new CustodyDigest(() => readFile(path), 'rereadable');
    if (compressionOf(await readPrefix(path)) === 'zip') {
      const whole = { name: path, path, member: undefined, disk, packedBytes: () => size };
      yield* this.#zip({ kind: 'file', path }, whole, 0);
    } else {
      const source: Source = {
        name: path,
        path,
        member: undefined,
        disk,
        packedBytes: () => disk.bytesRead,
      };
      yield* this.#document(source, disk.read());
    }
  }

  /** `layers`: the number of archives around the members of this one. */
  async *#zip(
    place: ZipPlace,
    archive: Source,
    layers: number,
  ): AsyncGenerator<ReaderEvent, void, void> {
    const diskBytes = archive.packedBytes();
    const { openZip } = await import('./bytes/zip.ts');
    const zip = await openZip(place, diskBytes);
    try {
      if (zip.members.length === 0) throw empty(archive.name);
      for (const { name: member, packedBytes, open: openMember } of zip.members) {
        const source: Source = {
          ...archive,
          name: `${archive.name}/${member}`,
          member: archive.member === undefined ? member : `${archive.member}/${member}`,
          packedBytes: () => Math.min(packedBytes, diskBytes),
        };
        yield* refusing(source.name, this.#member(source, openMember, layers));
      }
    } finally {
      zip.close();
    }
  }

  async *#member(
    source: Source,
    openMember: () => Promise<AsyncIterable<Uint8Array>>,
    layers: number,
  ): AsyncGenerator<ReaderEvent, void, void> {
    yield* this.#document(source, await openMember(), layers);
  }

  async *#document(
    source: Source,
    bytes: AsyncIterable<Uint8Array>,
    layers = 0,
  ): AsyncGenerator<ReaderEvent, void, void> {
    const lookahead = new Lookahead(bytes);
    try {
      yield* this.#packed(source, lookahead, layers);
    } finally {
      // A refused input would keep its file open.
      await lookahead.close();
    }
  }

  async *#packed(
    source: Source,
    lookahead: Lookahead,
    layers: number,
  ): AsyncGenerator<ReaderEvent, void, void> {
    const prefix = await lookahead.peek(SNIFF_BYTES);
    const packing = compressionOf(prefix);
    if (packing === 'gzip' || packing === 'zstd') {
      if (layers >= ARCHIVE_LAYERS_MAX) throw nested(source.name);
      yield* this.#document(
        source,
        unpack(lookahead.rest(), packing, source.name, source.packedBytes),
        layers + 1,
      );
    } else if (packing === 'zip') {
      if (layers >= ARCHIVE_LAYERS_MAX) throw nested(source.name);
      const bytes = await held(lookahead.rest(), source);
      yield* this.#zip({ kind: 'held', name: source.name, bytes }, source, layers + 1);
    } else if (packing !== 'none') {
      throw nested(source.name);
    } else {
      const documentId = this.#documents;
      for await (const event of readDocument(documentId, source, lookahead, this.#options)) {
        this.#documents = documentId + 1;
        yield event;
      }
    }
  }
}

/** An input that cannot be read at all becomes an event, so that the rest continues. */
async function* refusing(
  name: string,
  events: AsyncGenerator<ReaderEvent, void, void>,
): AsyncGenerator<ReaderEvent, void, void> {
  try {
    yield* events;
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    yield { kind: 'refused', name, error };
  }
}

function empty(name: string): ImportError {
  return new ImportError(
    'EMPTY',
    `nothing to read in ${quoted(name)}: it is empty; export it again`,
  );
}

/** All bytes of an archive that can only be read from its end. */
async function held(pieces: AsyncIterable<Uint8Array>, { name }: Source): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > ARCHIVE_HELD_BYTES_MAX) throw tooLargeToHold(name);
    // A copy, because sources reuse their buffers.
    parts.push(Buffer.from(piece));
  }
  return Buffer.concat(parts);
}

function tooLargeToHold(name: string): ImportError {
  const what = name === '-' ? 'standard input' : quoted(name);
  const most = `${ARCHIVE_HELD_BYTES_MAX / 1024 / 1024} MiB`;
  return new ImportError(
    'ARCHIVE_UNSUPPORTED',
    `cannot unpack ${what}: a ZIP is read from its end, and this one, within a pipe or another ` +
      `archive, is larger than ${most}; save it to a file and import that`,
  );
}

function nested(name: string): ImportError {
  return new ImportError(
    'ARCHIVE_UNSUPPORTED',
    `cannot unpack ${quoted(name)}: it is an archive of an unsupported kind, or nested too deep; ` +
      'unpack it yourself and import the files',
  );
}
