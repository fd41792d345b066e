import { assert } from '@countersign/core';
import { actionFingerprint, actionKeys } from '@countersign/ledger';
import { createMemo, type Memo, read } from '@countersign/ocsf';
import { RowBuffer } from '../store/parquet/row-buffer.ts';
import {
  type Delivery,
  type MergedRow,
  mergeDeliveries,
  parseBody,
  richestFirst,
  sameAction,
} from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { MERGES_PER_SLICE } from './limits.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';
import type { Signal } from './signals/signal-extractor.ts';

/**
 * Gives each action that was seen again one row out of all its sightings, in place of the rows that
 * it had. `indices` are the entries that were the new sightings; all of them MUST be durable.
 */
export async function mergeActions(
  writer: LedgerWriter,
  indices: readonly number[],
): Promise<void> {
  if (indices.length === 0) return;
  await writer.ledger.publish();
  await writer.reader.refresh();
  const memo = createMemo();
  for (let from = 0; from < indices.length; from += MERGES_PER_SLICE) {
    const slice = indices.slice(from, from + MERGES_PER_SLICE);
    const buffer = new RowBuffer();
    const superseded: number[] = [];
    const signals = new SignalBuffer();
    for (const { index, others } of await readDeliveries(writer, slice)) {
      const merged = merge(writer, { index, others }, memo);
      if (merged === undefined) continue;
      const { row, events, found } = merged;
      buffer.add(row, events);
      superseded.push(...row.entries.filter((entry) => entry !== index));
      signals.add({ index, tenant: row.tenant, timeMs: row.event.timeMs }, found);
    }
    await writer.store.postRows(buffer, { superseded, signals: signals.take() });
  }
}

type MergeResult = MergedRow & { readonly found: readonly Signal[] };

/** Undefined for a sighting of which a later one stands in the books. */
export async function mergeAt(
  writer: LedgerWriter,
  index: number,
  memo: Memo,
): Promise<MergeResult | undefined> {
  const [seen] = await readDeliveries(writer, [index]);
  return seen === undefined ? undefined : merge(writer, seen, memo);
}

/** A new sighting, and all that the ledger has under the same id. */
type DeliveryGroup = { readonly index: number; readonly others: readonly Delivery[] };

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
    const others = wanted.get(index)?.flatMap((other) => deliveries.get(other) ?? []) ?? [];
    return { index, others };
  });
}

function merge(
  writer: LedgerWriter,
  { index, others }: DeliveryGroup,
  memo: Memo,
): MergeResult | undefined {
  const own = others.find((delivery) => delivery.index === index);
  assert(own !== undefined, 'a new sighting is among those of its action');
  const deliveries = sameAction(own.leaf, others);
  // A later sighting writes the row: there is one row an action, at its newest entry.
  if (deliveries.some((delivery) => delivery.index > index)) return undefined;
  const merged = mergeDeliveries(deliveries, memo);
  return { ...merged, found: signalsOf(writer, deliveries, memo) };
}

/**
 * What rules make of an action: of each source, which has a shape of its own, they see the richest
 * sighting. So neither the order of imports nor an earlier, poorer version changes what fits.
 */
function signalsOf(
  { signalSource }: LedgerWriter,
  deliveries: readonly Delivery[],
  memo: Memo,
): readonly Signal[] {
  if (signalSource === undefined) return [];
  const readable = deliveries.filter((delivery) => delivery.body !== undefined);
  const ranked = readable.map(bodied).sort(richestFirst);
  const found = new Map<string, Signal>();
  for (const of of Map.groupBy(ranked, ({ leaf }) => leaf.source).values()) {
    const { leaf, body } = of[0] as ReadableDelivery;
    const reading = read({ ...leaf, value: parseBody(body) }, memo);
    for (const signal of signalSource.extractor.of(reading)) {
      // Where two sources tell of it, the richer one says in which group it is.
      const key = `${signal.part} ${signal.stream}`;
      if (!found.has(key)) found.set(key, signal);
    }
  }
  return [...found.values()];
}

type ReadableDelivery = { readonly leaf: Delivery['leaf']; readonly body: Uint8Array };

function bodied({ leaf, body }: Delivery): ReadableDelivery {
  assert(body !== undefined, 'sightings without a body were left out');
  return { leaf, body };
}

async function readDelivery({ reader }: LedgerWriter, index: number): Promise<Delivery> {
  const { leaf } = await reader.leaf(index);
  const body = await reader.body(index);
  // A copy: a view would keep the whole block in memory, for each of its entries.
  return { index, leaf, body: body.kind === 'present' ? new Uint8Array(body.bytes) : undefined };
}
