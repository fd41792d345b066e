import { type DirectoryMark, msOfInstant, parseDirectoryMark } from '@countersign/core';
import { parseErasure } from '@countersign/ledger/reader';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';

export type DirectoryCursor = {
  readonly source: string;
  readonly tenant: string;
  /** Null: part of the state that it stands for was erased. */
  readonly mark: DirectoryMark | null;
};

/**
 * The last mark of each part of the directory.
 *
 * A part with an erasure since its snapshot began has no mark: the ledger no longer holds its
 * state, so it must be read anew. The reader MUST be refreshed.
 */
export async function directoryMarks(writer: LedgerWriter): Promise<DirectoryCursor[]> {
  const { store, reader } = writer;
  const indices = store.indicesOfKind('directory');
  const found = new Map<string, DirectoryCursor>();
  for (let at = indices.length - 1; at >= 0; at--) {
    const index = indices[at] as number;
    if (index >= reader.size) continue;
    const { leaf } = await reader.leaf(index);
    const key = `${leaf.tenant}\n${leaf.source}`;
    if (found.has(key)) continue;
    const { source, tenant } = leaf;
    const body = await reader.body(index);
    // After the last mark there may be erased items, or items of a page that a crash interrupted.
    if (body.kind !== 'present') found.set(key, { source, tenant, mark: null });
    const mark = body.kind === 'present' && parseDirectoryMark(parseObject(body.bytes));
    if (mark) found.set(key, { source, tenant, mark });
  }
  const broken = await sinceErased(writer, indices);
  return [...found.values()].map((each) => {
    const erased = broken.get(`${each.tenant}\n${each.source}`);
    const isBroken =
      each.mark !== null && erased !== undefined && erased >= msOfInstant(each.mark.since);
    return isBroken ? { ...each, mark: null } : each;
  });
}

/** Per part, the index of its newest erased entry. */
async function sinceErased(
  { store, reader }: LedgerWriter,
  indices: readonly number[],
): Promise<ReadonlyMap<string, number>> {
  const newest = new Map<string, number>();
  for (const at of store.indicesOfKind('erasure')) {
    const body = await reader.body(at);
    const erasure = body.kind === 'present' ? parseErasure(body.bytes) : undefined;
    for (const [from, to] of erasure?.ranges ?? []) {
      for (const index of within(indices, from, to)) {
        const { leaf } = await reader.leaf(index);
        const key = `${leaf.tenant}\n${leaf.source}`;
        newest.set(key, Math.max(newest.get(key) ?? 0, msOfInstant(leaf.at)));
      }
    }
  }
  return newest;
}

/** The numbers in `[from, to)` of an ascending list. */
function within(sorted: readonly number[], from: number, to: number): readonly number[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < sorted.length && (sorted[end] as number) < to) end += 1;
  return sorted.slice(low, end);
}
