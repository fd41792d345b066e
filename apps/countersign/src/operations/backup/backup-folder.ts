import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { z } from 'zod';
import { invalidInput } from '../definition/errors.ts';

/** The names in a folder of backups, and in one backup. */
export const names = {
  /** The description of a backup. It is written last. */
  manifest: 'backup.json',
  /** The SHA-256 of every other file. */
  checksums: 'SHA256SUMS',
  /** A backup in progress, which the next run continues. */
  partial: '.partial',
  /** The start of the name of an older backup while it is removed. */
  removed: '.removed-',
  lock: '.lock',
} as const;

/** The version of the form of a backup. */
const BACKUP_FORMAT = 1;

export type BackupManifest = {
  readonly format: typeof BACKUP_FORMAT;
  /** The version of Countersign that wrote it. */
  readonly version: string;
  readonly takenAt: string;
  readonly origin: string;
  /** Entries that the checkpoint covers. */
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly vkeys: readonly string[];
  /** Further entries, durable in the journal. */
  readonly journalEntries: number;
  readonly keys: 'included' | 'omitted';
  readonly files: number;
  /** SHA-256 of the list of checksums, in hex. */
  readonly checksums: string;
};

const manifestSchema: z.ZodType<BackupManifest> = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  version: z.string(),
  takenAt: z.string(),
  origin: z.string(),
  size: z.int().min(0),
  root: z.base64(),
  vkeys: z.array(z.string()).min(1),
  journalEntries: z.int().min(0),
  keys: z.enum(['included', 'omitted']),
  files: z.int().min(0),
  checksums: z.string().regex(/^[0-9a-f]{64}$/),
});

export function manifestBytes(manifest: Omit<BackupManifest, 'format'>): Buffer {
  return Buffer.from(`${JSON.stringify({ format: BACKUP_FORMAT, ...manifest }, undefined, 2)}\n`);
}

/** A complete backup. */
export type Backup = { readonly path: string; readonly manifest: BackupManifest };

/** `20261128T174417123Z-3461`: names sort by time. */
export function backupName(takenAt: string, size: number): string {
  return `${takenAt.replaceAll(/[-:.]/g, '')}-${size}`;
}

const NAME = /^\d{8}T\d{9}Z-\d{1,15}$/;

/** The names of the complete backups in a folder, oldest first. */
export async function backupsIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw invalidInput(`could not list the backups in ${folder}: ${messageOf(error)}`, error);
  });
  return found.filter((name) => NAME.test(name)).sort();
}

/**
 * Reads the backup in `folder`, or the latest one below it.
 * @throws OperationError INVALID_INPUT if there is none
 */
export async function openBackup(folder: string): Promise<Backup> {
  const own = await readManifest(folder);
  if (own !== undefined) return { path: folder, manifest: own };
  const latest = (await backupsIn(folder)).at(-1);
  const path = latest === undefined ? undefined : join(folder, latest);
  const manifest = path === undefined ? undefined : await readManifest(path);
  if (path === undefined || manifest === undefined) {
    throw invalidInput(
      `could not find a backup in ${folder}: name a folder that "countersign backup" wrote`,
    );
  }
  return { path, manifest };
}

/** The latest backup in the folder; undefined for the first run. */
export async function latestBackup(folder: string): Promise<Backup | undefined> {
  const name = (await backupsIn(folder)).at(-1);
  return name === undefined ? undefined : openBackup(join(folder, name));
}

async function readManifest(folder: string): Promise<BackupManifest | undefined> {
  const path = join(folder, names.manifest);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalidInput(`could not read ${path}: ${messageOf(error)}`, error);
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const what = formatOf(text);
    throw invalidInput(
      `could not read ${path}: ${what ?? 'it is damaged'}. Use another backup`,
      error,
    );
  }
}

/** A newer version may write another form, and its reader must say so. */
function formatOf(text: string): string | undefined {
  const format = /"format":\s*(\d{1,6})/.exec(text)?.[1];
  if (format === undefined || Number(format) === BACKUP_FORMAT) return undefined;
  return `its format is ${format} and this version of Countersign reads format ${BACKUP_FORMAT}`;
}
