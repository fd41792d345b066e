import type { Delivery } from './sink.ts';

type DocumentJson = { readonly json: string; readonly bytes: number };

const documents = new WeakMap<object, DocumentJson>();

/**
 * The document that a receiver stores, as JSON: the OCSF event, or what is left of the entry. All
 * feeds that send the same document serialize it once.
 */
export function documentJson(delivery: Delivery): string {
  return serialized(delivery).json;
}

/** The record as one line of JSON. */
export function recordJson(record: Delivery): string {
  if (!('body' in record)) return documentJson(record);
  return withMember(envelopeJson(record), 'body', documentJson(record));
}

/** The octets of {@link recordJson}. */
export function recordBytes(record: Delivery): number {
  const { bytes } = serialized(record);
  if (!('body' in record)) return bytes;
  return Buffer.byteLength(envelopeJson(record)) + BODY_MEMBER.length + bytes;
}

const BODY_MEMBER = ',"body":';

/** The JSON of an object that has members, with one more at its end. The value is JSON, too. */
export function withMember(object: string, name: string, value: string): string {
  return `${object.slice(0, -1)},"${name}":${value}}`;
}

function envelopeJson(record: Extract<Delivery, { body: object }>): string {
  const { index, kind, id, at, seen, tenant } = record;
  return JSON.stringify({ index, kind, id, at, seen, tenant });
}

function serialized(delivery: Delivery): DocumentJson {
  const document = 'body' in delivery ? delivery.body : delivery;
  let known = documents.get(document);
  if (known === undefined) {
    const json = JSON.stringify(document);
    known = { json, bytes: Buffer.byteLength(json) };
    documents.set(document, known);
  }
  return known;
}
