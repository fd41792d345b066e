import { relative } from 'node:path';
import {
  messageOf,
  plural,
  RequestThread,
  type ThreadFailure,
  ThreadMonitor,
} from '@countersign/core';
import {
  formatNote,
  isSignatureBy,
  NOTE_BYTES_MAX,
  type NoteVerifier,
  openCheckpoint,
  parseVkey,
  type SignedCheckpoint,
  verifierOf,
} from '@countersign/tlog';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { parseErasure } from '../erasure/erasure-body.ts';
import { LedgerError } from '../errors.ts';
import { layout } from '../folder/folder-layout.ts';
import { readLocalKeys } from '../folder/key-files.ts';
import { type KeyRotation, keysAfter, openRotation } from '../folder/key-rotation.ts';
import { type LedgerManifest, noLedger, readManifest } from '../folder/ledger-manifest.ts';
import { isReplaced, openKeptList, readKeptList } from '../folder/retained-file-list.ts';
import { listJournal } from '../journal/journal.ts';
import { readJournal } from '../journal/journal-format.ts';
import { JOURNAL_FILE_BYTES_MAX } from '../limits.ts';
import { readWitnessPolicy } from '../witness/witness-policy.ts';
import { checkErasures, type DeclaredErasure } from './check-erasures.ts';
import { checkNames, checkSuperseded } from './check-files.ts';
import { checkSegments } from './check-segments.ts';
import { type FsckReport, type Problem, Problems } from './fsck-report.ts';
import type { FsckRange, FsckWorkerSetup } from './fsck-worker.ts';
import { RangeChecker, type RangeReport } from './range-checker.ts';
import { type PromisedRoot, TreeChecker } from './tree-checker.ts';

export type FsckOptions = {
  readonly dir: string;
  /** Worker threads; 0 checks on the calling thread. */
  readonly threads: number;
  /** A key of the log from another source. The folder's keys must follow from it. */
  readonly vkey?: string | undefined;
  readonly files?: Disk | undefined;
  readonly onProgress?: ((done: number, size: number) => void) | undefined;
};

/** How often fsck rereads a folder that had problems and was written to during the check. */
const RUNS_MAX = 4;

/** Entries that a worker checks at a time: 64 bundles. */
const RANGE_ENTRIES: number = 64 * 256;

/**
 * Rereads every file under `ledger/` and `bodies/`. Checks bodies against the digests in their
 * leaves, leaves against tiles, tiles against the tree, and every retained checkpoint against its
 * key and the tree. Reports missing and unexpected files. Takes no lock and changes nothing. A
 * running writer moves files during the check, so an apparent problem is checked again and reported
 * only if it remains.
 * @throws LedgerError NO_LEDGER, FOLDER_VERSION, FOLDER_CORRUPT if the folder cannot be checked at
 * all
 */
export async function fsck(options: FsckOptions): Promise<FsckReport> {
  const files = options.files ?? nodeFiles;
  const manifest = readManifest(files, options.dir);
  if (manifest === undefined) throw noLedger(options.dir);
  let run = await new Fsck(files, manifest, options).run();
  let problems = run.problems;
  for (let runs = 1; runs < RUNS_MAX && run.moved && problems.length > 0; runs++) {
    run = await new Fsck(files, manifest, options).run();
    problems = run.moved ? inBoth(problems, run.problems) : run.problems;
  }
  return { ok: problems.length === 0, size: run.size, problems };
}

function inBoth(before: readonly Problem[], now: readonly Problem[]): readonly Problem[] {
  const known = new Set(before.map(({ path, what }) => `${path}\n${what}`));
  return now.filter(({ path, what }) => known.has(`${path}\n${what}`));
}

/** One pass over the folder; `moved` if the folder was written to during the pass. */
type Run = {
  readonly size: number;
  readonly problems: readonly Problem[];
  readonly moved: boolean;
};

class Fsck {
  readonly #files: Disk;
  readonly #facts: LedgerManifest;
  readonly #options: FsckOptions;
  readonly #problems = new Problems();
  readonly #witnesses: readonly NoteVerifier[];
  #erased: number[] = [];
  #declared: DeclaredErasure[] = [];
  #rotations: { readonly index: number; readonly body: Uint8Array }[] = [];
  #lastSeen = '';

  constructor(files: Disk, facts: LedgerManifest, options: FsckOptions) {
    this.#files = files;
    this.#facts = facts;
    this.#options = options;
    this.#witnesses = readWitnessPolicy(files, options.dir)?.witnesses ?? [];
  }

