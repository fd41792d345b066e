import { createHash } from 'node:crypto';

/** A GUID derived from names: the same names always give the same GUID. */
export function guidOf(...names: readonly string[]): string {
  const hex = createHash('sha256').update(names.join(' ')).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** An id like those of grants and assignments: letters, digits, `-` and `_`. */
export function linkIdOf(...names: readonly string[]): string {
  return createHash('sha256').update(names.join(' ')).digest('base64url');
}
