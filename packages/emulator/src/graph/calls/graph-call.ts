import type { FeedRecord, Occurrence } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Change, Circumstances, Initiator } from '../../directory/model/directory-change.ts';
import type { FeedStore } from '../../feeds/feed-store.ts';
import type { Ask, Reply } from '../../http/http-message.ts';
import type { Population } from '../../population/population.ts';
import type { QueryOptions } from '../odata/query-options.ts';
import { badRequest } from './graph-error.ts';

/** The claims of an access token, as the login authority reads them. */
export type Caller = {
  readonly tenantId: string;
  readonly audience: string;
  readonly objectId: string;
  readonly appId: string;
  /** How the client authenticated: not at all, by secret, by certificate. */
  readonly clientProof: 0 | 1 | 2;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly uti: string;
  readonly sid: string | undefined;
  readonly issuedMs: number;
  readonly capabilities: readonly string[];
};

/** An authorized call, with everything needed to answer it. */
export type Call = {
  readonly ask: Ask;
  readonly params: Readonly<Record<string, string>>;
  readonly version: 'v1.0' | 'beta';
  /** `https://host/v1.0`: the base of links in replies. */
  readonly base: string;
  readonly options: QueryOptions;
  readonly caller: Caller;
  readonly directory: Directory;
  readonly store: FeedStore;
  /** The tenant's mailboxes and sites. Undefined if there is only a directory. */
  readonly population: Population | undefined;
  readonly nowMs: number;
  /** Generates object ids, the same in each run. */
  readonly guid: () => string;
  /** Applies a change and emits its audit records. */
  readonly change: (changes: Change | readonly Change[]) => Occurrence;
  /** Emits records of an act that changes no directory object. */
  readonly leave: (records: readonly FeedRecord[]) => void;
};

/** True for a token of an application itself, false for a delegated one. */
export function isAppOnly(caller: Caller): boolean {
  return caller.scopes.length === 0;
}

/** The actor of the call in the audit log. */
export function initiatorOf(directory: Directory, caller: Caller, ask: Ask): Initiator {
  const ipAddress = ask.headers['x-forwarded-for'] ?? '127.0.0.1';
  const userAgent = ask.headers['user-agent'];
  const from = { ipAddress, ...(userAgent === undefined ? {} : { userAgent }) };
  const { state } = directory;
  if (!isAppOnly(caller)) {
    const user = state.get('users', caller.objectId);
    const userPrincipalName = text(user?.['userPrincipalName']);
    return { kind: 'user', id: caller.objectId, userPrincipalName, ...from };
  }
  const client = state.find('servicePrincipals', caller.appId);
  return {
    kind: 'app',
    appId: caller.appId,
    displayName: text(client?.['displayName']),
    servicePrincipalId: client?.id ?? caller.objectId,
    ...from,
  };
}

/** Calls over the network come from the emulator's user, and belong to no scenario. */
export const OVER_THE_WIRE: Circumstances['truth'] = { scenario: 'life', isAttacker: false };

/** The request's query without its token, which a next link repeats. */
export function nextLink(call: Call, name: '$skiptoken' | '$deltatoken', token: string): string {
  const query = new URLSearchParams();
  for (const [key, value] of call.ask.query) {
    const lower = key.toLowerCase();
    if (lower !== '$skiptoken' && lower !== '$deltatoken') query.append(key, value);
  }
  query.append(name, token);
  // OData names begin with `$`, which clients expect unencoded.
  const text = query.toString().replaceAll('%24', '$');
  return `${call.base}${pathOf(call)}?${text}`;
}

/** The path after the version, as sent. */
function pathOf(call: Call): string {
  return call.ask.path.replace(/^\/+(?:v1\.0|beta)/i, '');
}

/** An opaque token for the next page. */
export function writeToken(kind: string, value: JsonObject): string {
  return Buffer.from(JSON.stringify({ kind, ...value })).toString('base64url');
}

/** Throws Graph's 400 for an invalid token. */
export function readToken(kind: string, token: string): JsonObject {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && (value as JsonObject)['kind'] === kind)
      return value as JsonObject;
  } catch {
    // An unreadable token is refused below.
  }
  throw badRequest('The specified page token value has expired or is not valid.', 'BadRequest');
}

export const JSON_HEADERS: Readonly<Record<string, string>> = {
  'content-type':
    'application/json;odata.metadata=minimal;odata.streaming=true;' +
    'IEEE754Compatible=false;charset=utf-8',
  'odata-version': '4.0',
};

export function ok(value: unknown, status = 200): Reply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(value) };
}

export const NO_CONTENT: Reply = { status: 204 };

/** The body as an object. */
export function bodyOf(call: Call): JsonObject {
  if (call.ask.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(call.ask.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as JsonObject;
  } catch {
    // Refused below, like any body that is not an object.
  }
  throw badRequest('Unable to read JSON request payload.', 'BadRequest');
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
