import { assert, type Clock, type Random, ThreadMonitor } from '@countersign/core';
import {
  ed25519Signer,
  emptyRoot,
  isByteEqual,
  type NoteSigner,
  type SignedCheckpoint,
  sha256,
  verifierOf,
} from '@countersign/tlog';
import { Integrator, removePartialsBetween } from './append/integrator.ts';
import { type FrameIntegrator, IntegratorThread } from './append/integrator-thread.ts';
import { Publisher, publishedOf, readCheckpoint } from './append/publisher.ts';
import { ArchiveReader } from './archive/archive-reader.ts';
import type { FingerprintIndex } from './dedup/fingerprint-index.ts';
import { dropFingerprints, openFingerprints } from './dedup/open-fingerprints.ts';
import { type Disk, nodeFiles } from './disk/disk.ts';
import type { FileLock } from './disk/file-lock.ts';
import { makeFolderNoting, syncNewFolders } from './disk/replace-file.ts';
import type { LocalKeys } from './entries/keyed-hash.ts';
import { readSeenMs } from './entries/tile-files.ts';
import { LedgerError } from './errors.ts';
import { layout } from './folder/folder-layout.ts';
import { writeHostFacts } from './folder/host-identity.ts';
import { checkSecretModes, localKeys, noteKey } from './folder/key-files.ts';
import { type LedgerManifest, readManifest, writeManifest } from './folder/ledger-manifest.ts';
import { openKeptList, type RetainedFileList, readKeptList } from './folder/retained-file-list.ts';
import { Journal, type TornTail } from './journal/journal.ts';
import { checkHistory, type HistoryCheck } from './witness/cosign-checkpoint.ts';

export type OpenOptions = {
  readonly dir: string;
  readonly files: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly keyFile?: string | undefined;
  readonly origin?: string | undefined;
  readonly acceptFork?: 'accept' | 'derive' | undefined;
  readonly fingerprints?: 'keep' | 'remake' | undefined;
  readonly integration?: 'timer' | 'manual' | 'thread' | undefined;
  readonly threads?: ThreadMonitor | undefined;
};

/** What an opening found from an earlier process. */
export type RecoveryReport = {
  /** Entries that were durable, and are integrated now. */
  readonly integratedCount: number;
  /** A batch that was written only in part and never acknowledged. */
  readonly torn: TornTail | undefined;
  /** Why the folder was refused, if the caller has accepted that. It calls `adopt` then. */
  readonly acceptedFork: LedgerError | undefined;
};

export type OpenedWriter = {
  readonly files: Disk;
  readonly lock: FileLock;
  readonly localKeys: LocalKeys;
  readonly origin: string;
  readonly journal: Journal;
  readonly integrator: FrameIntegrator;
  readonly publisher: Publisher;
  readonly fingerprints: FingerprintIndex;
  readonly archive: ArchiveReader;
  readonly lastSeenMs: number;
  readonly recovery: RecoveryReport;
};

