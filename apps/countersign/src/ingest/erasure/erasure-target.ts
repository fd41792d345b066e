import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErasureBody, layout } from '@countersign/ledger/reader';
import { subjectHash } from '../../projection/entries/name-matcher.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';

/**
 * What an erasure removes besides bodies.
 *
 * Its entry cannot hold names, yet other files must be searched for them. So they are stored in a
 * file until the erasure is done.
 */
export type ErasureTarget = {
  readonly names: readonly string[];
  /** Names of files in the quarantine folder. */
  readonly quarantined: readonly string[];
};

type PendingErasure = ErasureTarget & { readonly atMs: number };

export function rememberErasing(dir: string, remembered: PendingErasure): void {
  const { names, quarantined, atMs } = remembered;
  writeFileSync(pathOf(dir), JSON.stringify({ names, quarantined, atMs }), {
    mode: 0o600,
    flush: true,
  });
}

/** Loads the target of this erasure; ignores the file of one that never became an entry. */
export function recallErasing(
  { dir, ledger }: LedgerWriter,
  erasure: ErasureBody,
): ErasureTarget | undefined {
  if (!existsSync(pathOf(dir))) return undefined;
  const remembered = parse(readFileSync(pathOf(dir), 'utf8'));
  if (remembered?.atMs !== erasure.atMs) return undefined;
  const subjects = remembered.names.map((name) => subjectHash(ledger.localKeys, name));
  return subjects.join() === erasure.subjects.join() ? remembered : undefined;
}

/** Whether an erasure has begun and is not finished. */
export function isErasing(dir: string): boolean {
  return existsSync(pathOf(dir));
}

export function forgetErasing(dir: string): void {
  rmSync(pathOf(dir), { force: true });
}

function pathOf(dir: string): string {
  return join(layout.run(dir), 'erasing.json');
}

/** A crash may have truncated the file. Then the erasure was not an entry yet. */
function parse(text: string): PendingErasure | undefined {
  try {
    return JSON.parse(text) as PendingErasure;
  } catch {
    return undefined;
  }
}

/** Selects bodies to erase. A body must match all given members. */
export type ErasureSelection = {
  /** Names of one person. Matches every body that contains one of them. */
  readonly names?: readonly string[] | undefined;
  readonly indices?: readonly number[] | undefined;
  readonly source?: string | undefined;
  readonly tenant?: string | undefined;
  /** Index of an import's `begun` entry. */
  readonly import?: number | undefined;
  /** `[fromMs, toMs)` of event times. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};
