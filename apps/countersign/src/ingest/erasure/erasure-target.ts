import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErasureBody, layout } from '@countersign/ledger';
import type { LedgerWriter } from '../../operations/host/open-writer.ts';
import { subjectHash } from '../../projection/entries/name-matcher.ts';

/**
 * What an erasure takes beside bodies. Its entry cannot hold names, and other files must be
 * searched for them: they are remembered beside it until the erasure is done.
 */
export type ErasureTarget = {
  readonly names: readonly string[];
  /** Names of files in the folder of what is parked. */
  readonly parked: readonly string[];
};

type PendingErasure = ErasureTarget & { readonly atMs: number };

export function rememberErasing(dir: string, remembered: PendingErasure): void {
  const { names, parked, atMs } = remembered;
  writeFileSync(pathOf(dir), JSON.stringify({ names, parked, atMs }), { mode: 0o600, flush: true });
}

/** What was remembered for this erasure, and not for one that never came to be an entry. */
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

export function forgetErasing(dir: string): void {
  rmSync(pathOf(dir), { force: true });
}

function pathOf(dir: string): string {
  return join(layout.run(dir), 'erasing.json');
}

/** A crash may have cut the file short: then the erasure was no entry yet. */
function parse(text: string): PendingErasure | undefined {
  try {
    return JSON.parse(text) as PendingErasure;
  } catch {
    return undefined;
  }
}