/** The steps of {@link Ledger.open}. If one fails, the lock is released. */
export async function openWriter(options: OpenOptions): Promise<OpenedWriter> {
  const { files, dir } = options;
  // Check the version before anything is created or changed.
  readManifest(files, dir);
  const folders = new Set<string>();
  for (const folder of [layout.staging, layout.keys, layout.journal, layout.log, layout.bodies]) {
    makeFolderNoting(files, folder(dir), folders);
  }
  const lock = takeLock(files, dir);
  try {
    await syncNewFolders(files, folders);
    return await openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function takeLock(files: Disk, dir: string): FileLock {
  const lock = files.lock(layout.lock(dir));
  if (lock !== undefined) return lock;
  throw new LedgerError(
    'LOCKED',
    `could not write to the ledger in ${dir}: another process is writing to it. Wait until it ` +
      'ends, or stop it',
    { data: { dir } },
  );
}

async function openLocked(options: OpenOptions, lock: FileLock): Promise<OpenedWriter> {
  const { files, dir, clock, threads = new ThreadMonitor() } = options;
  for (const { name } of files.list(layout.staging(dir))) {
    files.remove(`${layout.staging(dir)}/${name}`);
  }
  checkSecretModes(files, dir);
  const { signer, secrets, manifest } = await openIdentity(options);
  const { origin } = manifest;
  const checkpoint = readCheckpoint(files, dir, manifest);
  const acceptedFork = await forkOf(options, { files, dir, manifest, checkpoint });
  if (options.acceptFork !== 'derive' && acceptedFork === undefined) {
    await writeHostFacts(files, dir);
  }
  let integrator: FrameIntegrator = await Integrator.open(files, dir, checkpoint.size);
  const archive = new ArchiveReader(files, dir);
  try {
    checkRoot(dir, integrator, checkpoint);
    const latest = publishedOf(checkpoint);
    const list = keptList(files, dir, manifest);
    const kept = list === 'none' ? NOTHING_KEPT : list === 'changed' ? undefined : list;
    const publisher = new Publisher({ files, dir, signer, clock, latest, kept });
    if (list === 'none') await publisher.list(checkpoint.size);
    const journal = new Journal({ files, dir, origin, random: options.random });
    const recovered = await recover(options, { integrator, publisher, journal });
    const recovery: RecoveryReport = { ...recovered, acceptedFork };
    archive.refresh(integrator.size);
    const identity = sha256(Buffer.concat([Buffer.from(`${origin}\n`), secrets.fingerprint]));
    if (options.fingerprints === 'remake') dropFingerprints(files, dir);
    const fingerprints = await openFingerprints({ files, dir, identity, archive, threads });
    const lastSeenMs = readSeenMs(files, dir, integrator.size);
    if (options.integration === 'thread') {
      assert(files === nodeFiles, 'a thread integrates on the disk of the machine');
      await integrator.close();
      integrator = await IntegratorThread.open({ dir, size: integrator.size }, threads);
    }
    return {
      files,
      lock,
      localKeys: secrets,
      origin,
      journal,
      integrator,
      publisher,
      fingerprints,
      archive,
      lastSeenMs,
      recovery,
    };
  } catch (error) {
    await integrator.close();
    archive.close();
    throw error;
  }
}

const NOTHING_KEPT: RetainedFileList = new Set();

function keptList(
  files: Disk,
  dir: string,
  { origin, vkeys }: LedgerManifest,
): RetainedFileList | 'none' | 'changed' {
  const bytes = readKeptList(files, dir);
  if (bytes === undefined) return 'none';
  try {
    return openKeptList(bytes, { origin, log: vkeys.map((vkey) => verifierOf(vkey)) });
  } catch {
    return 'changed';
  }
}

function checkRoot(
  dir: string,
  integrator: FrameIntegrator,
  { size, root }: SignedCheckpoint,
): void {
  if (isByteEqual(integrator.root(), root)) return;
  throw new LedgerError(
    'FOLDER_CORRUPT',
    `could not open the ledger in ${dir}: its tiles do not match its checkpoint of ${size} ` +
      'entries; run "countersign ledger fsck"',
    { data: { size } },
  );
}

/**
 * Integrates the frames of an earlier writer by the same path as new frames. A crash here is
 * followed by the same steps again.
 */
async function recover(
  { files, dir }: OpenOptions,
  parts: {
    readonly integrator: FrameIntegrator;
    readonly publisher: Publisher;
    readonly journal: Journal;
  },
): Promise<Omit<RecoveryReport, 'acceptedFork'>> {
  const { integrator, publisher, journal } = parts;
  const published = integrator.size;
  let from = published;
  let torn: TornTail | undefined;
  for (const part of journal.recover(published)) {
    from = Math.min(from, part.frames[0]?.firstIndex ?? from);
    await integrator.integrate(part.frames.filter((frame) => frame.firstIndex >= integrator.size));
    torn = part.torn;
  }
  await publisher.publish(integrator.size, integrator.root());
  await removePartialsBetween(files, dir, { from, to: integrator.size });
  journal.release(integrator.size, integrator.size);
  return { integratedCount: integrator.size - published, torn };
}

/**
 * Why the folder may hold a second history of the log, if the caller accepts that.
 * @throws LedgerError if the caller has not accepted it
 */
async function forkOf(
  { acceptFork }: OpenOptions,
  check: HistoryCheck,
): Promise<LedgerError | undefined> {
  if (acceptFork === 'derive') return undefined;
  try {
    await checkHistory(check);
    return undefined;
  } catch (error) {
    if (acceptFork === 'accept' && error instanceof LedgerError) return error;
    throw error;
  }
}

type Identity = {
  readonly signer: NoteSigner;
  readonly secrets: LocalKeys;
  readonly manifest: LedgerManifest;
};

async function openIdentity(options: OpenOptions): Promise<Identity> {
  const { files, dir, random, keyFile } = options;
  const manifest = readManifest(files, dir);
  if (manifest === undefined) return createFolder(options);
  if (options.origin !== undefined && options.origin !== manifest.origin) {
    throw new LedgerError(
      'ORIGIN_MISMATCH',
      `could not open the ledger in ${dir}: it is the log "${manifest.origin}", not ` +
        `"${options.origin}"; leave --origin out, or name another folder`,
    );
  }
  await endRotation(options, manifest);
  const keys = { files, dir, random, keyFile, isNew: 'existing' } as const;
  const signer = ed25519Signer(manifest.origin, await noteKey(keys));
  if (signer.key.vkey !== manifest.vkeys.at(-1)) {
    throw new LedgerError(
      'KEY_MISMATCH',
      `could not open the ledger in ${dir}: the key given is not the one that signs for ` +
        `"${manifest.origin}"; name the file that holds it with --key`,
      { data: { given: signer.key.vkey } },
    );
  }
  return { signer, secrets: await localKeys(keys), manifest };
}

/** A rotation that died between naming the new key and moving it has one step left. */
async function endRotation(
  { files, dir, random }: OpenOptions,
  facts: LedgerManifest,
): Promise<void> {
  const path = layout.nextNoteKey(dir);
  if (!files.list(layout.keys(dir)).some(({ name }) => path.endsWith(`/${name}`))) return;
  const key = await noteKey({ files, dir, random, keyFile: path, isNew: 'existing' });
  const { vkey } = ed25519Signer(facts.origin, key).key;
  if (vkey === facts.vkeys.at(-1)) files.rename(path, layout.noteKey(dir));
}

/**
 * Creates a new folder. `countersign.json` is written last: a crash before it leaves no ledger, and
 * the next opening creates one with the existing keys.
 */
async function createFolder(options: OpenOptions): Promise<Identity> {
  const { files, dir, random, keyFile, clock } = options;
  const keys = { files, dir, random, keyFile, isNew: 'new' } as const;
  const origin = options.origin ?? defaultOrigin(random);
  const signer = ed25519Signer(origin, await noteKey(keys));
  const secrets = await localKeys(keys);
  const publisher = new Publisher({
    files,
    dir,
    signer,
    clock,
    latest: undefined,
    kept: NOTHING_KEPT,
  });
  const manifest = { origin, vkeys: [signer.key.vkey] };
  await writeHostFacts(files, dir);
  await publisher.publish(0, emptyRoot());
  await publisher.list(0);
  await writeManifest(files, dir, manifest);
  return { signer, secrets, manifest };
}

/** Must be unique, because a witness identifies a log only by its origin. */
function defaultOrigin(random: Random): string {
  const unique = Buffer.from(random.fill(new Uint8Array(8))).toString('hex');
  return `countersign.local/${unique}`;
}
