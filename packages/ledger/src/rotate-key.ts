import {
  assert,
  type Clock,
  instantOfMs,
  OWN_TENANT,
  type Random,
  type RecordDraft,
} from '@countersign/core';
import { ed25519Signer, type NoteSigner } from '@countersign/tlog';
import { type Disk, nodeFiles } from './disk/disk.ts';
import { LedgerError } from './errors.ts';
import { layout } from './folder/folder-layout.ts';
import { noteKey } from './folder/key-files.ts';
import { formatRotation } from './folder/key-rotation.ts';
import { noLedger, readManifest, writeManifest } from './folder/ledger-manifest.ts';
import type { Ledger } from './ledger.ts';

export type RotationOptions = {
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The path of the current key, if not in `DIR/keys`. */
  readonly keyFile?: string | undefined;
  /** The path of the new key. By default it replaces the old one in `DIR/keys`. */
  readonly toFile?: string | undefined;
  readonly files?: Disk | undefined;
  /** Only checks that the rotation is possible, and creates no key. */
  readonly isPlanOnly?: boolean | undefined;
};

export type RotationResult = {
  readonly entry: number;
  readonly oldVkey: string;
  readonly newVkey: string;
};

/**
 * Rotates the log to a new key. Each step can be repeated after a crash: an Ed25519 signature over
 * the same text is the same, so the entry is not duplicated. The old key signs until
 * `countersign.json` names the new one.
 * @throws LedgerError KEY_MISMATCH, KEY_PERMISSIONS
 */
export async function rotateKey(ledger: Ledger, options: RotationOptions): Promise<RotationResult> {
  const { dir, random, keyFile, toFile } = options;
  const files = options.files ?? nodeFiles;
  const manifest = readManifest(files, dir);
  if (manifest === undefined) throw noLedger(dir);
  if (keyFile !== undefined && toFile === undefined) {
    throw new LedgerError(
      'KEY_MISMATCH',
      'could not rotate the key: it is outside the data folder. Name the file for the new key ' +
        'with --to',
    );
  }
  const old = await signerAt(keyFile ?? layout.noteKey(dir), 'existing');
  if (options.isPlanOnly === true) {
    if (old.key.vkey !== manifest.vkeys.at(-1)) throw rotatedAlready();
    return { entry: -1, oldVkey: old.key.vkey, newVkey: '' };
  }
  const next = await signerAt(toFile ?? layout.nextNoteKey(dir), 'new');
  if (old.key.vkey !== manifest.vkeys.at(-1) || next.key.vkey === old.key.vkey) {
    throw rotatedAlready();
  }
  const [appended] = await ledger.append([
    rotationDraft(manifest.origin, old, next, options.clock),
  ]);
  await ledger.publish();
  // After a crash before this line, the old key keeps signing, and the same command completes the
  // work.
  await writeManifest(files, dir, { ...manifest, vkeys: [...manifest.vkeys, next.key.vkey] });
  // After a crash before this line, the next opening signs the same checkpoint with the new key.
  await ledger.signWith(next);
  // After a crash before this line, the next opening finds the new key beside the old one.
  if (toFile === undefined) files.rename(layout.nextNoteKey(dir), layout.noteKey(dir));
  return { entry: appended?.index ?? -1, oldVkey: old.key.vkey, newVkey: next.key.vkey };

  async function signerAt(path: string, isNew: 'new' | 'existing'): Promise<NoteSigner> {
    const key = await noteKey({ files, dir, random, keyFile: path, isNew });
    return ed25519Signer((manifest as { origin: string }).origin, key);
  }
}

function rotatedAlready(): LedgerError {
  return new LedgerError('KEY_MISMATCH', 'could not rotate the key: it was already rotated');
}

function rotationDraft(
  origin: string,
  old: NoteSigner,
  next: NoteSigner,
  clock: Clock,
): RecordDraft {
  const at = instantOfMs(clock.now());
  assert(at !== undefined, 'the clock shows a time that exists');
  return {
    kind: 'key',
    tenant: OWN_TENANT,
    source: 'countersign/key',
    id: undefined,
    at,
    body: Buffer.from(formatRotation(origin, old, next)),
  };
}
