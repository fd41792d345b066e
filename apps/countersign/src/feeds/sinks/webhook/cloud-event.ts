import { OWN_TENANT } from '@countersign/core';
import { recordJson, withMember } from '../../delivery/record-json.ts';
import type { Delivery } from '../../delivery/sink.ts';
import type { FeedEntry } from '../../feed-record.ts';
import { entryLink } from '../delivery-fields.ts';

/** OCSF `activity_id` of a Detection Finding. */
const FINDING_CHANGES: ReadonlyMap<unknown, string> = new Map([
  [1, 'created'],
  [2, 'updated'],
  [3, 'closed'],
]);

export type CloudEventOptions = {
  readonly origin: string;
  readonly content: 'thin' | 'full';
  /** The address of the service, for links. */
  readonly link: string | undefined;
};

/**
 * The JSON of a CloudEvent 1.0.2 in structured mode. `source` and `id` identify the entry.
 * `timestamp` is an extension attribute: Standard Webhooks recommends it, beside `type` and `data`.
 */
export function cloudEventJson(record: Delivery, options: CloudEventOptions): string {
  const { origin, content, link } = options;
  const { index } = record;
  const isEntry = 'body' in record;
  const time = isEntry ? { time: record.at, timestamp: record.at } : {};
  const subject = isEntry && record.tenant !== OWN_TENANT ? `tenant/${record.tenant}` : undefined;
  const envelope = JSON.stringify({
    specversion: '1.0',
    id: String(index),
    source: `//${origin}`,
    type: typeOf(record),
    ...(subject === undefined ? {} : { subject }),
    ...time,
    datacontenttype: 'application/json',
  });
  const data = content === 'thin' && isEntry ? JSON.stringify(thinOf(record)) : recordJson(record);
  const { link: href } = entryLink(link, index);
  const linked = href === undefined ? data : withMember(data, 'link', JSON.stringify(href));
  return withMember(envelope, 'data', linked);
}

/** What to erase is no content: without it, a receiver could not act on it. */
function thinOf({ id, index, kind, body }: FeedEntry): object {
  const ranges = kind === 'erasure' ? { ranges: (body as { ranges?: unknown }).ranges } : {};
  return { id, index, kind, ...ranges };
}

function typeOf(record: Delivery): string {
  const change = changeOf(record);
  const kind = 'of' in record ? record.of : record.kind;
  return `app.countersign.${kind}${change === undefined ? '' : `.${change}`}.v1`;
}

function changeOf(record: Delivery): string | undefined {
  if (!('body' in record)) return record.kind;
  if (record.kind !== 'finding') return undefined;
  return FINDING_CHANGES.get((record.body as { activity_id?: unknown }).activity_id);
}
