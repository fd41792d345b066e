import { assert } from '@countersign/core';
import { actionFingerprint, actionKeys, type LedgerReader } from '@countersign/ledger/batches';
import { ActionBuffer } from './action-buffer.ts';
import { type Delivery, deliveriesOfSameAction } from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { readDeliveries } from './read-deliveries.ts';
import { type ProjectedAction, RecordInterpreter } from './record-interpreter.ts';

/** Actions that are merged at once, with the bodies of all their deliveries. */
const MERGES_PER_SLICE = 2_000;

/** An entry whose action has other deliveries. */
export type Redelivery = {
  readonly index: number;
  /** The entries with the same record id. They may include the entry itself, and later ones. */
  readonly others: readonly number[];
  /** The entry itself, if the caller has it in memory. Otherwise it is read. */
  readonly own?: Delivery;
};

/**
 * Writes one row for each action with new deliveries, from all of its deliveries, in place of its
 * earlier rows. `indices`: entries of the new deliveries, which MUST be durable.
 */
export async function mergeActions(
  writer: LedgerWriter,
  indices: readonly number[],
): Promise<void> {
  if (indices.length === 0) return;
  const { ledger, reader, store, dir } = writer;
  await ledger.publish();
  await reader.refresh();
  const keys = actionKeys(ledger.localKeys);
  const redeliveries: Redelivery[] = [];
  for (const index of indices) {
    const { leaf } = await reader.leaf(index);
    const others = ledger.deliveries(actionFingerprint(leaf.id, keys));
    redeliveries.push({ index, others: others.filter((other) => other < reader.size) });
  }
  const interpreter = new RecordInterpreter(writer.signalSource?.extractor);
  const buffer = new ActionBuffer();
  for await (const actions of redeliveredActions(reader, interpreter, redeliveries)) {
    for (const action of actions) buffer.add(action);
    store.post(await buffer.write(dir));
  }
}

/**
 * The actions whose newest delivery is one of these, a few thousand at once. An action has one row,
 * at the entry of its newest delivery.
 *
 * `redeliveries`: in order of their indices. All entries that they name MUST be published.
 */
export async function* redeliveredActions(
  reader: Pick<LedgerReader, 'scan'>,
  interpreter: RecordInterpreter,
  redeliveries: readonly Redelivery[],
): AsyncGenerator<readonly ProjectedAction[]> {
  // A later delivery's row replaces those of earlier ones. So a flood of one id costs few merges.
  const covered = new Set<number>();
  for (let to = redeliveries.length; to > 0; to -= MERGES_PER_SLICE) {
    const slice = redeliveries
      .slice(Math.max(0, to - MERGES_PER_SLICE), to)
      .filter(({ index }) => !covered.has(index));
    const deliveries = await deliveriesOf(reader, slice);
    const actions: ProjectedAction[] = [];
    for (const { index, others } of slice.toReversed()) {
      if (covered.has(index)) continue;
      const own = deliveries.get(index);
      assert(own !== undefined, 'a new delivery is among those of its action');
      const rest = others.filter((other) => other !== index);
      const all = [own, ...rest.flatMap((other) => deliveries.get(other) ?? [])];
      const same = deliveriesOfSameAction(own, all);
      for (const each of same) covered.add(each.index);
      if (same.at(-1) === own) actions.push(interpreter.project(same));
    }
    yield actions;
  }
}

/** By entry: the deliveries in memory, and the others from the archive. */
async function deliveriesOf(
  reader: Pick<LedgerReader, 'scan'>,
  redeliveries: readonly Redelivery[],
): Promise<Map<number, Delivery>> {
  const held = new Map<number, Delivery>();
  for (const { index, own } of redeliveries) if (own !== undefined) held.set(index, own);
  const wanted = redeliveries.flatMap(({ index, others }) => [index, ...others]);
  const deliveries = await readDeliveries(
    reader,
    wanted.filter((index) => !held.has(index)),
  );
  for (const [index, own] of held) deliveries.set(index, own);
  return deliveries;
}
