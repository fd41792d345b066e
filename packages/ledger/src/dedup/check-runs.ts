import { join } from 'node:path';
import type { Disk } from '../disk/disk.ts';
import { PART_COUNT, PART_SHIFT, RECORD_WORDS } from './key-format.ts';
import { PartCursor } from './merge-runs.ts';
import { Run } from './run.ts';
import { isUnfinished, rangeOfName } from './run-format.ts';
import { compareRecords } from './sort-records.ts';

/** `at` is a byte offset in the file. */
export type FingerprintProblem = {
  readonly path: string;
  readonly at: number;
  readonly what: string;
};

/**
 * Rereads every run file. Each byte is under a digest, and records must be in order. Changes
 * nothing. Yields after each part, so that the caller can show progress or let other work run. A
 * problem loses no data: the next opening drops the file, and the ledger inserts its entries again.
 */
export function* checkFingerprintRuns(
  files: Disk,
  dir: string,
): Generator<FingerprintProblem | undefined> {
  for (const { name, kind } of files.list(dir)) {
    const path = join(dir, name);
    const range = rangeOfName(name);
    if (kind !== 'file' || range === undefined) {
      if (!isUnfinished(name)) yield { path, at: 0, what: 'the file does not belong here' };
      continue;
    }
    const run = Run.open(files, path);
    if (typeof run === 'string') {
      yield { path, at: 0, what: run };
      continue;
    }
    try {
      if (run.from !== range.from || run.to !== range.to) {
        yield { path, at: 0, what: 'the name of the file does not match its header' };
      }
      for (let part = 0; part < PART_COUNT; part++) yield checkPart(run, part);
    } finally {
      run.close();
    }
  }
}

function checkPart(run: Run, part: number): FingerprintProblem | undefined {
  const { recordsAt, filterAt } = run.place(part);
  const loaded = run.loadPart(part);
  if (loaded === undefined) {
    return { path: run.path, at: filterAt, what: 'a filter does not match its digest' };
  }
  loaded.release();
  const cursor = new PartCursor(run, part);
  const isSorted = isInOrder(cursor, part);
  if (!cursor.isIntact()) {
    return { path: run.path, at: recordsAt, what: 'the records do not match their digest' };
  }
  if (isSorted) return undefined;
  return { path: run.path, at: recordsAt, what: 'the records are not in order' };
}

function isInOrder(cursor: PartCursor, part: number): boolean {
  const before = new Uint32Array(RECORD_WORDS);
  let isSorted = true;
  while (cursor.at < cursor.end) {
    if ((cursor.words[cursor.at] as number) >>> PART_SHIFT !== part) isSorted = false;
    if (compareRecords(cursor.words, cursor.at, before, 0) < 0) isSorted = false;
    before.set(cursor.words.subarray(cursor.at, cursor.at + RECORD_WORDS));
    cursor.at += RECORD_WORDS;
    if (cursor.at === cursor.end) cursor.refill();
  }
  return isSorted;
}
