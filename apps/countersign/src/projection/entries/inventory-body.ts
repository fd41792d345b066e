import { isGuid } from '@countersign/core';
import type { InventoryRow, InventoryTenant } from '../../store/rows/entry-rows.ts';
import type { Actor } from './own-entry.ts';

/** The body of an entry of kind `config`: the tenants that the company owns. */
export type InventoryBody = Actor & {
  readonly v: 1;
  readonly what: 'inventory';
  readonly tenants: InventoryRow['tenants'];
  readonly partners: InventoryRow['partners'];
  /** Makes a new entry if the same inventory is recorded again after another one. */
  readonly atMs: number;
};

export type Inventory = Pick<InventoryRow, 'tenants' | 'partners'>;

/** Undefined for another kind or form: the entry then has no meaning, but remains an entry. */
export function parseInventoryBody(body: unknown): Inventory | undefined {
  if (!isObject(body) || body['what'] !== 'inventory') return undefined;
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
