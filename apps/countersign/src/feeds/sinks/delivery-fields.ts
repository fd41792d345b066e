import { OWN_TENANT } from '@countersign/core';
import type { Delivery } from '../delivery/sink.ts';

/** `severity_id` of OCSF 1.8.0, `base_event`. */
export const OCSF_SEVERITY = {
  unknown: 0,
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
  fatal: 6,
  other: 99,
} as const;

/** The path of an entry in the HTTP API. */
const ENTRY_PATH = '/api/v1/entries/';

/** The address of an entry, for receivers that get no body. `service` is the service's root. */
export function entryLink(service: string | undefined, index: number): { readonly link?: string } {
  return service === undefined ? {} : { link: `${service}${ENTRY_PATH}${index}` };
}

/** The severity that an OCSF event states. Other entries have none. */
export function severityOf(delivery: Delivery): number | undefined {
  return numberMember(delivery, 'severity_id');
}

/** A member of an OCSF event that is a number, such as `class_uid`. */
export function numberMember(delivery: Delivery, name: string): number | undefined {
  const stated = 'body' in delivery ? memberOf(delivery.body, name) : undefined;
  return typeof stated === 'number' ? stated : undefined;
}

/** The time of the event, in the normal form of an instant. An erased entry states none. */
export function timeOf(delivery: Delivery): string | undefined {
  return 'at' in delivery ? delivery.at : undefined;
}

/** Undefined for entries of Countersign, which have no tenant. */
export function tenantOf(delivery: Delivery): string | undefined {
  return 'tenant' in delivery && delivery.tenant !== OWN_TENANT ? delivery.tenant : undefined;
}

/**
 * In place of a document that the receiver would cut: where to find the entry.
 *
 * @param sizeBytes the size of the whole document
 */
export function thinDocument(
  delivery: Delivery,
  sizeBytes: number,
  service: string | undefined,
): ThinDocument {
  const { id, index, kind } = delivery;
  return { id, index, kind, thin: true, sizeBytes, ...entryLink(service, index) };
}

export type ThinDocument = {
  readonly id: string;
  readonly index: number;
  readonly kind: Delivery['kind'];
  readonly thin: true;
  readonly sizeBytes: number;
  readonly link?: string;
};

function memberOf(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
}
