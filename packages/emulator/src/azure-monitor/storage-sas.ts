import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Ask } from '../http/http-message.ts';
import { StorageError } from './storage-errors.ts';

/** What a signature covers: the account's lists, a container, or one blob. */
export type Target = {
  readonly container: string;
  readonly blob: string;
  /** `r` for read, `l` for list; undefined for requests that no signature permits here. */
  readonly permission: 'r' | 'l' | undefined;
};

/** The secret of a user delegation key, by the fields that a signature repeats. */
export type DelegationSecret = (fields: DelegationFields) => string;

export type DelegationFields = {
  readonly objectId: string;
  readonly tenantId: string;
  readonly start: string;
  readonly expiry: string;
  readonly version: string;
};

type SignedRequest = {
  readonly ask: Ask;
  readonly account: StorageAccount;
  readonly target: Target;
  readonly nowMs: number;
  readonly scheme: 'http' | 'https';
  readonly delegationSecret: DelegationSecret;
};

/** Earlier signatures have another form. The service accepts them; this emulator does not. */
const VERSION_MIN = '2018-11-09';

export function hasSignature({ query }: Ask): boolean {
  return query.has('sig');
}

/**
 * Throws unless the query's shared access signature permits this request.
 * @see Storage services REST: "Create an account SAS", "Create a service SAS", "Create a user
 * delegation SAS"
 */
export function needSignedQuery(signed: SignedRequest): void {
  const { ask, account, nowMs } = signed;
  const field = (name: string): string => ask.query.get(name) ?? '';
  const version = field('sv');
  if (!/^\d{4}-\d\d-\d\d$/.test(version) || version < VERSION_MIN)
    throw authenticationFailed('sv is not valid.');
  const isOfAccount = ask.query.has('ss');
  const isDelegated = ask.query.has('skoid');
  const key = isDelegated
    ? signed.delegationSecret({
        objectId: field('skoid'),
        tenantId: field('sktid'),
        start: field('skt'),
        expiry: field('ske'),
        version: field('skv'),
      })
    : account.key;
  const texts = isOfAccount ? [accountText(account, version, field)] : serviceTexts(signed, field);
  if (!texts.some((text) => isSigned(key, text, field('sig'))))
    throw authenticationFailed('Signature did not match.');
  const [from, to] = [field('st'), field('se')];
  const isDelegationOver = isDelegated && !(Date.parse(field('ske')) > nowMs);
  if (!(Date.parse(to) > nowMs) || isDelegationOver)
    throw authenticationFailed(`Signed expiry time [${to}] must be after the time of the request.`);
  if (from !== '' && !(Date.parse(from) <= nowMs))
    throw authenticationFailed(
      `Signed start time [${from}] must be before the time of the request.`,
    );
  if (field('spr') === 'https' && signed.scheme === 'http')
    throw forbidden('AuthorizationProtocolMismatch', 'using this protocol');
  if (!isFrom(field('sip'), '127.0.0.1'))
    throw forbidden('AuthorizationSourceIPMismatch', 'using this source IP');
  if (isOfAccount) needAccountScope(signed.target, field);
  else if (field('sr') !== 'c' && signed.target.blob === '') throw mismatch();
  const { permission } = signed.target;
  if (permission === undefined || !field('sp').includes(permission)) throw mismatch();
}

type Field = (name: string) => string;

function needAccountScope(target: Target, field: Field): void {
  if (!field('ss').includes('b'))
    throw forbidden('AuthorizationServiceMismatch', 'using this service');
  const type = target.blob !== '' ? 'o' : target.container !== '' ? 'c' : 's';
  if (!field('srt').includes(type))
    throw forbidden('AuthorizationResourceTypeMismatch', 'using this resource type');
}

function accountText({ name }: StorageAccount, version: string, field: Field): string {
  const fields = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv'];
  if (version >= '2020-12-06') fields.push('ses');
  return `${[name, ...fields.map(field)].join('\n')}\n`;
}

/** Texts signed for a container (`c`) or one blob, in each form that a version may have. */
function serviceTexts({ account, target, ask }: SignedRequest, field: Field): readonly string[] {
  const path = field('sr') === 'c' ? target.container : `${target.container}/${target.blob}`;
  const resource = `/blob/${account.name}/${path}`;
  const head = [field('sp'), field('st'), field('se'), resource];
  const limits = ['sip', 'spr', 'sv', 'sr', 'snapshot'].map(field);
  const scope = field('sv') >= '2020-12-06' ? [field('ses')] : [];
  const answer = ['rscc', 'rscd', 'rsce', 'rscl', 'rsct'].map(field);
  if (!ask.query.has('skoid'))
    return [[...head, field('si'), ...limits, ...scope, ...answer].join('\n')];
  const key = ['skoid', 'sktid', 'skt', 'ske', 'sks', 'skv', 'saoid', 'suoid', 'scid'].map(field);
  // Later versions also sign the delegated user, headers and parameters.
  const delegated = ['skdutid', 'sduoid'].map(field);
  return [
    [...head, ...key, ...limits, ...scope, ...answer],
    [...head, ...key, ...delegated, ...limits, ...scope, ...answer],
    [...head, ...key, ...delegated, ...limits, ...scope, '', '', ...answer],
  ].map((parts) => parts.join('\n'));
}

function isSigned(key: string, text: string, signature: string): boolean {
  const wanted = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest();
  const sent = Buffer.from(signature, 'base64');
  return wanted.length === sent.length && timingSafeEqual(wanted, sent);
}

/** One address, or a range of two with a dash. */
function isFrom(range: string, ip: string): boolean {
  if (range === '') return true;
  const [from = '', to = from] = range.split('-');
  const number = (text: string): number =>
    text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number(ip) >= number(from) && number(ip) <= number(to);
}

export function authenticationFailed(detail: string): StorageError {
  const message =
    'Server failed to authenticate the request. Make sure the value of Authorization header is ' +
    'formed correctly including the signature.';
  return new StorageError(403, 'AuthenticationFailed', message, {}, detail);
}

function mismatch(): StorageError {
  return forbidden('AuthorizationPermissionMismatch', 'using this permission');
}

function forbidden(code: string, how: string): StorageError {
  const message = `This request is not authorized to perform this operation ${how}.`;
  return new StorageError(403, code, message);
}

/** A storage account that receives tenants' exports. */
export type StorageAccount = {
  /** 3 to 24 lowercase letters and digits. */
  readonly name: string;
  /** Base64, as the portal shows it. */
  readonly key: string;
  readonly tenantIds: readonly string[];
};
