import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Ask } from '../http/http-message.ts';
import { StorageError } from './storage-errors.ts';
import {
  authenticationFailed,
  type DelegationFields,
  hasSignature,
  needSignedQuery,
  type StorageAccount,
  type Target,
} from './storage-sas.ts';

/** The claims of an access token that storage reads. */
export type StorageCaller = {
  readonly tenantId: string;
  readonly audience: string;
  readonly objectId: string;
};

export type StorageVerifier = (token: string, nowMs: number) => Promise<StorageCaller | undefined>;

const AUDIENCES: readonly string[] = [
  'https://storage.azure.com',
  'e406a681-f3d4-42a8-90b6-c2b029497af1',
];

export type StorageAccess = {
  readonly ask: Ask;
  readonly account: StorageAccount;
  readonly target: Target;
  readonly verify: StorageVerifier;
  readonly nowMs: number;
  readonly scheme: 'http' | 'https';
};

/** Throws the service's error if the caller is not authenticated. */
export async function needAccess(access: StorageAccess): Promise<StorageCaller | undefined> {
  const { ask, account, verify, nowMs } = access;
  const sent = ask.headers['authorization'];
  if (sent === undefined && hasSignature(ask)) {
    needSignedQuery({ ...access, delegationSecret: (fields) => delegationKey(account, fields) });
    return undefined;
  }
  if (sent === undefined) throw unknownCaller();
  const [, scheme = '', proof = ''] = /^(\S+) +(.*)$/.exec(sent) ?? [];
  if (scheme.toLowerCase() === 'bearer') return needToken(ask, account, await verify(proof, nowMs));
  if (scheme !== 'SharedKey') throw authenticationFailed('The scheme is not supported.');
  needSignature(ask, account, proof);
  return undefined;
}

/** The secret of a user delegation key. It is derived, so nothing is stored. */
export function delegationKey(account: StorageAccount, fields: DelegationFields): string {
  const { objectId, tenantId, start, expiry, version } = fields;
  const text = [objectId, tenantId, start, expiry, version].join('\n');
  return createHmac('sha256', Buffer.from(account.key, 'base64')).update(text).digest('base64');
}

function needToken(
  ask: Ask,
  account: StorageAccount,
  caller: StorageCaller | undefined,
): StorageCaller {
  if (ask.headers['x-ms-version'] === undefined)
    throw new StorageError(400, 'MissingRequiredHeader', 'x-ms-version is needed with a token.');
  if (caller === undefined) throw unknownCaller();
  if (!AUDIENCES.includes(caller.audience.replace(/\/$/, '')))
    throw new StorageError(401, 'InvalidAuthenticationInfo', 'The audience is not storage.');
  if (!account.tenantIds.includes(caller.tenantId))
    throw new StorageError(
      403,
      'AuthorizationPermissionMismatch',
      'This request is not authorized to perform this operation using this permission.',
    );
  return caller;
}

function needSignature(ask: Ask, account: StorageAccount, proof: string): void {
  const mark = proof.indexOf(':');
  const [name, signature] = [proof.slice(0, mark), proof.slice(mark + 1)];
  if (name !== account.name)
    throw authenticationFailed('The account is not the one of the address.');
  if (ask.headers['x-ms-date'] === undefined && ask.headers['date'] === undefined)
    throw new StorageError(400, 'MissingRequiredHeader', 'x-ms-date or Date is needed.');
  const key = Buffer.from(account.key, 'base64');
  const sent = Buffer.from(signature, 'base64');
  // URLs that begin with the account's name sign it twice. Clients do either.
  const isSigned = resourcesOf(ask, account).some((resource) => {
    const wanted = createHmac('sha256', key).update(stringToSign(ask, resource)).digest();
    return wanted.length === sent.length && timingSafeEqual(wanted, sent);
  });
  if (!isSigned)
    throw authenticationFailed('The MAC signature found in the HTTP request is not the same.');
}

/** Storage services REST: "Authorize with Shared Key", Blob service, 2009-09-19 and later. */
function stringToSign(ask: Ask, resource: string): string {
  const header = (name: string): string => ask.headers[name] ?? '';
  const length = header('content-length');
  const canonical = Object.keys(ask.headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${header(name).trim()}\n`)
    .join('');
  return [
    ask.method,
    header('content-encoding'),
    header('content-language'),
    length === '0' ? '' : length,
    header('content-md5'),
    header('content-type'),
    // x-ms-date replaces Date.
    ask.headers['x-ms-date'] === undefined ? header('date') : '',
    header('if-modified-since'),
    header('if-match'),
    header('if-none-match'),
    header('if-unmodified-since'),
    header('range'),
    `${canonical}${resource}`,
  ].join('\n');
}

function resourcesOf(ask: Ask, { name }: StorageAccount): readonly string[] {
  const values = new Map<string, string[]>();
  for (const [key, value] of ask.query) {
    const lower = key.toLowerCase();
    values.set(lower, [...(values.get(lower) ?? []), value]);
  }
  const query = [...values.keys()]
    .sort()
    .map((key) => `\n${key}:${(values.get(key) ?? []).sort().join(',')}`)
    .join('');
  return [`/${name}${ask.path}${query}`, `${ask.path}${query}`];
}

function unknownCaller(): StorageError {
  const message = 'Server failed to authenticate the request. Please refer to the information.';
  return new StorageError(401, 'NoAuthenticationInformation', message, {
    'www-authenticate':
      'Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize ' +
      'resource_id=https://storage.azure.com',
  });
}
