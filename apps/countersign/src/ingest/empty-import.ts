import { lstatSync } from 'node:fs';
import { type Input, readInputs } from '@countersign/m365';
import { emptyRoot } from '@countersign/tlog';
import type { ImportReport } from './import-run.ts';
import { REJECTS_LISTED_MAX } from './limits.ts';

/**
 * The report of an import of which no input exists, for a folder without a ledger: none is made
 * for nothing. Undefined where there is anything to read, a stream included.
 */
export async function importNothing(inputs: readonly Input[]): Promise<ImportReport | undefined> {
  if (!inputs.every((input) => input.kind === 'path' && isMissing(input.path))) return undefined;
  const rejects: { file: string; at: string; reason: string }[] = [];
  for await (const event of readInputs(inputs)) {
    // It came to be in between.
    if (event.kind !== 'refused') return undefined;
    rejects.push({ file: event.name, at: 'whole file', reason: event.error.message });
  }
  return {
    files: rejects.length,
    read: rejects.length,
    accepted: 0,
    duplicates: 0,
    rejected: rejects.length,
    rejects: rejects.slice(0, REJECTS_LISTED_MAX),
    entries: 0,
    checkpoint: { origin: null, size: 0, root: emptyRoot().toString('base64') },
    warnings: [],
    failed: [],
    witnesses: [],
    interrupted: false,
  };
}

/** A link that leads nowhere is there, and is looked into by the import itself. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
