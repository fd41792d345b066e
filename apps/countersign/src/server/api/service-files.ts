import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceFolder } from '../../operators/operator-state.ts';

const KEY_BYTES = 32;

/** Replies of acts, by their `Idempotency-Key`. */
export function apiFile(dir: string): string {
  return join(serviceFolder(dir), 'api.sqlite');
}

/** The key that signs cursors. It is made once, so that cursors outlive a restart. */
export function cursorKey(dir: string): Uint8Array {
  const file = join(serviceFolder(dir), 'cursor.key');
  if (existsSync(file)) {
    const key = readFileSync(file);
    if (key.length === KEY_BYTES) return key;
  }
  mkdirSync(serviceFolder(dir), { recursive: true, mode: 0o700 });
  const key = randomBytes(KEY_BYTES);
  writeFileSync(`${file}.new`, key, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return key;
}
