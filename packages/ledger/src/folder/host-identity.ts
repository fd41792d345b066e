import { dirname, join } from 'node:path';
import { sha256 } from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { LedgerError } from '../errors.ts';
import { MANIFEST_BYTES_MAX } from '../limits.ts';
import { layout } from './folder-layout.ts';

/**
 * A data folder that was restored from a copy lacks the entries appended after the copy. Appending
 * to it would sign a second history. So the folder stores the machine, and the inode of the file
 * that stores it: a copy has another inode. The file is recreated at every opening and closing, so
 * that an older copy never matches. Disks reuse the numbers of removed files, so the file's
 * creation time is stored too.
 */
type HostFacts = { readonly machine: string; readonly inode: string; readonly madeNs: string };

/**
 * Returns true if the folder was last written on this machine, and not restored or copied since.
 */
export function isAtHome(files: Disk, dir: string): boolean {
  const path = layout.hostFacts(dir);
  const bytes = readWholeFile(files, path, MANIFEST_BYTES_MAX);
  // Backups often omit DIR/run: a missing file means a restored folder.
  if (bytes === undefined) return false;
  const file = files.open(path, 'read');
  try {
    const said = parse(bytes);
    if (said?.machine !== machine(files) || said.inode !== String(files.inode(file))) return false;
    const { madeNs, changedNs } = files.times(file);
    // If a disk does not know the creation time, Node gives the last change, or 0.
    const isKnown = madeNs !== 0n && madeNs !== changedNs;
    return !isKnown || said.madeNs === String(madeNs);
  } finally {
    files.close(file);
  }
}

export async function writeHostFacts(files: Disk, dir: string): Promise<void> {
  const path = layout.hostFacts(dir);
  const staged = join(layout.staging(dir), 'host.json');
  const file = files.open(staged, 'create');
  try {
    const facts: HostFacts = {
      machine: machine(files),
      inode: String(files.inode(file)),
      madeNs: String(files.times(file).madeNs),
    };
    files.write(file, [Buffer.from(`${JSON.stringify(facts)}\n`)], 0);
    await files.sync(file);
  } finally {
    files.close(file);
  }
  files.rename(staged, path);
  await files.syncFolder(dirname(path));
}

export function restoredFolder(dir: string): LedgerError {
  return new LedgerError(
    'RESTORED_FOLDER',
    `could not append to the ledger in ${dir}: the folder was copied or restored, so entries may ` +
      'be missing at its end; compare it with its witnesses, or give --accept-fork',
    { data: { dir } },
  );
}

function parse(bytes: Buffer): Partial<HostFacts> | undefined {
  try {
    return JSON.parse(bytes.toString('utf8')) as Partial<HostFacts>;
  } catch {
    return undefined;
  }
}

/** A digest, because machine-id(5) says not to expose the id itself. */
function machine(files: Disk): string {
  const id =
    readWholeFile(files, '/etc/machine-id', MANIFEST_BYTES_MAX)?.toString('utf8').trim() ?? '';
  return sha256(Buffer.from(`countersign host\n${id}`)).toString('hex', 0, 16);
}
