import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Answer, numberText, plural, type Watermark } from '@countersign/core';
import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { invalidInput, OperationError } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import { type Backup, names, openBackup } from './backup-folder.ts';
import { type Checksum, readChecksums } from './checksum-list.ts';
import { copyFile, hashFile, type NewNames, syncFolders, writeBytes } from './copy-file.ts';
import { type DerivedState, deriveState } from './derive-state.ts';

/** Files at a time: enough to hide the latency of a disk. */
const FILES_AT_ONCE = 16;

/** With more threads, the disk is the limit. */
const FSCK_THREADS_MAX = 8;

/** While a restore runs, and until its state is derived. It names the backup. */
const MARK = 'restoring';

/** A folder that has a checkpoint and no manifest cannot be opened. */
const FIRST = 'ledger/checkpoint';
const LAST = 'countersign.json';

type RestoreInput = {
  readonly from: string;
  readonly to: string;
  readonly vkey?: string | undefined;
  readonly key?: string | undefined;
};

export type RestoreOutput = {
  readonly folder: string;
  readonly backup: string;
  readonly takenAt: string;
  readonly origin: string;
  /** Entries of the restored ledger. */
  readonly size: number;
  /** Time of its last entry; null for an empty ledger. */
  readonly lastEntryAt: string | null;
  readonly files: number;
  /** Whether all derived state exists; `false` if the keys are missing. */
  readonly derived: boolean;
  /** Whether the ledger ended with this backup: the answer of its witnesses. */
  readonly complete: Answer;
};

export const restore: DocumentOperation<RestoreInput, RestoreOutput> = {
  name: 'restore',
  summary: 'restore a backup to a new data folder, and verify it',
  description:
    'Copies a backup to an empty folder. Verifies the hash of every file, then the signature of ' +
    'the checkpoint, every tile and every body, and rebuilds all derived state. The restored ' +
    'folder refuses to append until you decide how to continue (--accept-fork), because entries ' +
    'after the backup are missing. An interrupted restore continues with the same command.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    from: field(z.string(), 'a folder of backups, or one backup', { value: 'dir', isPath: true }),
    to: field(z.string(), 'the new data folder', { value: 'dir', isPath: true }),
    vkey: field(z.string().optional(), 'the key of the log, from a source outside the backup', {
      value: 'vkey',
    }),
    key: field(z.string().optional(), 'the signing key, if the backup has none', {
      value: 'file',
      isPath: true,
    }),
  }),
  output: z.strictObject({
    folder: z.string(),
    backup: z.string(),
    takenAt: z.string(),
    origin: z.string(),
    size: z.int(),
    lastEntryAt: z.string().nullable(),
    files: z.int(),
    derived: z.boolean(),
    complete: z.looseObject({ kind: z.enum(['yes', 'no', 'unknown']) }),
  }),
  examples: [
    {
      summary: 'Restore the latest backup',
      input: { from: '/backup/countersign', to: '/var/lib/countersign' },
      commandLine: 'restore --from /backup/countersign --to /var/lib/countersign',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const backup = await openBackup(resolve(input.from));
    const folder = resolve(input.to);
    await claim(folder, backup);
    const files = await copyBack(context, backup, folder);
    await verifyLedger(context, folder, input.vkey);
    const state = await deriveState(context, folder, input.key);
    await rm(join(folder, 'run', MARK), { force: true });
    for (const notice of noticesOf(state, backup, folder)) context.notice(notice);
    const { takenAt, origin } = backup.manifest;
    const output: RestoreOutput = {
      ...{ folder, backup: backup.path, takenAt, origin, files },
      size: state.size,
      lastEntryAt: state.lastEntryAt ?? null,
      derived: state.kind === 'derived',
      complete: state.complete,
    };
    return documentResult(output, YES);
  },
};

/** Refuses a folder in use. A folder that the same restore began is continued. */
async function claim(folder: string, { path, manifest }: Backup): Promise<void> {
  const mark = join(folder, 'run', MARK);
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const begun = existsSync(mark) ? await readFile(mark, 'utf8') : undefined;
  if (begun === manifest.checksums && !(await isOtherLog(folder, manifest.origin))) return;
  // An empty volume has this folder.
  if (found.some((name) => name !== 'lost+found')) {
    const what =
      begun === undefined ? 'it is not empty' : `another restore than that of ${path} began in it`;
    throw invalidInput(`could not restore to ${folder}: ${what}; name an empty folder`);
  }
  const newNames: NewNames = new Set();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeBytes(mark, Buffer.from(manifest.checksums), newNames);
  await syncFolders(newNames.add(folder).add(dirname(folder)));
}

