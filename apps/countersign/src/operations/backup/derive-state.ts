import { type Answer, no, unknown, type Watermark, yes } from '@countersign/core';
import { LedgerError } from '@countersign/ledger';
import { LedgerReader } from '@countersign/ledger/reader';
import type { OperationContext } from '../definition/operation.ts';
import { loadDetection } from '../host/load-detectors.ts';
import { closeWriter, type HostWriter, type WriterOptions } from '../host/open-writer.ts';
import { rebuild } from '../host/rebuild-store.ts';
import { finishRebuild } from '../ledger/rebuild.ts';

/** A restored folder after its state was derived, or without the keys for that. */
export type DerivedState = {
  readonly size: number;
  readonly lastEntryAt: string | undefined;
  /** Whether the witnesses of the log have seen no more than the backup has. */
  readonly complete: Answer;
} & ({ readonly kind: 'derived' } | { readonly kind: 'keys-missing'; readonly because: string });

/**
 * Rebuilds all derived state of a restored folder. Appends nothing. Unless the witnesses vouch for
 * the folder, it still counts as restored, so the next writing command asks for a decision.
 */
export async function deriveState(
  { clock, random, progress }: OperationContext,
  dir: string,
  keyFile: string | undefined,
): Promise<DerivedState> {
  const detection = await loadDetection();
  const onProgress = ({ done, size }: { readonly done: number; readonly size: number }): void =>
    progress({ task: 'rebuilding', files: done, filesTotal: size });
  const opening = { dir, clock, random, keyFile, detection, onProgress };
  const found = await head(dir);
  try {
    const complete = await rebuildFolder(opening, found.asOf);
    return { kind: 'derived', complete, ...(await head(dir)) };
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'MISSING_KEY') throw error;
    const complete = unknown(found.asOf, { code: 'keys-missing', text: 'its keys are missing' });
    return { kind: 'keys-missing', because: 'the keys are missing', complete, ...found };
  }
}

async function rebuildFolder(opening: WriterOptions, asOf: Watermark): Promise<Answer> {
  let writer: HostWriter;
  let complete: Answer;
  try {
    writer = await rebuild(opening);
    complete = yes(asOf, []);
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    complete = completeness(error, asOf);
    writer = await rebuild({ ...opening, acceptFork: 'derive' });
  }
  try {
    await finishRebuild(writer);
    return complete;
  } finally {
    await closeWriter(writer);
  }
}

/** What the witnesses say; other errors are errors. */
function completeness(error: LedgerError, asOf: Watermark): Answer {
  if (error.code === 'ROLLED_BACK') {
    const { witness, seenSize } = error.data as { witness: string; seenSize: number };
    const seen = `the witness ${witness} has seen ${seenSize} entries`;
    const text = `${seen}, and the backup has ${asOf.size}`;
    return no(asOf, { code: 'witnessed-more', text });
  }
  if (error.code !== 'RESTORED_FOLDER') throw error;
  return unknown(asOf, { code: 'not-witnessed', text: 'no witness answers for this ledger' });
}

async function head(dir: string) {
  const reader = await LedgerReader.open(dir);
  try {
    const { origin, size } = reader;
    const at = size === 0 ? undefined : (await reader.leaf(size - 1)).leaf.seen;
    return { size, lastEntryAt: at, asOf: { origin, size, at: at ?? null } };
  } finally {
    reader.close();
  }
}
