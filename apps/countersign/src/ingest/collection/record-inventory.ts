import { assert, isGuid } from '@countersign/core';
import type { LedgerWriter } from '../../operations/host/open-writer.ts';
import { type Actor, ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { InventoryRow, InventoryTenant } from '../../store/rows/entry-rows.ts';
import type { LedgerSink } from './ledger-sink.ts';

/** The body of an entry of kind `config`: which tenants the company owns. */
export type InventoryBody = Actor & {
  readonly v: 1;
  readonly what: 'estate';
  readonly tenants: InventoryRow['tenants'];
  readonly partners: InventoryRow['partners'];
  /** Makes it another entry when the same is said again after something else was. */
  readonly atMs: number;
};

export type Inventory = Pick<InventoryRow, 'tenants' | 'partners'>;

/**
 * Says which tenants the company owns, unless it was the last that was said: then nothing is
 * appended. Tells the entry.
 */
export async function recordInventory(
  { writer, desk }: { readonly writer: LedgerWriter; readonly desk: LedgerSink },
  inventory: Inventory,
  actor: Actor,
): Promise<{ readonly entry: number; readonly said: 'now' | 'before' }> {
  const last = await lastInventory(writer);
  if (last !== undefined && isSame(last, inventory)) return { entry: last.index, said: 'before' };
  const atMs = writer.clock.now();
  const body: InventoryBody = { v: 1, what: 'estate', ...inventory, ...actor, atMs };
  await desk.append([ownEntryDraft('config', atMs, body)]);
  await desk.post();
  const entry = writer.books.acts('config').at(-1);
  assert(entry !== undefined, 'what was appended and posted is an act');
  return { entry, said: 'now' };
}

async function lastInventory({ books, reader }: LedgerWriter): Promise<InventoryRow | undefined> {
  for (const index of books.acts('config').toReversed()) {
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

/** Undefined for an entry of another kind or form: it means nothing, and is still an entry. */
export function parseInventoryBody(body: unknown): Inventory | undefined {
  if (!isObject(body) || body['what'] !== 'estate') return undefined;
  const { tenants, partners } = body;
  if (!Array.isArray(tenants) || !Array.isArray(partners)) return undefined;
  if (!tenants.every(isTenant) || !partners.every(isPartner)) return undefined;
  return { tenants, partners };
}

function isTenant(value: unknown): value is InventoryTenant {
  if (!isObject(value) || !isPartner(value)) return false;
  const { use, state } = value as Record<string, unknown>;
  return typeof use === 'string' && (state === 'connected' || state === 'not connected');
}

function isPartner(value: unknown): value is Inventory['partners'][number] {
  if (!isObject(value)) return false;
  const { tenant, name } = value;
  return typeof tenant === 'string' && isGuid(tenant) && typeof name === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
