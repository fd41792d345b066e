import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Ask } from '../http.ts';
import { StorageError } from './storage-errors.ts';

/** A storage account into which tenants export. */
export type StorageAccount = {
  /** 3 to 24 lower-case letters and digits. */
  readonly name: string;
  /** Base64, as the portal shows it. */
  readonly key: string;
  readonly tenantIds: readonly string[];
};

/** What an access token says, as far as storage asks. */
export type StorageCaller = { readonly tenantId: string; readonly audience: string };

export type StorageVerifier = (token: string, nowMs: number) => Promise<StorageCaller | undefined>;

const AUDIENCES: readonly string[] = [
  'https://storage.azure.com',
  'e406a681-f3d4-42a8-90b6-c2b029497af1',
];

/** Throws what the service answers to whoever does not prove who they are. */
export async function needAccess(
  ask: Ask,
  account: StorageAccount,
  verify: StorageVerifier,
  nowMs: number,
): Promise<void> {
  const sent = ask.headers['authorization'];
  if (sent === undefined) throw unknownCaller();
  const [, scheme = '', proof = ''] = /^(\S+) +(.*)$/.exec(sent) ?? [];
  if (scheme.toLowerCase() === 'bearer') return needToken(ask, account, await verify(proof, nowMs));
  if (scheme !== 'SharedKey') throw failed();
  needSignature(ask, account, proof);
}

function needToken(ask: Ask, account: StorageAccount, caller: StorageCaller | undefined): void {
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
}

function needSignature(ask: Ask, account: StorageAccount, proof: string): void {
  const mark = proof.indexOf(':');
  const [name, signature] = [proof.slice(0, mark), proof.slice(mark + 1)];
  if (name !== account.name) throw failed();
  if (ask.headers['x-ms-date'] === undefined && ask.headers['date'] === undefined)
    throw new StorageError(400, 'MissingRequiredHeader', 'x-ms-date or Date is needed.');
  const key = Buffer.from(account.key, 'base64');
  const sent = Buffer.from(signature, 'base64');
  // Addresses that begin with the account's name sign it twice; clients do either.
  const isSigned = resourcesOf(ask, account).some((resource) => {
    const wanted = createHmac('sha256', key).update(stringToSign(ask, resource)).digest();
    return wanted.length === sent.length && timingSafeEqual(wanted, sent);
  });
  if (!isSigned) throw failed();
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
    // x-ms-date takes the place of Date.
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

function failed(): StorageError {
  const message =
    'Server failed to authenticate the request. Make sure the value of Authorization header is ' +
    'formed correctly including the signature.';
  return new StorageError(403, 'AuthenticationFailed', message);
}

function unknownCaller(): StorageError {
  const message = 'Server failed to authenticate the request. Please refer to the information.';
  return new StorageError(401, 'NoAuthenticationInformation', message, {
    'www-authenticate':
      'Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize ' +
      'resource_id=https://storage.azure.com',
  });
}
