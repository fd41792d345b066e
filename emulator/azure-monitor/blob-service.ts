import type { Ask, Reply } from '../http.ts';
import { SeededRandom } from '../random.ts';
import { Router } from '../router.ts';
import type { Store } from '../store.ts';
import { hourOf } from './blob-names.ts';
import { CATEGORIES, categoryOf, containerOf, feedOf } from './categories.ts';
import { type Hour, HourIndex } from './hour-index.ts';
import { etagOf, listBlobs } from './listing.ts';
import { needAccess, type StorageAccount, type StorageVerifier } from './storage-auth.ts';
import { escaped, StorageError, xml } from './storage-errors.ts';

export type BlobOptions = {
  readonly seed: string | number;
  readonly store: Store;
  readonly now: () => number;
  readonly accounts: readonly StorageAccount[];
  readonly verify: StorageVerifier;
  readonly scheme: 'http' | 'https';
};

const VERSION = '2026-02-06';

/** The diagnostic export as storage accounts: `/{account}/{container}/{blob}`, read-only. */
class BlobService {
  readonly #options: BlobOptions;
  readonly #random: SeededRandom;
  readonly #indexes: ReadonlyMap<string, HourIndex>;

  constructor(options: BlobOptions) {
    const { store, accounts } = options;
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 'storage');
    const feeds = CATEGORIES.map(feedOf);
    this.#indexes = new Map(
      accounts.map(({ name, tenantIds }) => [name, new HourIndex({ store, tenantIds, feeds })]),
    );
  }

  async answer(ask: Ask): Promise<Reply> {
    let reply: Reply;
    try {
      reply = await this.#answer(ask);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      reply = error.reply();
    }
    const sent = ask.headers['x-ms-client-request-id'];
    const headers = {
      'x-ms-request-id': this.#random.guid(),
      'x-ms-version': ask.headers['x-ms-version'] ?? VERSION,
      ...(sent !== undefined && { 'x-ms-client-request-id': sent }),
    };
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }

  async #answer(ask: Ask): Promise<Reply> {
    const nowMs = this.#options.now();
    const [, accountName = '', container = '', blob = ''] =
      /^\/([^/]+)\/?([^/]*)\/?(.*)$/.exec(decodedPath(ask.path)) ?? [];
    const account = this.#options.accounts.find(({ name }) => name === accountName);
    const index = this.#indexes.get(accountName);
    if (account === undefined || index === undefined)
      throw new StorageError(404, 'ResourceNotFound', 'The account does not exist.');
    await needAccess(ask, account, this.#options.verify, nowMs);
    const arrivedMs = Math.min(nowMs, this.#options.store.reachedMs);
    if (ask.method !== 'GET' && ask.method !== 'HEAD')
      throw new StorageError(403, 'AuthorizationPermissionMismatch', 'This is for reading only.');
    const endpoint = `${this.#options.scheme}://${ask.headers['host'] ?? ''}/${accountName}/`;
    if (container === '') return listContainers(ask, endpoint, index, arrivedMs);
    const category = categoryOf(container);
    const hours = category === undefined ? [] : index.hours(feedOf(category), arrivedMs);
    // The export makes a container with its first record.
    if (category === undefined || hours.length === 0)
      throw new StorageError(404, 'ContainerNotFound', 'The specified container does not exist.');
    if (blob === '') return atContainer(ask, endpoint, container, hours);
    const named = hourOf(blob);
    const hour = named && index.hour(feedOf(category), named.tenantId, named.fromMs, arrivedMs);
    if (hour === undefined)
      throw new StorageError(404, 'BlobNotFound', 'The specified blob does not exist.');
    return getBlob(ask, hour, index);
  }
}

/** The storage accounts as a service that the emulator listens for. */
export function blobHost(options: BlobOptions): {
  readonly name: 'storage';
  readonly router: Router;
  readonly refuse: () => Reply;
} {
  const service = new BlobService(options);
  const router = new Router().otherwise((ask) => service.answer(ask));
  const message = 'The server is currently unable to receive requests. Please retry.';
  const busy = new StorageError(503, 'ServerBusy', message);
  return { name: 'storage', router, refuse: () => busy.reply() };
}

