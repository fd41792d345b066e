import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, plural } from '@countersign/core';
import { isByteEqual } from '@countersign/tlog';
import { z } from 'zod';
import { ownPackage } from '../../config/installed-package.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput, OperationError } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import {
  type Backup,
  backupName,
  backupsIn,
  latestBackup,
  manifestBytes,
  names,
} from './backup-folder.ts';
import { syncFolders, writeBytes } from './copy-file.ts';
import { recordBackup } from './record-backup.ts';
import type { WrittenSnapshot } from './write-snapshot.ts';

/** An erasure rewrites at most a few segments, so it ends within minutes. */
const ATTEMPTS_MAX = 60;
const ATTEMPT_PAUSE_MS = 2_000;

/** The newest backup may be damaged, so one more stays. */
const KEPT_DEFAULT = 2;
const KEPT_MAX = 1_000;

type BackupInput = {
  readonly to: string;
  readonly keys: 'include' | 'omit';
  readonly keep: number;
};

export type BackupOutput = {
  readonly backup: string;
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** Durable entries after the checkpoint. */
  readonly journalEntries: number;
  /** Entries that the previous backup does not have; null for the first one. */
  readonly newEntries: number | null;
  readonly files: number;
  /** Files that are hard links to the previous backup. */
  readonly reused: number;
  readonly keys: 'included' | 'omitted';
  /** Older backups that were removed. */
  readonly removed: readonly string[];
  /** The entry about this backup, which the next one has; null: it could not be written. */
  readonly entry: number | null;
};

export const backUp: DocumentOperation<BackupInput, BackupOutput> = {
  name: 'backup',
  summary: 'copy the data folder while it is in use',
  description:
    'Copies everything that cannot be derived, as of one checkpoint, while other processes ' +
    'write. Each backup is a complete data folder. Files that did not change since the last ' +
    'backup are hard links to it. An interrupted backup continues with the same command. The ' +
    'ledger records each backup, except while it cannot be written.',
  scope: 'ledger:administer',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    to: field(z.string(), 'the folder of the backups', { value: 'dir', isPath: true }),
    keys: field(
      z.enum(['include', 'omit']).default('omit'),
      'whether to copy the signing key and the local keys',
    ),
    keep: field(
      z.int().min(1).max(KEPT_MAX).default(KEPT_DEFAULT),
      'how many backups to keep; older ones are removed',
      { value: 'count' },
    ),
  }),
  output: z.strictObject({
    backup: z.string(),
    origin: z.string(),
    size: z.int(),
    root: z.base64(),
    journalEntries: z.int(),
    newEntries: z.int().nullable(),
    files: z.int(),
    reused: z.int(),
    keys: z.enum(['included', 'omitted']),
    removed: z.array(z.string()),
    entry: z.int().nullable(),
  }),
  examples: [
    {
      summary: 'Back up to another disk',
      input: { to: '/backup/countersign' },
      commandLine: 'backup --to /backup/countersign',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { nodeFiles } = await import('@countersign/ledger/reader');
    const to = resolve(input.to);
    if (`${to}${sep}`.startsWith(`${context.dataDir}${sep}`)) {
      throw invalidInput(`could not back up to ${to}: it is in the data folder; name another disk`);
    }
    await mkdir(to, { recursive: true, mode: 0o700 });
    const lock = nodeFiles.lock(join(to, names.lock));
    if (lock === undefined) {
      throw invalidInput(`could not back up to ${to}: another process backs up to it; wait for it`);
    }
    try {
      const output = await runBackup(context, { ...input, to });
      if (output.keys === 'omitted') context.notice(KEYS_OMITTED);
      return documentResult(output, YES);
    } finally {
      lock.release();
    }
  },
};

const KEYS_OMITTED =
  'The backup has no keys. Keep copies of keys/note.key and keys/local.keys in another safe ' +
  'place: without them, a restored ledger can be read and not continued.';

