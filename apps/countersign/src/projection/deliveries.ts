import { assert, msOfInstant, TENANT_NOT_STATED } from '@countersign/core';
import type { Leaf } from '@countersign/ledger';
import {
  type Interpretation,
  interpret,
  type Memo,
  mergeInterpretations,
  sourceRank,
} from '@countersign/ocsf';
import { type EventRow, erasedRow } from '../store/rows/event-row.ts';

/** One delivery of an action; the body is undefined once it is erased. */
export type Delivery = {
  readonly index: number;
  readonly leaf: Leaf;
  readonly body: Uint8Array | undefined;
};

export type MergedRow = { readonly row: EventRow; readonly events: readonly Interpretation[] };

/**
 * Which of two sightings says more: the richer source, within a source the fuller body (the vendor
 * completes sign-ins later, and the order in which files and rows arrive means nothing), and of
 * equally full ones always the same.
 */
export function richestFirst(
  a: { readonly leaf: Leaf; readonly body: Uint8Array },
  b: { readonly leaf: Leaf; readonly body: Uint8Array },
): number {
  return (
    sourceRank(a.leaf.source) - sourceRank(b.leaf.source) ||
    b.body.length - a.body.length ||
    Buffer.compare(b.body, a.body)
  );
}

/**
 * One row out of all sightings of an action: the richest first, and what it does not state filled
 * from the others. The order in which the sightings arrived changes nothing but `index`.
 */
export function mergeDeliveries(deliveries: readonly Delivery[], memo: Memo): MergedRow {
  const entries = deliveries.map(({ index }) => index).sort((a, b) => a - b);
  const newest = deliveries.find(({ index }) => index === entries.at(-1));
  assert(newest !== undefined, 'an action has at least one sighting');
  const readable = deliveries.filter(isReadable).sort(richestFirst);
  const [first] = readable;
  const common = {
    index: newest.index,
    entries,
    tenant: statedTenant(deliveries),
    action: newest.leaf.id,
    seenMs: Date.parse(newest.leaf.seen),
  };
  if (first === undefined) {
    const { source, at } = newest.leaf;
    return { row: erasedRow({ ...common, source, timeMs: msOfInstant(at) }), events: [] };
  }
  const events = readable.map(({ leaf, body }) =>
    interpret({ ...leaf, value: parseBody(body) }, memo),
  );
  const event = mergeInterpretations(events);
  return { row: { ...common, source: first.leaf.source, erased: false, event }, events };
}

/**
 * Which of the entries that share an id are the same action as `leaf`: the tenant is part of the
 * key, and a delivery that states none goes with the one tenant that the others state. Where they
 * state several it stays by itself: a record id is no proof of whose it is.
 */
export function sameAction<T extends { readonly leaf: Leaf }>(
  leaf: Leaf,
  candidates: readonly T[],
): readonly T[] {
  const stated = new Set(
    candidates.map((c) => c.leaf.tenant).filter((t) => t !== TENANT_NOT_STATED),
  );
  if (stated.size <= 1) return candidates;
  return candidates.filter((c) => c.leaf.tenant === leaf.tenant);
}

function statedTenant(deliveries: readonly Delivery[]): Leaf['tenant'] {
  const stated = deliveries.find(({ leaf }) => leaf.tenant !== TENANT_NOT_STATED);
  return stated?.leaf.tenant ?? TENANT_NOT_STATED;
}

function isReadable(delivery: Delivery): delivery is Delivery & { readonly body: Uint8Array } {
  return delivery.body !== undefined;
}

const decoder = new TextDecoder();

/** A body that is in the ledger was parsed on its way in; anything else means the base mapping. */
export function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return {};
  }
}
