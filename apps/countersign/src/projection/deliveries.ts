import { TENANT_NOT_STATED, type TenantId } from '@countersign/core';
import type { Leaf } from '@countersign/ledger';
import { sourceRank } from '@countersign/ocsf';

/** One delivery of an action; the body is undefined once it is erased. */
export type Delivery = {
  readonly index: number;
  readonly leaf: Leaf;
  readonly body: Uint8Array | undefined;
};

/**
 * Which of two deliveries says more: the richer source, within a source the fuller body (the vendor
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

export function isReadable(
  delivery: Delivery,
): delivery is Delivery & { readonly body: Uint8Array } {
  return delivery.body !== undefined;
}

/**
 * Which of the entries that share an id are the same action as `own`: the tenant is part of the
 * key. A delivery that states no tenant belongs to the one tenant that others state. If several are
 * stated before it, it stays alone: a record id does not prove a tenant. Later deliveries never
 * move an earlier one to another action, so a rebuild groups them as the imports did.
 */
export function sameAction<T extends Pick<Delivery, 'index' | 'leaf'>>(
  own: T,
  candidates: readonly T[],
): readonly T[] {
  const ordered = candidates.toSorted((a, b) => a.index - b.index);
  const first = statedTenant(ordered.map(({ leaf }) => leaf));
  const stated = new Set<TenantId>();
  const byTenant = Map.groupBy(ordered, ({ leaf: { tenant } }) => {
    if (tenant === TENANT_NOT_STATED) return stated.size > 1 ? tenant : first;
    stated.add(tenant);
    return tenant;
  });
  return [...byTenant.values()].find((group) => group.includes(own)) ?? [];
}

/** The first tenant that a delivery states. */
export function statedTenant(deliveries: readonly { readonly tenant: TenantId }[]): TenantId {
  const stated = deliveries.find(({ tenant }) => tenant !== TENANT_NOT_STATED);
  return stated?.tenant ?? TENANT_NOT_STATED;
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
