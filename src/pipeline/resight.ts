import { RowBuffer } from '../books/index.ts';
import { actionFingerprint } from '../ledger/index.ts';
import { createMemo, type Memo } from '../ocsf/index.ts';
import { MERGES_PER_SLICE } from './limits.ts';
import { mergeSightings, type Sighting, sameAction } from './sightings.ts';
import type { Writer } from './writer.ts';

/**
 * Gives each action that was seen again one row out of all its sightings, in place of the rows that
 * it had. `indices` are the entries that were the new sightings; all of them MUST be durable.
 */
export async function resight(writer: Writer, indices: readonly number[]): Promise<void> {
  if (indices.length === 0) return;
  await writer.ledger.publish();
  await writer.reader.refresh();
  const memo = createMemo();
  for (let from = 0; from < indices.length; from += MERGES_PER_SLICE) {
    const buffer = new RowBuffer();
    const superseded: number[] = [];
    for (const index of indices.slice(from, from + MERGES_PER_SLICE)) {
      await mergeInto(writer, index, memo, buffer, superseded);
    }
    await writer.books.postRows(buffer, { superseded });
  }
}

async function mergeInto(
  writer: Writer,
  index: number,
  memo: Memo,
  buffer: RowBuffer,
  superseded: number[],
): Promise<void> {
  const { leaf } = await writer.reader.leaf(index);
  const candidates: Sighting[] = [];
  for (const other of writer.ledger.sightings(
    actionFingerprint(leaf.id, writer.ledger.localKeys),
  )) {
    if (other >= writer.reader.size) continue;
    candidates.push(await readSighting(writer, other));
  }
  const sightings = sameAction(leaf, candidates);
  // A later sighting writes the row: there is one row an action, at its newest entry.
  if (sightings.some((sighting) => sighting.index > index)) return;
  const { row, events } = mergeSightings(sightings, memo);
  buffer.add(row, events);
  superseded.push(...row.entries.filter((entry) => entry !== index));
}

async function readSighting({ reader }: Writer, index: number): Promise<Sighting> {
  const { leaf } = await reader.leaf(index);
  const body = await reader.body(index);
  // A copy: a view would keep the whole block in memory, for each of its entries.
  return { index, leaf, body: body.kind === 'present' ? new Uint8Array(body.bytes) : undefined };
}
