import { assert } from '@countersign/core';
import {
  type Inventory,
  type InventoryBody,
  parseInventoryBody,
} from '../../projection/entries/inventory-body.ts';
import { type Actor, ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { InventoryRow } from '../../store/rows/entry-rows.ts';
import type { LedgerSink } from './ledger-sink.ts';

/**
 * Records which tenants the company owns, unless the last such entry is the same. Returns the
 * index.
 */
export async function recordInventory(
  { writer, sink }: { readonly writer: LedgerWriter; readonly sink: LedgerSink },
  inventory: Inventory,
  actor: Actor,
): Promise<{ readonly entry: number; readonly said: 'now' | 'before' }> {
  const last = await lastInventory(writer);
  if (last !== undefined && isSame(last, inventory)) return { entry: last.index, said: 'before' };
  const atMs = writer.clock.now();
  const body: InventoryBody = { v: 1, what: 'inventory', ...inventory, ...actor, atMs };
  await sink.append([ownEntryDraft('config', atMs, body)]);
  await sink.post();
  const entry = writer.store.indicesOfKind('config').at(-1);
  assert(entry !== undefined, 'what was appended and posted is an act');
  return { entry, said: 'now' };
}

async function lastInventory({ store, reader }: LedgerWriter): Promise<InventoryRow | undefined> {
  for (const index of store.indicesOfKind('config').toReversed()) {
    const body = index < reader.size ? await reader.body(index) : undefined;
    const text = body?.kind === 'present' ? Buffer.from(body.bytes).toString('utf8') : 'null';
    const said = parseInventoryBody(JSON.parse(text));
    if (said !== undefined) return { index, ...said };
  }
  return undefined;
}

function isSame(a: Inventory, b: Inventory): boolean {
  const text = ({ tenants, partners }: Inventory): string => {
    const owned = tenants.map(({ tenant, name, use, state }) => [tenant, name, use, state]);
    return JSON.stringify([owned, partners.map(({ tenant, name }) => [tenant, name])]);
  };
  return text(a) === text(b);
}