function listContainers(ask: Ask, endpoint: string, index: HourIndex, nowMs: number): Reply {
  if (ask.query.get('comp') !== 'list')
    throw new StorageError(400, 'InvalidQueryParameterValue', 'comp=list is asked for here.');
  const prefix = ask.query.get('prefix') ?? '';
  const names = CATEGORIES.filter((one) => index.hours(feedOf(one), nowMs).length > 0)
    .map(containerOf)
    .filter((name) => name.startsWith(prefix))
    .sort();
  const containers = names.map((name) => `<Container><Name>${name}</Name></Container>`).join('');
  const body =
    `<EnumerationResults ServiceEndpoint="${escaped(endpoint)}"><Containers>${containers}` +
    '</Containers><NextMarker /></EnumerationResults>';
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(body) };
}

function atContainer(ask: Ask, endpoint: string, name: string, hours: readonly Hour[]): Reply {
  if (ask.query.get('restype') !== 'container')
    throw new StorageError(400, 'InvalidQueryParameterValue', 'restype=container is needed.');
  if (ask.query.get('comp') === 'list') return listBlobs(ask, endpoint, name, hours);
  return { status: 200, headers: { 'x-ms-lease-state': 'available' } };
}

function getBlob(ask: Ask, hour: Hour, index: HourIndex): Reply {
  const etag = `"${etagOf(hour)}"`;
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag,
    'last-modified': new Date(hour.changedMs).toUTCString(),
    'x-ms-creation-time': new Date(hour.fromMs).toUTCString(),
    'x-ms-blob-type': 'AppendBlob',
    'x-ms-blob-committed-block-count': String(hour.blocks),
    'x-ms-lease-status': 'unlocked',
    'x-ms-server-encrypted': 'true',
  };
  const unmet = unmetCondition(ask, hour, etag);
  if (unmet === 304) return { status: 304, headers };
  if (unmet === 412)
    throw new StorageError(412, 'ConditionNotMet', 'The condition specified is not met.');
  const range = rangeOf(ask, hour.bytes);
  const body = index.read(hour, range ?? { from: 0, to: hour.bytes });
  if (range === undefined) return { status: 200, headers, body };
  const content = `bytes ${range.from}-${range.to - 1}/${hour.bytes}`;
  return { status: 206, headers: { ...headers, 'content-range': content }, body };
}

function unmetCondition(ask: Ask, { changedMs }: Hour, etag: string): 304 | 412 | undefined {
  const match = ask.headers['if-match'];
  if (match !== undefined && match !== '*' && match !== etag) return 412;
  const noneMatch = ask.headers['if-none-match'];
  if (noneMatch !== undefined) return noneMatch === etag || noneMatch === '*' ? 304 : undefined;
  const since = Date.parse(ask.headers['if-modified-since'] ?? '');
  return changedMs - (changedMs % 1_000) <= since ? 304 : undefined;
}

/** `x-ms-range` wins over `Range`; one range of bytes, as the service takes. */
function rangeOf(ask: Ask, bytes: number): { from: number; to: number } | undefined {
  const text = ask.headers['x-ms-range'] ?? ask.headers['range'];
  const found = /^bytes=(\d+)-(\d*)$/.exec(text ?? '');
  if (found === null) return undefined;
  const from = Number(found[1]);
  const to = found[2] === '' ? bytes : Math.min(bytes, Number(found[2]) + 1);
  if (from >= bytes || from >= to)
    throw new StorageError(416, 'InvalidRange', 'The range specified is invalid for the blob.', {
      'content-range': `bytes */${bytes}`,
    });
  return { from, to };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new StorageError(400, 'InvalidUri', 'The requested URI does not represent a resource.');
  }
}
