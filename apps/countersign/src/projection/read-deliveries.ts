import { LeafParser, type LedgerReader } from '@countersign/ledger/reader';
import type { Delivery } from './deliveries.ts';

/** Unneeded entries between two needed ones that are read along, which costs less than seeking. */
const SCAN_GAP_MAX = 64;

/**
 * Reads deliveries in index order, so that each archive block is decompressed once. The entries
 * MUST be published.
 */
export async function readDeliveries(
  reader: Pick<LedgerReader, 'scan'>,
  indices: Iterable<number>,
): Promise<Map<number, Delivery>> {
  const leaves = new LeafParser();
  const deliveries = new Map<number, Delivery>();
  const ascending = [...new Set(indices)].sort((a, b) => a - b);
  for (let at = 0; at < ascending.length; ) {
    let end = at + 1;
    while (end < ascending.length && gapBefore(ascending, end) <= SCAN_GAP_MAX) end++;
    const range = { from: ascending[at] as number, to: (ascending[end - 1] as number) + 1 };
    for await (const batch of reader.scan(range)) {
      for (; at < end; at++) {
        const index = ascending[at] as number;
        const position = index - batch.firstIndex;
        if (position >= batch.count) break;
        const leaf = leaves.parse(batch.leaf(position));
        const held = batch.body(position);
        // Copy, because a view would retain the whole block for each of its entries.
        const body = held.kind === 'present' ? new Uint8Array(held.bytes) : undefined;
        deliveries.set(index, { index, leaf, body });
      }
    }
  }
  return deliveries;
}

function gapBefore(ascending: readonly number[], at: number): number {
  return (ascending[at] as number) - (ascending[at - 1] as number);
}
