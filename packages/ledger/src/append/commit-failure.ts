import { messageOf } from '@countersign/core';
import { TlogError } from '@countersign/tlog';
import { LedgerError } from '../errors.ts';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/**
 * What the writer says once an operation on its files has failed. It is fatal for this writer:
 * after
 * a failed sync nobody knows what the disk holds. The next opening reads it and goes on from there.
 */
export function writerFailure(dir: string, cause: unknown): LedgerError | TlogError {
  if (cause instanceof LedgerError || cause instanceof TlogError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (FULL.has(code)) {
    return new LedgerError(
      'DISK_FULL',
      `could not append to the ledger in ${dir}: the disk is full; make room and start again, ` +
        'nothing that was accepted is lost',
      { cause, data: { dir } },
    );
  }
  return new LedgerError(
    'WRITER_FAILED',
    `could not append to the ledger in ${dir}: ${messageOf(cause)}; check the disk and start ` +
      'again, nothing that was accepted is lost',
    { cause, data: { dir } },
  );
}
