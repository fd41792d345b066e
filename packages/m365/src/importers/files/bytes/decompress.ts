import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { quoted } from '@countersign/core';
import { ImportError } from '../../../errors.ts';
import { ARCHIVE_RATIO_FREE_BYTES, ARCHIVE_RATIO_MAX } from '../../../limits.ts';

export type Compression = 'gzip' | 'zstd' | 'zip' | 'unsupported' | 'none';

const UNSUPPORTED: readonly (readonly number[])[] = [
  [0x42, 0x5a, 0x68], // bzip2
  [0xfd, 0x37, 0x7a, 0x58, 0x5a], // xz
  [0x37, 0x7a, 0xbc, 0xaf], // 7z
  [0x52, 0x61, 0x72, 0x21], // rar
];

/** Recognizes compression by the first bytes. */
export function compressionOf(prefix: Uint8Array): Compression {
  if (startsWith(prefix, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(prefix, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  if (startsWith(prefix, [0x50, 0x4b, 3, 4]) || startsWith(prefix, [0x50, 0x4b, 5, 6]))
    return 'zip';
  return UNSUPPORTED.some((magic) => startsWith(prefix, magic)) ? 'unsupported' : 'none';
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}

/**
 * Decompresses piece by piece. Refuses data that expands far more than audit records do.
 * `packedBytes` returns the bytes on disk spent so far, so that nested layers do not multiply.
 */
export async function* unpack(
  source: AsyncIterable<Uint8Array>,
  packing: 'gzip' | 'zstd',
  name: string,
  packedBytes: () => number,
): AsyncGenerator<Uint8Array, void, void> {
  const unpacker = packing === 'gzip' ? createGunzip(OUT) : createZstdDecompress(OUT);
  let unpacked = 0;
  const feeding = feed(source, unpacker);
  // The failure is checked below; until then it must not count as unhandled.
  feeding.catch(() => {});
  try {
    for await (const piece of unpacker as AsyncIterable<Buffer>) {
      unpacked += piece.length;
      if (isBomb(packedBytes(), unpacked)) throw bomb(name);
      yield piece;
    }
    await feeding;
  } catch (error) {
    if (error instanceof ImportError) throw error;
    const sourceError = await feeding.then(
      () => undefined,
      (e: unknown) => e,
    );
    if (sourceError instanceof ImportError) throw sourceError;
    throw new ImportError(
      'ARCHIVE_DAMAGED',
      `cannot unpack ${quoted(name)} any further: its ${packing} data is damaged or cut; ` +
        'the data before the damage is imported; get the file again',
      { cause: error },
    );
  } finally {
    unpacker.destroy();
    await feeding.catch(() => {});
  }
}

const OUT = { chunkSize: 256 * 1024 };

async function feed(source: AsyncIterable<Uint8Array>, into: Transform): Promise<void> {
  try {
    for await (const piece of source) {
      if (into.destroyed) return;
      if (!into.write(piece)) await whenWritable(into);
    }
    into.end();
  } catch (error) {
    into.destroy(error as Error);
    throw error;
  }
}

/** Resolves when more may be written, or when writing has ended. */
function whenWritable(into: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      into.off('drain', done);
      into.off('close', done);
      resolve();
    };
    into.on('drain', done);
    into.on('close', done);
  });
}

export function isBomb(packedBytes: number, unpackedBytes: number): boolean {
  return (
    unpackedBytes > ARCHIVE_RATIO_FREE_BYTES && unpackedBytes > packedBytes * ARCHIVE_RATIO_MAX
  );
}

export function bomb(name: string): ImportError {
  const most = `more than ${ARCHIVE_RATIO_MAX} times its size`;
  return new ImportError(
    'ARCHIVE_BOMB',
    `refused to unpack ${quoted(name)}: it unpacks to ${most}, which no audit export does; ` +
      'if it is genuine, unpack it yourself and import the files',
  );
}
