import { type EvidenceItem, encodeEvidence, type LedgerReader } from '@countersign/ledger';
import { formatNote } from '@countersign/tlog';
import type { ImportEnd } from '../projection/entries/own-entry.ts';
import type { StoreReader } from '../store/store-reader.ts';

export type EvidenceSource = {
  readonly ledger: LedgerReader;
  readonly store: StoreReader;
};

/**
 * Builds an evidence file: each entry with its body and proof, and the chain of custody. The chain
 * has the entries of the imports that delivered them and of every key rotation of the log.
 * @throws LedgerError OUT_OF_RANGE
 */
export async function exportEvidence(
  source: EvidenceSource,
  indices: readonly number[],
): Promise<Buffer> {
  const wanted = new Set(indices);
  for (const index of indices) {
    const { locus } = await source.ledger.body(index);
    if (locus === undefined) continue;
    for (const custody of await importEntries(source, locus.importNumber)) wanted.add(custody);
  }
  const items: EvidenceItem[] = [];
  for (const index of [...wanted].sort((a, b) => a - b)) {
    items.push(await itemOf(source.ledger, index));
  }
  const rotations: string[] = [];
  for (const index of source.store.indicesOfKind('key')) {
    const body = await source.ledger.body(index);
    if (body.kind === 'present') rotations.push(Buffer.from(body.bytes).toString('utf8'));
  }
  const checkpoint = formatNote(source.ledger.checkpoint.note);
  return encodeEvidence({ rotations, items, checkpoint });
}

async function itemOf(ledger: LedgerReader, index: number): Promise<EvidenceItem> {
  const { bytes: leaf } = await ledger.leaf(index);
  const body = await ledger.body(index);
  const content =
    body.kind === 'present'
      ? { salt: new Uint8Array(body.salt), body: new Uint8Array(body.bytes) }
      : undefined;
  return { index, leaf, content, proof: await ledger.proveInclusion(index) };
}

/** The `begun` and `ended` entries of an import; only `begun` if it was killed. */
async function importEntries({ ledger, store }: EvidenceSource, begun: number): Promise<number[]> {
  const entries = [begun];
  for (const index of store.indicesOfKind('import')) {
    if (index <= begun) continue;
    const body = await ledger.body(index);
    if (body.kind !== 'present') continue;
    const said = JSON.parse(Buffer.from(body.bytes).toString('utf8')) as Partial<ImportEnd>;
    if (said.import !== begun) continue;
    entries.push(index);
    break;
  }
  return entries;
}
