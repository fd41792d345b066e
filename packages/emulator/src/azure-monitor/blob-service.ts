import { SeededRandom } from '../core/seeded-random.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import type { Ask, Reply } from '../http/http-message.ts';
import { Router } from '../http/router.ts';
import { asXml, INVALID_QUERY, notFound, readBlob } from './blob-read.ts';
import { CATEGORIES, categoryOf, containerOf, feedOf } from './categories.ts';
import { type Hour, HourIndex, hourOf } from './hour-index.ts';

import { type Container, containerEtag, listBlobs, listContainers } from './list-blobs.ts';
import {
  delegationKey,
  needAccess,
  type StorageCaller,
  type StorageVerifier,
} from './storage-auth.ts';
import { escapeXml, StorageError } from './storage-errors.ts';
import type { StorageAccount, Target } from './storage-sas.ts';

/** The service's maximum lifetime of a user delegation key: seven days. */
const DELEGATION_KEY_MS: number = 7 * 86_400_000;

export type BlobOptions = {
  readonly seed: string | number;
  readonly store: FeedStore;
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
    const requestId = this.#random.guid();
    let reply: Reply;
    try {
      reply = await this.#answer(ask);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      reply = error.reply(requestId, this.#options.now());
    }
    const sent = ask.headers['x-ms-client-request-id'];
    const headers = {
      'x-ms-request-id': requestId,
      'x-ms-version': ask.headers['x-ms-version'] ?? VERSION,
      ...(sent !== undefined && { 'x-ms-client-request-id': sent }),
    };
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }

  async #answer(ask: Ask): Promise<Reply> {
    const { now, scheme, verify, accounts, store } = this.#options;
    const nowMs = now();
    const [, accountName = '', container = '', blob = ''] =
      /^\/([^/]+)\/?([^/]*)\/?(.*)$/.exec(decodedPath(ask.path)) ?? [];
    const account = accounts.find(({ name }) => name === accountName);
    const index = this.#indexes.get(accountName);
    if (account === undefined || index === undefined)
      throw new StorageError(404, 'ResourceNotFound', 'The specified resource does not exist.');
    const target = { container, blob, permission: permissionOf(ask, container, blob) };
    const caller = await needAccess({ ask, account, target, verify, nowMs, scheme });
    const isOf = (restype: string, comp: string): boolean =>
      ask.query.get('restype') === restype && ask.query.get('comp') === comp;
    if (ask.method === 'POST' && container === '' && isOf('service', 'userdelegationkey'))
      return giveKey(ask, account, caller, nowMs);
    if (ask.method !== 'GET' && ask.method !== 'HEAD')
      throw new StorageError(403, 'AuthorizationPermissionMismatch', READ_ONLY);
    if (isOf('account', 'properties')) return { status: 200, headers: ACCOUNT_INFO };
    const arrivedMs = Math.min(nowMs, store.reachedMs);
    const endpoint = `${scheme}://${ask.headers['host'] ?? ''}/${accountName}/`;
    if (container === '') return atAccount(ask, endpoint, index, arrivedMs);
    if (!/^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(container) && !container.startsWith('$'))
      throw new StorageError(
        400,
        'InvalidResourceName',
        'The specified resource name contains invalid characters.',
      );
    const category = categoryOf(container);
    const hours = category === undefined ? [] : index.hours(feedOf(category), arrivedMs);
    // The export creates a container with its first record.
    if (category === undefined || hours.length === 0)
      throw new StorageError(404, 'ContainerNotFound', 'The specified container does not exist.');
    if (blob === '') return atContainer(ask, endpoint, container, hours);
    const named = hourOf(blob);
    const hour = named && index.hour(feedOf(category), named.tenantId, named.fromMs, arrivedMs);
    if (hour === undefined) throw notFound();
    return readBlob(ask, hour, index);
  }
}

/** The storage accounts as a service of the emulator. */
export function blobHost(options: BlobOptions): {
  readonly name: 'storage';
  readonly router: Router;
  readonly refuse: () => Reply;
} {
  const service = new BlobService(options);
  const random = new SeededRandom(options.seed, 'storage refusals');
  const router = new Router().otherwise((ask) => service.answer(ask));
  const message = 'The server is currently unable to receive requests. Please retry.';
  const busy = new StorageError(503, 'ServerBusy', message);
  return { name: 'storage', router, refuse: () => busy.reply(random.guid(), options.now()) };
}

const READ_ONLY = 'This request is not authorized to perform this operation using this permission.';
const ACCOUNT_INFO = {
  'x-ms-sku-name': 'Standard_LRS',
  'x-ms-account-kind': 'StorageV2',
  'x-ms-is-hns-enabled': 'false',
};

/** The permission that a shared access signature needs for this request. */
function permissionOf(ask: Ask, container: string, blob: string): Target['permission'] {
  if (ask.method !== 'GET' && ask.method !== 'HEAD') return undefined;
  if (blob === '' && ask.query.get('comp') === 'list') return 'l';
  return container === '' || blob !== '' || ask.query.get('restype') === 'account'
    ? 'r'
    : undefined;
}

