import type { Ask, Reply } from '../http/http-message.ts';
import { blobName, type Hour } from './hour-index.ts';

import { escapeXml, StorageError, xml } from './storage-errors.ts';

/** The service's maximum number of results per list. */
const LIST_RESULTS_MAX = 5_000;

/** A container in lists and in its own properties. */
export type Container = { readonly name: string; readonly madeMs: number };

/** List Containers: by name, with prefix and marker. */
export function listContainers(
  ask: Ask,
  endpoint: string,
  containers: readonly Container[],
): { readonly status: 200; readonly headers: Readonly<Record<string, string>>; body: string } {
  const { prefix, marker, from, max } = windowOf(ask, []);
  const named = containers.filter(({ name }) => name.startsWith(prefix) && name >= from);
  const next = named[max];
  const body =
    `<EnumerationResults ServiceEndpoint="${escapeXml(endpoint)}">` +
    element('Prefix', prefix) +
    element('Marker', marker) +
    (ask.query.has('maxresults') ? element('MaxResults', String(max)) : '') +
    `<Containers>${named.slice(0, max).map(containerXml).join('')}</Containers>` +
    (next === undefined ? '<NextMarker />' : element('NextMarker', writeMarker(next.name))) +
    '</EnumerationResults>';
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(body) };
}

function containerXml(container: Container): string {
  const { name, madeMs } = container;
  const properties = [
    element('Last-Modified', new Date(madeMs).toUTCString()),
    element('Etag', `"${containerEtag(container)}"`),
    element('LeaseStatus', 'unlocked'),
    element('LeaseState', 'available'),
    element('DefaultEncryptionScope', '$account-encryption-key'),
    element('DenyEncryptionScopeOverride', 'false'),
    element('HasImmutabilityPolicy', 'false'),
    element('HasLegalHold', 'false'),
    element('ImmutableStorageWithVersioningEnabled', 'false'),
  ].join('');
  return `<Container>${element('Name', name)}<Properties>${properties}</Properties></Container>`;
}

/** The ETag of the container itself, which never changes; its blobs have their own. */
export function containerEtag({ madeMs }: Container): string {
  return `0x8D${madeMs.toString(16).toUpperCase().padStart(11, '0')}`;
}

type Entry = { readonly name: string; readonly hour: Hour | undefined };

/** List Blobs: by name, with prefix and marker. */
export function listBlobs(
  ask: Ask,
  endpoint: string,
  container: string,
  hours: readonly Hour[],
): Reply {
  const { query } = ask;
  const delimiter = query.get('delimiter') ?? '';
  const { prefix, marker, from, max } = windowOf(ask, INCLUDES);
  const entries = entriesOf(hours, prefix, delimiter).filter(({ name }) => name >= from);
  const page = entries.slice(0, max);
  const next = entries[max];
  const given = [
    element('Prefix', prefix),
    element('Marker', marker),
    query.has('maxresults') ? element('MaxResults', String(max)) : '',
    element('Delimiter', delimiter),
  ].join('');
  const body =
    `<EnumerationResults ServiceEndpoint="${escapeXml(endpoint)}" ContainerName="${container}">` +
    `${given}<Blobs>${page.map(entryXml).join('')}</Blobs>` +
    (next === undefined ? '<NextMarker />' : element('NextMarker', writeMarker(next.name))) +
    '</EnumerationResults>';
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(body) };
}

/** Optional details of a list. Blobs of the export have none of them. */
const INCLUDES: readonly string[] = [
  ...['snapshots', 'metadata', 'uncommittedblobs', 'copy', 'deleted', 'tags', 'versions'],
  ...['deletedwithversions', 'immutabilitypolicy', 'legalhold', 'permissions'],
];
const CONTAINER_INCLUDES: readonly string[] = ['metadata', 'deleted', 'system'];

/** The requested part of a list. Throws the service's error for invalid parameters. */
function windowOf(
  { query }: Ask,
  includes: readonly string[],
): {
  readonly prefix: string;
  readonly marker: string;
  readonly from: string;
  readonly max: number;
} {
  const known = includes.length === 0 ? CONTAINER_INCLUDES : includes;
  const asked = (query.get('include') ?? '').split(',').filter(Boolean);
  if (asked.some((one) => !known.includes(one.trim().toLowerCase())))
    throw new StorageError(
      400,
      'InvalidQueryParameterValue',
      'Value for one of the query parameters specified in the request URI is invalid.',
    );
  const [prefix, marker] = [query.get('prefix') ?? '', query.get('marker') ?? ''];
  return { prefix, marker, from: readMarker(marker), max: resultsOf(query.get('maxresults')) };
}

/** Names with the delimiter are folded into one prefix. */
function entriesOf(hours: readonly Hour[], prefix: string, delimiter: string): readonly Entry[] {
  const entries: Entry[] = [];
  for (const hour of hours) {
    const name = blobName(hour.tenantId, hour.fromMs);
    if (!name.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (cut < 0) entries.push({ name, hour });
    else {
      const folded = name.slice(0, cut + delimiter.length);
      if (entries.at(-1)?.name !== folded) entries.push({ name: folded, hour: undefined });
    }
  }
  return entries;
}

function entryXml({ name, hour }: Entry): string {
  if (hour === undefined) return `<BlobPrefix>${element('Name', name)}</BlobPrefix>`;
  const properties = [
    element('Creation-Time', new Date(hour.fromMs).toUTCString()),
    element('Last-Modified', new Date(hour.changedMs).toUTCString()),
    element('Etag', etagOf(hour)),
    element('Content-Length', String(hour.bytes)),
    element('Content-Type', 'application/octet-stream'),
    '<Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5 />',
    element('BlobType', 'AppendBlob'),
    element('AccessTier', 'Hot'),
    element('LeaseStatus', 'unlocked'),
    element('LeaseState', 'available'),
    element('ServerEncrypted', 'true'),
  ].join('');
  return `<Blob>${element('Name', name)}<Properties>${properties}</Properties></Blob>`;
}

/** Changes exactly with each append. */
export function etagOf({ fromMs, bytes, blocks }: Hour): string {
  const hour = (fromMs / 3_600_000).toString(16).padStart(6, '0');
  return `0x8D${hour}${blocks.toString(16)}${bytes.toString(16)}`.toUpperCase().replace('0X', '0x');
}

function element(name: string, text: string): string {
  return text === '' ? `<${name} />` : `<${name}>${escapeXml(text)}</${name}>`;
}

function resultsOf(text: string | null): number {
  if (text === null) return LIST_RESULTS_MAX;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new StorageError(400, 'OutOfRangeQueryParameterValue', OUT_OF_RANGE);
  return Math.min(count, LIST_RESULTS_MAX);
}

const OUT_OF_RANGE =
  'One of the query parameters specified in the request URI is outside the permissible range.';

function writeMarker(name: string): string {
  return `2!${Buffer.from(name).toString('base64')}`;
}

function readMarker(marker: string): string {
  if (marker === '') return '';
  const name = Buffer.from(marker.slice(2), 'base64').toString('utf8');
  if (!marker.startsWith('2!') || name === '')
    throw new StorageError(400, 'InvalidQueryParameterValue', 'The marker is not of a listing.');
  return name;
}
