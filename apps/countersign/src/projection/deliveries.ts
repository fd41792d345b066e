import { TENANT_NOT_STATED, type TenantId } from '@countersign/core';
import type { Leaf } from '@countersign/ledger/reader';
import { type Interpretation, sourceRank } from '@countersign/ocsf';
import type { Signal } from './signals/signal-extractor.ts';

/** The meaning of one record: its event, and a signal for each rule stream that it matches. */
export type RecordMeaning = {
  readonly event: Interpretation;
  readonly signals: readonly Signal[];
};

/** One delivery of an action. The body is undefined once it is erased. */
export type Delivery = {
  readonly index: number;
  readonly leaf: Pick<Leaf, 'source' | 'tenant' | 'id' | 'at' | 'seen'>;
  readonly body: Uint8Array | undefined;
  /** Undefined if the body is not interpreted yet. */
  readonly meaning?: RecordMeaning | undefined;
};

/**
 * Sorts the most detailed delivery first: the richer source, then the longer body, because the
 * vendor completes sign-ins later. Bytes break ties, so the order of arrival does not matter.
 */
export function compareByDetail(a: ReadableDelivery, b: ReadableDelivery): number {
  return (
    sourceRank(a.leaf.source) - sourceRank(b.leaf.source) ||
    b.body.length - a.body.length ||
    Buffer.compare(b.body, a.body)
  );
}

type ReadableDelivery = {
  readonly leaf: Pick<Leaf, 'source'>;
  readonly body: Uint8Array;
};

export function isReadable(
  delivery: Delivery,
): delivery is Delivery & { readonly body: Uint8Array } {
  return delivery.body !== undefined;
}

/**
 * The candidates that report the same action as `own`. They share its record id; this checks the
 * tenant.
 *
 * A delivery without a tenant belongs to the first stated tenant. If earlier deliveries state
 * several tenants, it forms its own group, because a record id proves no tenant. Later deliveries
 * never move an earlier one, so a rebuild forms the same groups as the imports.
 */
export function deliveriesOfSameAction<T extends Pick<Delivery, 'index' | 'leaf'>>(
  own: T,
  candidates: readonly T[],
): readonly T[] {
  const ordered = candidates.toSorted((a, b) => a.index - b.index);
  const first = firstStatedTenant(ordered.map(({ leaf }) => leaf));
  const stated = new Set<TenantId>();
  const byTenant = Map.groupBy(ordered, ({ leaf: { tenant } }) => {
    if (tenant === TENANT_NOT_STATED) return stated.size > 1 ? tenant : first;
    stated.add(tenant);
    return tenant;
  });
  return [...byTenant.values()].find((group) => group.includes(own)) ?? [];
}

/** The first tenant that a delivery states. */
export function firstStatedTenant(deliveries: readonly { readonly tenant: TenantId }[]): TenantId {
  const stated = deliveries.find(({ tenant }) => tenant !== TENANT_NOT_STATED);
  return stated?.tenant ?? TENANT_NOT_STATED;
}

const decoder = new TextDecoder();

/** Parses a body. An unreadable body becomes `{}`, which gets the base mapping. */
export function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return {};
  }
}
