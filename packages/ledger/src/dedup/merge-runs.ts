import { createHash, type Hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Disk } from '../disk/disk.ts';
import { PART_COUNT, RECORD_BYTES, RECORD_WORDS } from './key-format.ts';
import { BUFFER_RECORDS } from './limits.ts';
import { Run } from './run.ts';
import { equalBytes } from './run-format.ts';
import { type RunRange, RunWriter } from './run-writer.ts';
import { compareRecords, countByPart, sortByParts } from './sort-records.ts';

/** A job of the compactor. Plain data, because a worker thread may do it. */
export type Job =
  | {
      readonly kind: 'write';
      readonly dir: string;
      readonly range: RunRange;
      readonly identity: Uint8Array;
      readonly records: SharedArrayBuffer;
      readonly rowCount: number;
    }
  | {
      readonly kind: 'merge';
      readonly dir: string;
      readonly range: RunRange;
      readonly identity: Uint8Array;
      /** Paths, oldest first; together they cover `range`. */
      readonly inputs: readonly string[];
    };

/** `corrupt` names a run with changed bytes. No output was written from it. */
export type JobResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'corrupt'; readonly path: string; readonly what: string };

export async function performJob(files: Disk, job: Job): Promise<JobResult> {
  return job.kind === 'write' ? writeTable(files, job) : mergeRuns(files, job);
}

/** Records written between two turns of the event loop: some milliseconds. */
const SLICE_RECORDS = 65_536;

async function writeTable(files: Disk, job: Job & { kind: 'write' }): Promise<JobResult> {
  const words = new Uint32Array(job.records, 0, job.rowCount * RECORD_WORDS);
  const writer = new RunWriter(files, { ...job, counts: countByPart(words, job.rowCount) });
  try {
    sortByParts(words, job.rowCount, (sorted) => {
      for (const row of sorted.rows) writer.push(sorted.words, row * RECORD_WORDS);
    });
    await writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
  return { kind: 'done' };
}

/**
 * A streaming merge: two buffers of 256 KiB and the filter of one part, for runs of any size. All
 * records are kept: several entries may share an action.
 */
async function mergeRuns(files: Disk, job: Job & { kind: 'merge' }): Promise<JobResult> {
  const runs: Run[] = [];
  let writer: RunWriter | undefined;
  try {
    for (const path of job.inputs) {
      const run = Run.open(files, path);
      if (typeof run === 'string') return { kind: 'corrupt', path, what: run };
      runs.push(run);
    }
    const counts = Array.from({ length: PART_COUNT }, (_, part) =>
      runs.reduce((sum, run) => sum + run.place(part).count, 0),
    );
    writer = new RunWriter(files, { ...job, counts });
    const corrupt = await mergeParts(runs, writer);
    if (corrupt === undefined) {
      await writer.finish();
      writer = undefined;
      return { kind: 'done' };
    }
    return { kind: 'corrupt', path: corrupt.path, what: 'the records do not match their digest' };
  } finally {
    for (const run of runs) run.close();
    writer?.abandon();
  }
}

/** Returns the run whose records do not match their digest, if there is one. */
async function mergeParts(runs: readonly Run[], writer: RunWriter): Promise<Run | undefined> {
  for (let part = 0; part < PART_COUNT; part++) {
    const cursors = runs.map((run) => new PartCursor(run, part));
    while (mergeSlice(cursors, writer, SLICE_RECORDS)) {
      if (writer.needsSync) await writer.sync();
      else await nextTurn();
    }
    const corrupt = cursors.find((cursor) => !cursor.isIntact());
    if (corrupt !== undefined) return corrupt.run;
  }
  return undefined;
}

/** Writes up to `limit` records. Returns false when all cursors are at their end. */
function mergeSlice(all: readonly PartCursor[], writer: RunWriter, limit: number): boolean {
  const cursors = all.filter((cursor) => cursor.at < cursor.end);
  for (let pushed = 0; cursors.length > 0; pushed++) {
    if (pushed === limit) return true;
    let least = cursors[0] as PartCursor;
    for (let i = 1; i < cursors.length; i++) {
      const other = cursors[i] as PartCursor;
      if (compareRecords(other.words, other.at, least.words, least.at) < 0) least = other;
    }
    writer.push(least.words, least.at);
    least.at += RECORD_WORDS;
    if (least.at === least.end && !least.refill()) cursors.splice(cursors.indexOf(least), 1);
  }
  return false;
}

/** Iterates the records of one part of one run, and computes their digest. */
export class PartCursor {
  readonly run: Run;
  readonly words: Uint32Array;
  /** The current record and the end of the loaded records, in words. */
  at = 0;
  end = 0;
  readonly #part: number;
  readonly #bytes: Uint8Array;
  readonly #hash: Hash = createHash('sha256');
  #loaded = 0;

  constructor(run: Run, part: number) {
    this.run = run;
    this.#part = part;
    const room = Math.min(run.place(part).count, BUFFER_RECORDS);
    this.words = new Uint32Array(room * RECORD_WORDS);
    this.#bytes = new Uint8Array(this.words.buffer);
    this.refill();
  }

  /** Loads the next records. Returns false at the end of the part. */
  refill(): boolean {
    const left = this.run.place(this.#part).count - this.#loaded;
    if (left === 0) return false;
    const count = Math.min(left, BUFFER_RECORDS);
    const bytes = this.#bytes.subarray(0, count * RECORD_BYTES);
    this.run.readRecords(this.#part, this.#loaded, bytes);
    this.#hash.update(bytes);
    this.#loaded += count;
    this.at = 0;
    this.end = count * RECORD_WORDS;
    return true;
  }

  /** Returns whether the records match their digest. Called once, after the last refill. */
  isIntact(): boolean {
    return equalBytes(this.#hash.digest(), this.run.header.recordDigests[this.#part] as Uint8Array);
  }
}
