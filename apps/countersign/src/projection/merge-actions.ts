import { assert } from '@countersign/core';
import { actionFingerprint, actionKeys } from '@countersign/ledger';
import { ActionBuffer } from './action-buffer.ts';
import { type Delivery, deliveriesOfSameAction } from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { type ProjectedAction, RecordInterpreter } from './record-interpreter.ts';

/** Actions that are merged at once, with the bodies of all their deliveries. */
const MERGES_PER_SLICE = 2_000;

/**
 * Writes one row for each action with new deliveries, from all of its deliveries, in place of its
 * earlier rows. `indices`: entries of the new deliveries, which MUST be durable.
 */
export async function mergeActions(
  writer: LedgerWriter,
  indices: readonly number[],
): Promise<void> {
  if (indices.length === 0) return;
  await writer.ledger.publish();
  await writer.reader.refresh();
  const interpreter = new RecordInterpreter(writer.signalSource?.extractor);
  const buffer = new ActionBuffer();
  for await (const actions of redeliveredActions(writer, interpreter, indices)) {
    for (const action of actions) buffer.add(action);
    writer.store.post(await buffer.write(writer.dir));
  }
}

/**
 * The actions whose newest delivery is one of these entries, a few thousand at once. An action has
 * one row, at the entry of its newest delivery.
 */
export async function* redeliveredActions(
  writer: LedgerWriter,
  interpreter: RecordInterpreter,
  indices: readonly number[],
): AsyncGenerator<readonly ProjectedAction[]> {
  for (let from = 0; from < indices.length; from += MERGES_PER_SLICE) {
    const slice = indices.slice(from, from + MERGES_PER_SLICE);
    const groups = await readDeliveries(writer, slice);
    yield groups.flatMap(([own, all]) => {
      const deliveries = deliveriesOfSameAction(own, all);
      return deliveries.at(-1) === own ? interpreter.project(deliveries) : [];
    });
  }
}

/**
 * Each new delivery, and everything with the same id. Reads in index order, so that each archive
 * block is decompressed once.
 */
async function readDeliveries(
  { reader, ledger }: LedgerWriter,
  indices: readonly number[],
): Promise<(readonly [own: Delivery, all: readonly Delivery[]])[]> {
  const keys = actionKeys(ledger.localKeys);
  const groups: (readonly number[])[] = [];
  for (const index of indices) {
    const { leaf } = await reader.leaf(index);
    const all = ledger.deliveries(actionFingerprint(leaf.id, keys));
    groups.push(all.filter((other) => other < reader.size));
  }
  const deliveries = new Map<number, Delivery>();
  for (const index of [...new Set(groups.flat())].sort((a, b) => a - b)) {
    const { leaf } = await reader.leaf(index);
    const held = await reader.body(index);
    // Copy, because a view would retain the whole block for each of its entries.
    const body = held.kind === 'present' ? new Uint8Array(held.bytes) : undefined;
    deliveries.set(index, { index, leaf, body });
  }
  return indices.map((index, at) => {
    const own = deliveries.get(index);
    assert(own !== undefined, 'a new delivery is among those of its action');
    return [own, groups[at]?.flatMap((other) => deliveries.get(other) ?? []) ?? []];
  });
}