/** Another command may have begun a ledger in the folder before the first file was restored. */
async function isOtherLog(folder: string, origin: string): Promise<boolean> {
  const path = join(folder, LAST);
  if (!existsSync(path)) return false;
  return (JSON.parse(await readFile(path, 'utf8')) as { origin?: unknown }).origin !== origin;
}

/** Copies and verifies every file; returns their number. */
async function copyBack(
  context: OperationContext,
  { path, manifest }: Backup,
  folder: string,
): Promise<number> {
  const list = join(path, names.checksums);
  if ((await hashFile(list)) !== manifest.checksums) throw damaged(path, names.checksums);
  const newNames: NewNames = new Set();
  const copier = new Copier(path, folder, newNames);
  const ends = new Map<string, Checksum>();
  let group: Checksum[] = [];
  let files = 0;
  const flush = async (): Promise<void> => {
    if (context.signal.aborted) throw interrupted();
    await Promise.all(group.map((file) => copier.copy(file)));
    files += group.length;
    group = [];
    context.progress({ task: 'restoring', files, filesTotal: manifest.files });
  };
  for await (const file of readChecksums(list)) {
    if (file.path === FIRST || file.path === LAST) ends.set(file.path, file);
  }
  const [first, last] = [ends.get(FIRST), ends.get(LAST)];
  if (first === undefined || last === undefined) throw damaged(path, names.checksums);
  group = [first];
  await flush();
  for await (const file of readChecksums(list)) {
    if (ends.has(file.path)) continue;
    group.push(file);
    if (group.length >= FILES_AT_ONCE) await flush();
  }
  await flush();
  await syncFolders(newNames);
  // A crash before this leaves a folder that no command opens.
  group = [last];
  await flush();
  await syncFolders(newNames);
  if (files !== manifest.files) throw damaged(path, names.checksums);
  return files;
}

class Copier {
  readonly #from: string;
  readonly #to: string;
  readonly #names: NewNames;

  constructor(from: string, to: string, newNames: NewNames) {
    this.#from = from;
    this.#to = to;
    this.#names = newNames;
  }

  async copy({ path, sha256 }: Checksum): Promise<void> {
    const [from, to] = [join(this.#from, path), join(this.#to, path)];
    if ((await hashFile(to)) === sha256) return;
    const copied = await copyFile({ from, to }, this.#names);
    if (copied === sha256) return;
    await rm(to, { force: true });
    throw damaged(this.#from, path);
  }
}

function damaged(backup: string, path: string): OperationError {
  return invalidInput(
    `could not restore ${backup}: ${path} is missing or changed since the backup. Use another ` +
      'backup: give its folder to --from',
  );
}

function interrupted(): OperationError {
  return new OperationError('INTERRUPTED', 'interrupted: run the same command to continue');
}

/** Hashes show that the backup is unchanged. This shows that it is a whole ledger of its key. */
async function verifyLedger(
  { progress }: OperationContext,
  folder: string,
  vkey: string | undefined,
): Promise<void> {
  const { fsck } = await import('@countersign/ledger');
  const { ok, problems } = await fsck({
    dir: folder,
    threads: Math.min(FSCK_THREADS_MAX, availableParallelism()),
    vkey,
    onProgress: (files, filesTotal) => progress({ task: 'checking', files, filesTotal }),
  });
  if (ok) return;
  const [first] = problems;
  throw invalidInput(
    `could not restore: the ledger in the backup has ${plural(problems.length, 'problem')}, ` +
      `first ${first?.path}: ${first?.what}. Use another backup`,
  );
}

function noticesOf(state: DerivedState, { manifest }: Backup, folder: string): readonly string[] {
  const notices = [`Entries after ${manifest.takenAt} are not in the backup. ${lossText(state)}`];
  if (state.kind === 'keys-missing') {
    notices.push(
      `State was not derived, because ${state.because}. Put note.key and local.keys into ` +
        `${join(folder, 'keys')}, then run the same command again`,
    );
  }
  if (state.complete.kind !== 'yes') {
    notices.push(
      'The folder refuses to append. Before you give --accept-fork, read ' +
        'docs/how-to/back-up-and-restore.md: a second history under the same key is visible to ' +
        'every auditor who has a later checkpoint',
    );
  }
  return notices;
}

function lossText({ complete, size }: DerivedState): string {
  const asOf = (watermark: Watermark): string => numberText(watermark.size);
  switch (complete.kind) {
    case 'yes':
      return `Its witnesses have seen no more than its ${plural(size, 'entry')}.`;
    case 'no':
      return `${complete.because.map(({ text }) => text).join('; ')}.`;
    case 'unknown':
      return `Whether there were more than ${asOf(complete.asOf)} cannot be told: ${complete.because
        .map(({ text }) => text)
        .join('; ')}.`;
  }
}
