import { join } from 'node:path';

/** Names inside a data folder (design, "The ledger"). Paths in the state are relative to DIR. */
const STATE_FILE = 'state.sqlite';
export const EVENTS_FOLDER = 'events';
export const HOT_FOLDER = 'events/hot';
/** Which of the files and rows in the events folder count, for other readers. */
export const MANIFEST_FILE = 'events/manifest.json';
/** The name of the books' cursor. */
export const STORE_STAGE = 'books';
/** The name of the cursor of the checks of sign-ins. */
export const CHECKS_STAGE = 'checks';
/** How far signals were made again under other rules, and how far they are to be. */
export const SIGNALS_STAGE = 'signals';
export const SIGNALS_END = 'signals/end';
/** Unfinished files. Whatever lies here at the start is left over from a crash. */
export const TEMP_FOLDER = 'events/tmp';

/** Rows of a batch: `[from, to)` encloses the index of every row, so no two files share a name. */
export function hotPath(fromIndex: number, toIndex: number): string {
  return `${HOT_FOLDER}/${padded(fromIndex)}-${padded(toIndex)}.parquet`;
}

/** Rows that a compaction or an erasure wrote; `number` is never used twice. */
export function mergedPath(number: number): string {
  return `${HOT_FOLDER}/m${padded(number)}.parquet`;
}

export function dayPath(classUid: number, day: string, number: number): string {
  return `${EVENTS_FOLDER}/class=${classUid}/day=${day}/${padded(number)}.parquet`;
}

export function statePath(dir: string): string {
  return join(dir, STATE_FILE);
}

function padded(number: number): string {
  return String(number).padStart(12, '0');
}
