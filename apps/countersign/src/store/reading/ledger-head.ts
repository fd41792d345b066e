import type { Watermark } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';

/** The ledger's size and root, and how much of it the store covers. */
export type LedgerHead = {
  readonly origin: string;
  readonly size: number;
  /** Base64, as in the checkpoint. */
  readonly root: string;
  readonly asOf: Watermark;
};

/**
 * Reads the head. MUST precede the questions that it qualifies: their answers may have later rows,
 * and must have every entry below the watermark.
 */
export async function headOf(
  ledger: LedgerReader,
  store: { readonly cursor: number },
): Promise<LedgerHead> {
  const { origin, size, root } = ledger.published;
  const read = Math.min(store.cursor, size);
  const at = read === 0 ? null : (await ledger.leaf(read - 1)).leaf.seen;
  const asOf = { origin, size: read, at };
  return { origin, size, root: Buffer.from(root).toString('base64'), asOf };
}
