import { open } from 'node:fs/promises';
import { unreadable } from './walk-files.ts';

const READ_BYTES: number = 256 * 1024;

/**
 * The bytes of a file, piece by piece; the next piece is read ahead. The buffers are reused, which
 * spares the garbage collector. A piece is valid until the piece after the next is requested.
 *
 * @throws ImportError NOT_FOUND, UNREADABLE
 */
export async function* readFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    await using file = await open(path);
    const buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(READ_BYTES));
    const read = (turn: number): Promise<Uint8Array> =>
      file
        .read(buffers[turn % buffers.length] as Buffer, 0, READ_BYTES, null)
        .then(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
    let next = read(0);
    for (let turn = 1; ; turn++) {
      const piece = await next;
      if (piece.length === 0) return;
      next = read(turn);
      // Until it is awaited, a failure must not count as unhandled.
      next.catch(() => {});
      yield piece;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The first bytes of a file, enough to recognize an archive. */
export async function readPrefix(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
}