  async run(): Promise<Run> {
    const { dir } = this.#options;
    const before = this.#marks();
    const checkpoint = this.#openCheckpoint(layout.checkpoint(dir));
    const size = checkpoint?.size ?? 0;
    const end = Math.max(size, this.#checkJournal());
    const problems = this.#problems;
    const scope = { files: this.#files, dir, size, end, problems, superseded: [] as string[] };
    checkNames(scope);
    checkSegments(scope);
    if (checkpoint !== undefined) {
      this.#checkKept(size);
      await this.#checkEntries(checkpoint);
    }
    checkErasures(this.#declared, this.#erased, this.#problems);
    this.#checkKeys(checkpoint);
    checkSuperseded(scope);
    return { size, problems: problems.list(), moved: this.#marks() !== before };
  }

  /** Differs if entries were accepted or integrated in between. */
  #marks(): string {
    const { dir } = this.#options;
    const checkpoint = readWholeFile(this.#files, layout.checkpoint(dir), NOTE_BYTES_MAX);
    const journals = listJournal(this.#files, dir).map(({ path }) => {
      const bytes = readWholeFile(this.#files, path, JOURNAL_FILE_BYTES_MAX);
      return `${path} ${bytes?.length ?? 0}`;
    });
    return `${checkpoint?.toString('base64') ?? ''}\n${journals.join('\n')}`;
  }

  async #checkEntries(checkpoint: SignedCheckpoint): Promise<void> {
    const { dir, onProgress } = this.#options;
    const { size } = checkpoint;
    const tree = new TreeChecker({
      files: this.#files,
      dir,
      size,
      problems: this.#problems,
      promises: [this.#promise(layout.checkpoint(dir), checkpoint), ...this.#keptCheckpoints(size)],
    });
    for await (const range of this.#ranges(size)) {
      this.#problems.addAll(range.problems);
      tree.add(range);
      this.#take(range);
      onProgress?.(range.to, size);
    }
    tree.end();
  }

  #take(range: RangeReport): void {
    for (const index of range.erased) this.#erased.push(index);
    if (range.seenFirst !== '' && range.seenFirst < this.#lastSeen) {
      this.#problems.add(
        'ledger',
        0,
        `entry ${range.from} has an earlier "seen" than the entry before it`,
      );
    }
    if (range.seenLast !== '') this.#lastSeen = range.seenLast;
    for (const { index, kind, body } of range.own) {
      if (kind === 'key') this.#rotations.push({ index, body });
      const erasure = kind === 'erasure' ? parseErasure(body) : undefined;
      if (erasure !== undefined) this.#declared.push({ index, ranges: erasure.ranges });
    }
  }

  #promise(path: string, { size, root }: SignedCheckpoint): PromisedRoot {
    return { path: relative(this.#options.dir, path), size, root };
  }

  /** Every retained checkpoint. One of a larger log means that this log was truncated. */
  #keptCheckpoints(size: number): PromisedRoot[] {
    const { dir } = this.#options;
    const promises: PromisedRoot[] = [];
    for (const { name } of this.#files.list(layout.keptCheckpoints(dir))) {
      const path = layout.logFile(dir, `checkpoints/${name}`);
      const kept = this.#openCheckpoint(path);
      if (kept === undefined) continue;
      const place = relative(dir, path);
      if (kept.size !== Number(name)) this.#problems.add(place, 0, 'its name is not its size');
      if (kept.size > size) {
        const what =
          `the log once had ${plural(kept.size, 'entry')}, and now has ${size}: an older copy ` +
          'was restored';
        this.#problems.add(relative(dir, layout.checkpoint(dir)), 0, what);
        continue;
      }
      promises.push(this.#promise(path, kept));
    }
    return promises;
  }

  /** Checks that every retained file still exists. */
  #checkKept(size: number): void {
    const { dir } = this.#options;
    const { origin, vkeys } = this.#facts;
    const place = relative(dir, layout.keptList(dir));
    const bytes = readKeptList(this.#files, dir);
    if (bytes === undefined) {
      this.#problems.add(place, 0, 'the file is missing');
      return;
    }
    try {
      const log = vkeys.map((vkey) => verifierOf(vkey));
      for (const path of openKeptList(bytes, { origin, log })) {
        const file = layout.logFile(dir, path);
        if (isReplaced(path, size) || readWholeFile(this.#files, file, 0) !== undefined) continue;
        this.#problems.add(relative(dir, file), 0, 'the file is missing');
      }
    } catch (error) {
      this.#problems.add(place, 0, messageOf(error));
    }
  }

  #openCheckpoint(path: string): SignedCheckpoint | undefined {
    const place = relative(this.#options.dir, path);
    const bytes = readWholeFile(this.#files, path, NOTE_BYTES_MAX);
    if (bytes === undefined) {
      this.#problems.add(place, 0, 'the file is missing');
      return undefined;
    }
    try {
      const log = this.#facts.vkeys.map((vkey) => verifierOf(vkey));
      const trust = { log, origin: this.#facts.origin, witnesses: this.#witnesses };
      const checkpoint = openCheckpoint(bytes, trust);
      const isOneSpelling = formatNote(checkpoint.note) === bytes.toString('utf8');
      // Readers ignore signatures by strangers, but a changed byte must not hide as one.
      if (checkpoint.unverified.length > 0 || !isOneSpelling) {
        this.#problems.add(place, 0, 'it has a signature by a key that the folder does not list');
      }
      return checkpoint;
    } catch (error) {
      this.#problems.add(place, 0, messageOf(error));
      return undefined;
    }
  }

  /** The index after the last durable entry of the journal; 0 if it holds none. */
  #checkJournal(): number {
    const { dir } = this.#options;
    const { origin } = this.#facts;
    let end = 0;
    const journals = listJournal(this.#files, dir);
    journals.forEach(({ path, firstIndex }, i) => {
      const bytes = readWholeFile(this.#files, path, JOURNAL_FILE_BYTES_MAX);
      if (bytes === undefined) return;
      const { frames, brokenAt, isFollowed } = readJournal(bytes, { firstIndex, origin });
      const last = frames.at(-1);
      if (last !== undefined) end = last.firstIndex + last.count;
      // A torn end was never acknowledged. The next opening ignores it.
      if (brokenAt === undefined || (!isFollowed && i === journals.length - 1)) return;
      this.#problems.add(relative(dir, path), brokenAt, 'an accepted batch has changed');
    });
    return end;
  }

  /**
   * Each key of the folder must be installed by a rotation from the previous one, in the log
   * itself. A pinned key must lead to the key under the checkpoint, not only to some key of the
   * folder.
   */
  #checkKeys(checkpoint: SignedCheckpoint | undefined): void {
    const { vkey: pinned, dir } = this.#options;
    const { vkeys, origin } = this.#facts;
    const rotations = this.#openRotations().filter((rotation) => rotation.origin === origin);
    for (const [i, vkey] of vkeys.slice(1).entries()) {
      const isHandedOver = rotations.some((r) => r.oldVkey === vkeys[i] && r.newVkey === vkey);
      if (isHandedOver) continue;
      const what = `the log has no rotation from the previous key to the key ${vkey}`;
      this.#problems.add('countersign.json', 0, what);
    }
    const trusted = keysAfter(pinned ?? (vkeys[0] as string), origin, rotations);
    const byTrusted = trusted.map((vkey) => parseVkey(vkey));
    const isTrusted = checkpoint?.note.signatures.some((signature) =>
      byTrusted.some((key) => isSignatureBy(signature, key)),
    );
    if (isTrusted !== false) return;
    const what =
      'it is not signed by the given (or first) key, nor by a key that this one was rotated to';
    this.#problems.add(relative(dir, layout.checkpoint(dir)), 0, what);
  }

  /** A rotation that does not verify is not a reading error: only a writer can create it. */
  #openRotations(): readonly KeyRotation[] {
    return this.#rotations.flatMap(({ index, body }) => {
      try {
        return [openRotation(body)];
      } catch (error) {
        this.#problems.add('ledger', 0, `entry ${index}: ${messageOf(error)}`);
        return [];
      }
    });
  }

  async *#ranges(size: number): AsyncGenerator<RangeReport> {
    const { dir, threads } = this.#options;
    const setup: FsckWorkerSetup = { dir, size, keys: readLocalKeys(this.#files, dir) };
    const starts = Array.from(
      { length: Math.ceil(size / RANGE_ENTRIES) },
      (_, i) => i * RANGE_ENTRIES,
    );
    if (threads === 0 || starts.length <= 1) {
      const checker = new RangeChecker({ files: this.#files, ...setup });
      for (const from of starts) yield checker.check(from, Math.min(size, from + RANGE_ENTRIES));
      checker.close();
      return;
    }
    yield* inWorkers(setup, starts, threads);
  }
}

/** Yields ranges in order, and keeps a few ahead of the one that is waited for. */
async function* inWorkers(
  setup: FsckWorkerSetup,
  starts: readonly number[],
  threads: number,
): AsyncGenerator<RangeReport> {
  const monitor = new ThreadMonitor();
  const workers = Array.from({ length: threads }, () => new RangeWorker(setup, monitor));
  const reports = new Map<number, Promise<RangeReport>>();
  let asked = 0;
  try {
    for (let i = 0; i < starts.length; i++) {
      for (; asked < Math.min(starts.length, i + 3 * threads); asked++) {
        const from = starts[asked] as number;
        const worker = workers[asked % threads] as RangeWorker;
        const report = worker.ask(from, Math.min(setup.size, from + RANGE_ENTRIES));
        report.catch(() => {});
        reports.set(asked, report);
      }
      yield await (reports.get(i) as Promise<RangeReport>);
      reports.delete(i);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

class RangeWorker {
  readonly #thread: RequestThread<FsckRange, RangeReport>;

  constructor(setup: FsckWorkerSetup, monitor: ThreadMonitor) {
    const path = import.meta.url.endsWith('.ts') ? './fsck-worker.ts' : './fsck-worker.js';
    const file = new URL(path, import.meta.url);
    const errorOf = ({ message }: ThreadFailure): Error =>
      new LedgerError('FOLDER_CORRUPT', message);
    this.#thread = new RequestThread({ name: 'fsck', file, setup, monitor, errorOf });
  }

  ask(from: number, to: number): Promise<RangeReport> {
    return this.#thread.ask([from, to]);
  }

  async stop(): Promise<void> {
    await this.#thread.close();
  }
}
