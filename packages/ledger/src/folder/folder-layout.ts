import { join } from 'node:path';

/** The layout of a data folder. No other module builds a path. */
export const layout = {
  manifest: (dir: string): string => join(dir, 'countersign.json'),
  /** The witnesses of this log, and the quorum (C2SP tlog-policy). */
  witnessPolicy: (dir: string): string => join(dir, 'witnesses.policy'),
  keys: (dir: string): string => join(dir, 'keys'),
  noteKey: (dir: string): string => join(dir, 'keys', 'note.key'),
  /** The key that the next rotation installs. */
  nextNoteKey: (dir: string): string => join(dir, 'keys', 'note-next.key'),
  localKeys: (dir: string): string => join(dir, 'keys', 'local.keys'),
  run: (dir: string): string => join(dir, 'run'),
  lock: (dir: string): string => join(dir, 'run', 'lock.sqlite'),
  /** Files that are being written, before they are renamed to their final paths. */
  staging: (dir: string): string => join(dir, 'run', 'staging'),
  /** Single-use tokens that enforcement points have accepted. */
  used: (dir: string): string => join(dir, 'run', 'used'),
  hostFacts: (dir: string): string => join(dir, 'run', 'host.json'),
  apiSocket: (dir: string): string => join(dir, 'run', 'api.sock'),
  journal: (dir: string): string => join(dir, 'journal'),
  log: (dir: string): string => join(dir, 'ledger'),
  checkpoint: (dir: string): string => join(dir, 'ledger', 'checkpoint'),
  logFile: (dir: string, path: string): string => join(dir, 'ledger', path),
  keptCheckpoints: (dir: string): string => join(dir, 'ledger', 'checkpoints'),
  keptCheckpoint: (dir: string, size: number): string =>
    join(dir, 'ledger', 'checkpoints', twelveDigits(size)),
  keptList: (dir: string): string => join(dir, 'ledger', 'kept'),
  bodies: (dir: string): string => join(dir, 'bodies'),
  fingerprints: (dir: string): string => join(dir, 'fingerprints'),
} as const;

/** A file with this suffix is being written. The next opening removes it. */
export const TEMPORARY_SUFFIX = '.tmp';

export const JOURNAL_SUFFIX = '.journal';
export const SEGMENT_SUFFIX = '.seg';

/** Twelve digits sort as text in numeric order, up to a million million entries. */
export function twelveDigits(index: number): string {
  return String(index).padStart(12, '0');
}

/** The number that `name` spells in twelve digits before `suffix`; undefined for a stray file. */
export function indexOfName(name: string, suffix: string): number | undefined {
  const digits = name.slice(0, 12);
  return name === digits + suffix && /^\d{12}$/.test(digits) ? Number(digits) : undefined;
}

export function journalFile(dir: string, firstIndex: number): string {
  return join(layout.journal(dir), twelveDigits(firstIndex) + JOURNAL_SUFFIX);
}

/** `bodies/YYYY/MM/DD/<first index>.seg`, by the UTC day of `seen` of the first entry. */
export function segmentFile(dir: string, day: string, firstIndex: number): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return join(layout.bodies(dir), year, month, date, twelveDigits(firstIndex) + SEGMENT_SUFFIX);
}

/** `YYYY-MM-DD` in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
