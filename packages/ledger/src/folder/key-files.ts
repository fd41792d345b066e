import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Random, secretModeProblem } from '@countersign/core';
import type { Disk, FileId } from '../disk/disk.ts';
import { readWholeFile, replaceFile } from '../disk/replace-file.ts';
import type { LocalKeys } from '../entries/keyed-hash.ts';
import { LedgerError } from '../errors.ts';
import { KEY_FILE_BYTES_MAX } from '../limits.ts';
import { layout } from './folder-layout.ts';

const KEY_BYTES = 32;
/** RFC 8410 section 7: the bytes before the 32 bytes of a private key in PKCS #8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export type KeyFolder = {
  readonly files: Disk;
  readonly dir: string;
  readonly random: Random;
  /** The note signing key, if it is not in `DIR/keys`. */
  readonly keyFile?: string | undefined;
  /** Keys are created only for a new ledger: a fresh key for an existing log would be a fork. */
  readonly isNew: 'new' | 'existing';
};

/**
 * The key that signs checkpoints: a private Ed25519 key in PEM (PKCS #8), as `openssl genpkey
 * -algorithm ed25519` writes it.
 * @throws LedgerError MISSING_KEY, MALFORMED_KEY, KEY_PERMISSIONS
 */
export async function noteKey(folder: KeyFolder): Promise<KeyObject> {
  const path = folder.keyFile ?? layout.noteKey(folder.dir);
  const found = readSecret(folder.files, path);
  if (found !== undefined) return parseNoteKey(found, path);
  const secret = folder.random.fill(new Uint8Array(KEY_BYTES));
  const der = Buffer.concat([PKCS8_HEAD, secret]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  await writeSecret(folder, path, Buffer.from(pem));
  return parseNoteKey(Buffer.from(pem), path);
}

/**
 * The keys of ids and fingerprints.
 * @throws LedgerError as {@link noteKey}
 */
export async function localKeys(folder: KeyFolder): Promise<LocalKeys> {
  const path = layout.localKeys(folder.dir);
  const found = readSecret(folder.files, path);
  if (found !== undefined) return parseLocalKeys(found, path);
  const id = folder.random.fill(new Uint8Array(KEY_BYTES));
  const fingerprint = folder.random.fill(new Uint8Array(KEY_BYTES));
  const text = `id ${hex(id)}\nfingerprint ${hex(fingerprint)}\n`;
  await writeSecret(folder, path, Buffer.from(text));
  return { id, fingerprint };
}

/**
 * The local keys for a reader; undefined if they are missing, as in a copy for an auditor.
 * @throws LedgerError MALFORMED_KEY, KEY_PERMISSIONS
 */
export function readLocalKeys(files: Disk, dir: string): LocalKeys | undefined {
  const path = layout.localKeys(dir);
  const found = readSecret(files, path);
  return found === undefined ? undefined : parseLocalKeys(found, path);
}

function parseNoteKey(bytes: Buffer, path: string): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey({ key: bytes, format: 'pem' });
  } catch (cause) {
    throw malformed(path, 'it is not a private key in PEM', cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw malformed(path, 'it is not an Ed25519 key');
  return key;
}

function parseLocalKeys(bytes: Buffer, path: string): LocalKeys {
  const match = /^id ([0-9a-f]{64})\nfingerprint ([0-9a-f]{64})\n$/.exec(bytes.toString('latin1'));
  if (match === null) throw malformed(path, 'it does not hold the two local keys');
  return {
    id: new Uint8Array(Buffer.from(match[1] ?? '', 'hex')),
    fingerprint: new Uint8Array(Buffer.from(match[2] ?? '', 'hex')),
  };
}

/** Returns undefined if the file does not exist. */
function readSecret(files: Disk, path: string): Buffer | undefined {
  const bytes = readWholeFile(files, path, KEY_FILE_BYTES_MAX);
  if (bytes === undefined) return undefined;
  checkMode(files, path);
  return bytes;
}

/** @throws LedgerError KEY_PERMISSIONS */
function checkMode(files: Disk, path: string): void {
  const file: FileId = files.open(path, 'read');
  const mode = files.mode(file);
  files.close(file);
  const problem = secretModeProblem(mode);
  if (problem === undefined) return;
  throw new LedgerError(
    'KEY_PERMISSIONS',
    `could not use the key ${path}: ${problem}; run chmod 600 ${path}`,
    { data: { path, mode } },
  );
}

/**
 * Checks every secret of the data folder, including those of other stages. A secret that every user
 * of the machine can read is not secret.
 * @throws LedgerError KEY_PERMISSIONS
 */
export function checkSecretModes(files: Disk, dir: string): void {
  const folders = [layout.keys(dir)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name, kind } of files.list(folder)) {
      const path = join(folder, name);
      if (kind === 'folder') folders.push(path);
      else if (kind === 'file') checkMode(files, path);
    }
  }
}

async function writeSecret(folder: KeyFolder, path: string, bytes: Buffer): Promise<void> {
  if (folder.isNew === 'existing') {
    throw new LedgerError(
      'MISSING_KEY',
      `could not open the ledger in ${folder.dir} for writing: its key ${path} is missing; ` +
        'restore it, or name the file that holds it with --key',
      { data: { path } },
    );
  }
  if (dirname(path) === layout.keys(folder.dir)) {
    await replaceFile(folder.files, { dir: folder.dir, path }, bytes);
    return;
  }
  // The file is outside the folder, maybe on another disk, where a rename is impossible.
  const { files } = folder;
  files.makeFolder(dirname(path));
  const file = files.open(path, 'create');
  try {
    files.write(file, [bytes], 0);
    await files.sync(file);
  } finally {
    files.close(file);
  }
  await files.syncFolder(dirname(path));
}

function malformed(path: string, what: string, cause?: unknown): LedgerError {
  const message = `could not use the key ${path}: ${what}; restore the file from a copy`;
  return new LedgerError('MALFORMED_KEY', message, { cause, data: { path } });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