/** Get User Delegation Key: for callers with a token, who sign with it themselves. */
function giveKey(
  ask: Ask,
  account: StorageAccount,
  caller: StorageCaller | undefined,
  nowMs: number,
): Reply {
  if (caller === undefined)
    throw new StorageError(403, 'AuthenticationFailed', 'Only a token can be delegated.');
  const body = ask.body.toString('utf8');
  const asked = (name: string): string =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(body)?.[1]?.trim() ?? '';
  const [start, expiry] = [asked('Start') || secondsOf(nowMs), asked('Expiry')];
  const endMs = Date.parse(expiry);
  if (!(endMs > nowMs && endMs <= nowMs + DELEGATION_KEY_MS) || Number.isNaN(Date.parse(start)))
    throw new StorageError(
      400,
      'InvalidXmlNodeValue',
      'The value for one of the XML nodes is not in the correct format.',
    );
  const { objectId, tenantId } = caller;
  const version = ask.headers['x-ms-version'] ?? VERSION;
  const value = delegationKey(account, { objectId, tenantId, start, expiry, version });
  return asXml(
    `<UserDelegationKey><SignedOid>${escapeXml(objectId)}</SignedOid>` +
      `<SignedTid>${escapeXml(tenantId)}</SignedTid>` +
      `<SignedStart>${escapeXml(start)}</SignedStart>` +
      `<SignedExpiry>${escapeXml(expiry)}</SignedExpiry><SignedService>b</SignedService>` +
      `<SignedVersion>${escapeXml(version)}</SignedVersion><Value>${value}</Value>` +
      '</UserDelegationKey>',
  );
}

function secondsOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function atAccount(ask: Ask, endpoint: string, index: HourIndex, nowMs: number): Reply {
  const [restype, comp] = [ask.query.get('restype'), ask.query.get('comp')];
  if (restype === 'service' && comp === 'properties') return asXml(SERVICE_PROPERTIES);
  if (comp !== 'list' || restype !== null)
    throw new StorageError(400, 'InvalidQueryParameterValue', INVALID_QUERY);
  const containers = CATEGORIES.flatMap((one) => {
    const hours = index.hours(feedOf(one), nowMs);
    return hours.length === 0 ? [] : [containerWith(containerOf(one), hours)];
  });
  return listContainers(
    ask,
    endpoint,
    containers.sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

/** A new account, without logging, metrics, CORS rules or a website. */
const SERVICE_PROPERTIES = `<StorageServiceProperties>${[
  '<Logging><Version>1.0</Version><Read>false</Read><Write>false</Write><Delete>false</Delete>',
  '<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>',
  ...['HourMetrics', 'MinuteMetrics'].map(
    (name) =>
      `<${name}><Version>1.0</Version><Enabled>false</Enabled>` +
      `<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></${name}>`,
  ),
  '<Cors /><DeleteRetentionPolicy><Enabled>false</Enabled></DeleteRetentionPolicy>',
  '<StaticWebsite><Enabled>false</Enabled></StaticWebsite>',
].join('')}</StorageServiceProperties>`;

function containerWith(name: string, hours: readonly Hour[]): Container {
  return {
    name,
    // Created with its first blob. New blobs do not change its properties.
    madeMs: hours.reduce((first, { fromMs }) => Math.min(first, fromMs), Number.MAX_SAFE_INTEGER),
  };
}

function atContainer(ask: Ask, endpoint: string, name: string, hours: readonly Hour[]): Reply {
  const comp = ask.query.get('comp');
  if (ask.query.get('restype') !== 'container')
    throw new StorageError(400, 'InvalidQueryParameterValue', INVALID_QUERY);
  if (comp === 'list') return listBlobs(ask, endpoint, name, hours);
  const container = containerWith(name, hours);
  const headers = {
    etag: `"${containerEtag(container)}"`,
    'last-modified': new Date(container.madeMs).toUTCString(),
    'x-ms-lease-status': 'unlocked',
    'x-ms-lease-state': 'available',
    'x-ms-has-immutability-policy': 'false',
    'x-ms-has-legal-hold': 'false',
    'x-ms-immutable-storage-with-versioning-enabled': 'false',
    'x-ms-default-encryption-scope': '$account-encryption-key',
    'x-ms-deny-encryption-scope-override': 'false',
  };
  if (comp === 'acl') {
    const { body, headers: kind } = asXml('<SignedIdentifiers />');
    return { status: 200, headers: { ...headers, ...kind }, ...(body !== undefined && { body }) };
  }
  if (comp !== null && comp !== 'metadata')
    throw new StorageError(400, 'InvalidQueryParameterValue', INVALID_QUERY);
  return { status: 200, headers };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new StorageError(400, 'InvalidUri', 'The requested URI does not represent a resource.');
  }
}
