import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ForwardingError } from './errors.ts';
import { SOCKET_PATH_BYTES_MAX } from './limits.ts';

export type SocketPath = {
  /** The argument of `bind` and `connect`. */
  readonly path: string;
  /** MUST be called after the socket is closed, because closing removes the file through `path`. */
  release(): void;
};

/**
 * A path to a socket file that fits into the kernel's address, however deep the data folder is: the
 * path itself, else (Linux) through an open descriptor of its folder.
 *
 * @throws ForwardingError SOCKET_PATH if neither fits
 */
export function socketPathOf(path: string): SocketPath {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return { path, release: () => undefined };
  if (process.platform !== 'linux') {
    throw new ForwardingError(
      'SOCKET_PATH',
      `could not create the socket ${path}: a path may have ${SOCKET_PATH_BYTES_MAX} bytes. ` +
        'Choose a data folder with a shorter path',
    );
  }
  const folder = openSync(dirname(path), 'r');
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