async function runBackup(context: OperationContext, input: BackupInput): Promise<BackupOutput> {
  const { dataDir, clock } = context;
  const { to, keep, keys } = input;
  const previous = await latestBackup(to);
  const folder = join(to, names.partial);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const written = await writeUntilWhole(context, { ...input, folder, previous, dataDir });
  const { snapshot, files, reused, checksums } = written;
  checkContinues(snapshot, previous);
  const { origin, size, root } = snapshot.checkpoint;
  const takenAt = new Date(clock.now()).toISOString();
  const facts = {
    ...{ origin, size, root: Buffer.from(root).toString('base64') },
    journalEntries: snapshot.journalEntries,
    keys: keys === 'include' ? ('included' as const) : ('omitted' as const),
    files,
  };
  const described = { version: ownPackage().version, takenAt, vkeys: snapshot.vkeys, checksums };
  const newNames = new Set<string>();
  const manifest = manifestBytes({ ...described, ...facts });
  await writeBytes(join(folder, names.manifest), manifest, newNames);
  await syncFolders(newNames);
  const path = join(to, backupName(takenAt, size));
  await rename(folder, path);
  await syncFolders(new Set([to]));
  const removed = await removeOlder(to, keep);
  const newEntries = previous === undefined ? null : size - previous.manifest.size;
  const { root: base64, keys: copied } = facts;
  const record = { size, root: base64, keys: copied, removed: removed.length };
  const entry = await entryAbout(context, record);
  return { backup: path, ...facts, newEntries, reused, removed, entry };
}

/** A ledger that cannot be written is a reason to back it up, so the backup holds all the same. */
async function entryAbout(
  { perform, notice }: OperationContext,
  record: Parameters<typeof recordBackup.run>[1],
): Promise<number | null> {
  try {
    return (await perform(recordBackup, record)).entry;
  } catch (error) {
    notice(`The backup is whole. The ledger has no entry about it: ${messageOf(error)}`);
    return null;
  }
}

async function writeUntilWhole(
  { signal, progress }: OperationContext,
  task: {
    readonly dataDir: string;
    readonly folder: string;
    readonly previous: Backup | undefined;
    readonly keys: 'include' | 'omit';
  },
): Promise<WrittenSnapshot> {
  const { MOVED, writeSnapshot } = await import('./write-snapshot.ts');
  const { dataDir, folder, keys } = task;
  const previous = task.previous?.path;
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
    const copying = { dataDir, folder, keys, previous, signal };
    const written = await writeSnapshot({
      ...copying,
      progress: (files) => progress({ task: 'copying', files }),
    });
    if (written !== MOVED) return written;
    await pause(ATTEMPT_PAUSE_MS, undefined, { signal }).catch((cause: unknown) => {
      throw new OperationError('INTERRUPTED', 'interrupted: run the same command to continue', {
        cause,
      });
    });
  }
  throw invalidInput(
    `could not back up ${dataDir}: an erasure is not finished. Wait for it. If no process is ` +
      'running, start "countersign serve", which finishes it',
  );
}

/** A backup must not replace that of another log, or of a log that has been truncated since. */
function checkContinues(
  { checkpoint, rootAt }: WrittenSnapshot['snapshot'],
  previous: Backup | undefined,
): void {
  if (previous === undefined) return;
  const { origin, size, root } = previous.manifest;
  const before = `the backup ${previous.path}`;
  if (origin !== checkpoint.origin) {
    throw invalidInput(`could not back up: ${before} is of the log ${origin}; name another folder`);
  }
  const isContinued =
    size <= checkpoint.size && isByteEqual(rootAt(size), Buffer.from(root, 'base64'));
  if (isContinued) return;
  const what =
    size > checkpoint.size
      ? `${before} has ${plural(size, 'entry')}, and the ledger has ${checkpoint.size}`
      : `${before} has other entries than the ledger`;
  throw invalidInput(
    `could not back up: ${what}. The ledger was truncated or replaced, so the backup was kept. ` +
      'Investigate, or name another folder',
  );
}

async function removeOlder(to: string, keep: number): Promise<readonly string[]> {
  const older = (await backupsIn(to)).slice(0, -keep);
  // A crash in the middle of a removal must not leave half a folder under the name of a backup.
  for (const name of older) await rename(join(to, name), join(to, `${names.removed}${name}`));
  for (const name of await readdir(to)) {
    if (name.startsWith(names.removed)) await rm(join(to, name), { recursive: true });
  }
  return older;
}
