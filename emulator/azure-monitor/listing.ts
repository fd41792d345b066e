import type { Ask, Reply } from '../http.ts';
import { blobName } from './blob-names.ts';
import type { Hour } from './hour-index.ts';
import { LIST_RESULTS_MAX } from './limits.ts';
import { escaped, StorageError, xml } from './storage-errors.ts';

type Entry = { readonly name: string; readonly hour: Hour | undefined };

/** List Blobs: names in order, by prefix, from a marker on. */
export function listBlobs(
  ask: Ask,
  endpoint: string,
  container: string,
  hours: readonly Hour[],
): Reply {
  const { query } = ask;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const from = readMarker(marker);
  const max = resultsOf(query.get('maxresults'));
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
    `<EnumerationResults ServiceEndpoint="${escaped(endpoint)}" ContainerName="${container}">` +
    `${given}<Blobs>${page.map(entryXml).join('')}</Blobs>` +
    (next === undefined ? '<NextMarker />' : element('NextMarker', writeMarker(next.name))) +
    '</EnumerationResults>';
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(body) };
}

/** Names behind the delimiter are folded into one prefix. */
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

/** Changes with every append, and only then. */
export function etagOf({ fromMs, bytes, blocks }: Hour): string {
  const hour = (fromMs / 3_600_000).toString(16).padStart(6, '0');
  return `0x8D${hour}${blocks.toString(16)}${bytes.toString(16)}`.toUpperCase().replace('0X', '0x');
}

function element(name: string, text: string): string {
  return text === '' ? `<${name} />` : `<${name}>${escaped(text)}</${name}>`;
}

function resultsOf(text: string | null): number {
  if (text === null) return LIST_RESULTS_MAX;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new StorageError(400, 'OutOfRangeQueryParameterValue', 'maxresults is out of range.');
  return Math.min(count, LIST_RESULTS_MAX);
}

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
