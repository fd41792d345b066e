import type { Watermark } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';

/** Where the ledger stands, and how far of it the books can answer. */
export type LedgerHead = {
  readonly origin: string;
  readonly size: number;
  /** Base64, as in the checkpoint. */
  readonly root: string;
  readonly asOf: Watermark;
};

/**
 * MUST be called before the questions that it stands for: rows that are posted meanwhile may be in
 * an answer, and every entry below the watermark is.
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
