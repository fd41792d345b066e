import { msOfInstant } from '@countersign/core';
import { documentJson, withMember } from '../../delivery/record-json.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { tenantOf, timeOf } from '../delivery-fields.ts';

export type HecEventOptions = {
  /** Undefined: the default of the token. */
  readonly index: string | undefined;
  /** Undefined: Splunk takes the address of the sender. */
  readonly host: string | undefined;
  readonly source: string;
  readonly sourceType: string;
};

/**
 * One object of a request to `/services/collector/event`. Objects follow one another without an
 * array. `cs_id` lets searches drop repeated records. An erased entry has no time: Splunk then uses
 * the time of arrival.
 */
export function hecEvent(delivery: Delivery, options: HecEventOptions): string {
  const { index, host, source, sourceType } = options;
  const at = timeOf(delivery);
  const tenant = tenantOf(delivery);
  const envelope = JSON.stringify({
    // In seconds: milliseconds would be a time in the year 55,000.
    ...(at !== undefined && { time: msOfInstant(at) / 1000 }),
    ...(host !== undefined && { host }),
    source,
    sourcetype: sourceType,
    ...(index !== undefined && { index }),
  });
  // Flat, with strings only: anything else is refused with code 15.
  const fields = JSON.stringify({
    cs_id: delivery.id,
    cs_index: String(delivery.index),
    cs_kind: delivery.kind,
    ...(tenant !== undefined && { cs_tenant: tenant }),
  });
  return withMember(withMember(envelope, 'event', documentJson(delivery)), 'fields', fields);
}
