import { lstatSync } from 'node:fs';
import { type Input, readInputs } from '@countersign/m365/files';
import { emptyRoot } from '@countersign/tlog';
import type { ImportReport } from './import-run.ts';
import { REJECTS_LISTED_MAX } from './limits.ts';

/**
 * The report of an import without any existing input. It creates no ledger. Undefined if there is
 * something to read, such as a stream.
 */
export async function importNothing(inputs: readonly Input[]): Promise<ImportReport | undefined> {
  if (!inputs.every((input) => input.kind === 'path' && isMissing(input.path))) return undefined;
  const rejects: { file: string; at: string; reason: string }[] = [];
  for await (const event of readInputs(inputs)) {
    // The file was created in the meantime.
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

/** A dangling link exists. The import itself reports it. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
