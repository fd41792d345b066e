import { assert } from '@countersign/core';
import { actionFingerprint, actionKeys } from '@countersign/ledger';
import { RowBuffer } from '../store/parquet/row-buffer.ts';
import { type Delivery, sameAction } from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { MERGES_PER_SLICE } from './limits.ts';
import { type ProjectedAction, RecordInterpreter } from './record-interpreter.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';

/**
 * Gives each action that was delivered again one row out of all its deliveries, in place of the
 * rows that it had. `indices` are the entries of the new deliveries; all of them MUST be durable.
 */
export async function mergeActions(
  writer: LedgerWriter,
  indices: readonly number[],
): Promise<void> {
  if (indices.length === 0) return;
  await writer.ledger.publish();
  await writer.reader.refresh();
  const interpreter = new RecordInterpreter(writer.signalSource?.extractor);
  for await (const actions of redeliveredActions(writer, interpreter, indices)) {
    const rows = new RowBuffer();
    const signals = new SignalBuffer();
    const superseded: number[] = [];
    for (const action of actions) {
      const { row } = action;
      rows.add(row, action.actors);
      signals.add(row, action.signals);
      superseded.push(...row.entries.filter((entry) => entry !== row.index));
    }
    await writer.store.postRows(rows, { superseded, signals: signals.take() });
  }
}

/**
 * The actions whose newest delivery is one of these entries, some thousand at a time. A later
 * delivery writes the row: an action has one row, at its newest entry.
 */
export async function* redeliveredActions(
  writer: LedgerWriter,
  interpreter: RecordInterpreter,
  indices: readonly number[],
): AsyncGenerator<readonly ProjectedAction[]> {
  for (let from = 0; from < indices.length; from += MERGES_PER_SLICE) {
    const slice = indices.slice(from, from + MERGES_PER_SLICE);
    const groups = await readDeliveries(writer, slice);
    yield groups.flatMap(({ index, deliveries }) => {
      const own = deliveries.find((delivery) => delivery.index === index);
      assert(own !== undefined, 'a new delivery is among those of its action');
      const action = sameAction(own, deliveries);
      return action.at(-1) === own ? interpreter.project(action) : [];
    });
  }
}

/** A new delivery, and all that the ledger has under the same id. */
type DeliveryGroup = { readonly index: number; readonly deliveries: readonly Delivery[] };

/** In order of index, so that each block of the archive is unpacked once and not for each entry. */
async function readDeliveries(
  writer: LedgerWriter,
  indices: readonly number[],
): Promise<DeliveryGroup[]> {
  const { reader, ledger } = writer;
  const keys = actionKeys(ledger.localKeys);
  const wanted = new Map<number, readonly number[]>();
  for (const index of indices) {
    const { leaf } = await reader.leaf(index);
    const all = ledger.deliveries(actionFingerprint(leaf.id, keys));
    wanted.set(
      index,
      all.filter((other) => other < reader.size),
    );
  }
  const each = new Set([...wanted.values()].flat());
  const deliveries = new Map<number, Delivery>();
  for (const index of [...each].sort((a, b) => a - b)) {
    deliveries.set(index, await readDelivery(writer, index));
  }
  return indices.map((index) => {
    const own = wanted.get(index)?.flatMap((other) => deliveries.get(other) ?? []) ?? [];
    return { index, deliveries: own };
  });
}

async function readDelivery({ reader }: LedgerWriter, index: number): Promise<Delivery> {
  const { leaf } = await reader.leaf(index);
  const body = await reader.body(index);
  // A copy: a view would keep the whole block in memory, for each of its entries.
  return { index, leaf, body: body.kind === 'present' ? new Uint8Array(body.bytes) : undefined };
}
