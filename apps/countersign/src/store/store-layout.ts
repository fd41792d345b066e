import { join } from 'node:path';

/** Names inside a data folder (design, "The ledger"). Paths in the state are relative to it. */
const STATE_FILE = 'state.sqlite';
export const EVENTS_FOLDER = 'events';
export const HOT_FOLDER = 'events/hot';
/** Lists the current files and superseded rows, for other readers. */
export const MANIFEST_FILE = 'events/manifest.json';
/** The name of the store's cursor. */
export const STORE_STAGE = 'store';
/** The name of the cursor of the sign-in checks. */
export const CHECKS_STAGE = 'checks';
/** The progress and the end of recomputing signals under changed rules. */
export const SIGNALS_STAGE = 'signals';
export const SIGNALS_END = 'signals/end';
/** Unfinished files. Files found here at the start are left over from a crash. */
export const TEMP_FOLDER = 'events/tmp';

/**
 * The file of a batch. `[from, to)` encloses the index of every row, so no two files share a name.
 */
export function hotPath(fromIndex: number, toIndex: number): string {
  return `${HOT_FOLDER}/${padded(fromIndex)}-${padded(toIndex)}.parquet`;
}

/** A file from a compaction or an erasure. `number` is never reused. */
export function mergedPath(number: number): string {
  return `${HOT_FOLDER}/m${padded(number)}.parquet`;
}

export function dayPath(classUid: number, day: string, number: number): string {
  return `${EVENTS_FOLDER}/class=${classUid}/day=${day}/${padded(number)}.parquet`;
}

/** The summary of an event file. `number` is never reused. */
export function summaryPath(name: string, number: number): string {
  return `${EVENTS_FOLDER}/summaries/${name}/${padded(number)}.parquet`;
}

export function statePath(dir: string): string {
  return join(dir, STATE_FILE);
}

function padded(number: number): string {
  return String(number).padStart(12, '0');
}
