import type { JsonObject } from '../../core/json-object.ts';

import type { IssuanceListener, Person, RegisteredApp } from '../login-directory.ts';
import type { TokenMint } from '../token-mint.ts';
import type { Answer, OutboundCalls } from './outbound-calls.ts';

/** Default timeout, unless `clientConfiguration` states another (contracts 10.2). */
const EXTENSION_TIMEOUT_MS = 1_000;
/** Shortest timeout (contracts 10.2). */
const EXTENSION_TIMEOUT_MIN_MS = 200;
/** Longest timeout (contracts 10.2). */
const EXTENSION_TIMEOUT_MAX_MS = 2_000;
/** Maximum size of a reply; the real one is not documented. */
const EXTENSION_BYTES_MAX = 131_072;
/** All claims with names and values (contracts 10.1). */
const CLAIMS_BYTES_MAX = 3_072;

/** The application that calls extensions, the same in every tenant (contracts 10.1). */
export const EVENTS_SERVICE = '99045fe1-7639-4a75-9d4a-577b6ca3810f';

/** The result of an extension: claims for the token, or the reason to issue none. */
export type Issuance =
  | { readonly kind: 'claims'; readonly claims: JsonObject; readonly httpStatus: number }
  | { readonly kind: 'failed'; readonly code: number; readonly httpStatus: number };

export type IssuanceEvent = {
  readonly listener: IssuanceListener;
  readonly tenantId: string;
  readonly client: RegisteredApp;
  readonly resource: { readonly id: string; readonly appId: string; readonly name: string };
  readonly person: Person;
  readonly correlationId: string;
  readonly ipAddress: string;
  readonly nowMs: number;
};

/** Codes of the log's "Authentication Events" (contracts 10.2). */
const CODES = {
  invalidStatus: 1003002,
  invalidBody: 1003003,
  throttled: 1003004,
  timedOut: 1003005,
  contentType: 1003006,
  nullClaims: 1003007,
  schema: 1003008,
  empty: 1003009,
  actionCount: 1003010,
  actionType: 1003012,
  resourceId: 1003014,
  otherDomain: 1003015,
  noResource: 1003016,
  resourceDisabled: 1003019,
  targetUrl: 1003020,
  noPermission: 1003021,
  responseSize: 1003024,
  claimsSize: 1003025,
  emptyKey: 1003026,
  connection: 1003027,
} as const;

/** The permission that the extension's registration needs. */
const RECEIVE = 'CustomAuthenticationExtensions.Receive.Payload';

/** Calls the company before a token is issued: `onTokenIssuanceStart` (contracts 10). */
export class TokenExtensionCaller {
  readonly #outbound: OutboundCalls;
  readonly #mint: TokenMint;
  readonly #origin: () => string;

  constructor(parts: { outbound: OutboundCalls; mint: TokenMint; origin: () => string }) {
    this.#outbound = parts.outbound;
    this.#mint = parts.mint;
    this.#origin = parts.origin;
  }

  async ask(event: IssuanceEvent): Promise<Issuance> {
    const { listener } = event;
    const code = misconfigured(listener);
    if (code !== undefined) return { kind: 'failed', code, httpStatus: 0 };
    const question = {
      method: 'POST',
      url: listener.targetUrl,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.#token(event)}`,
      },
      body: JSON.stringify(payloadOf(event)),
      timeoutMs: timeoutOf(listener),
      bytesMax: EXTENSION_BYTES_MAX,
    } as const;
    let issuance = issuanceOf(await this.#outbound.ask(question), listener);
    for (let retries = listener.maximumRetries; retries > 0 && isWorthTrying(issuance); retries--) {
      issuance = issuanceOf(await this.#outbound.ask(question), listener);
    }
    return issuance;
  }

  #token({ listener, tenantId, nowMs }: IssuanceEvent): Promise<string> {
    const seconds = Math.floor(nowMs / 1_000);
    return this.#mint.sign({
      ver: '2.0',
      iss: `${this.#origin()}/${tenantId}/v2.0`,
      aud: listener.resourceAppId,
      azp: EVENTS_SERVICE,
      azpacr: '2',
      tid: tenantId,
      iat: seconds,
      nbf: seconds,
      exp: seconds + TOKEN_SECONDS,
    });
  }
}

const TOKEN_SECONDS = 300;

function misconfigured({ targetUrl, resourceId, resource }: IssuanceListener): number | undefined {
  const target = URL.parse(targetUrl);
  if (target === null) return CODES.targetUrl;
  const [, host] = /^api:\/\/([^/:]+)(?::\d+)?\/[0-9a-f-]{36}$/i.exec(resourceId) ?? [];
  if (host === undefined) return CODES.resourceId;
  if (host !== target.hostname) return CODES.otherDomain;
  if (resource === undefined) return CODES.noResource;
  if (!resource.isEnabled) return CODES.resourceDisabled;
  const roles = resource.roles['https://graph.microsoft.com'] ?? [];
  return roles.includes(RECEIVE) ? undefined : CODES.noPermission;
}

function timeoutOf({ timeoutMs = EXTENSION_TIMEOUT_MS }: IssuanceListener): number {
  return Math.min(Math.max(timeoutMs, EXTENSION_TIMEOUT_MIN_MS), EXTENSION_TIMEOUT_MAX_MS);
}

function isWorthTrying(issuance: Issuance): boolean {
  if (issuance.kind === 'claims') return false;
  const { code, httpStatus } = issuance;
  return code === CODES.timedOut || code === CODES.connection || httpStatus >= 500;
}

function payloadOf(event: IssuanceEvent): JsonObject {
  const { listener, tenantId, client, resource, person, correlationId, ipAddress } = event;
  return {
    type: 'microsoft.graph.authenticationEvent.tokenIssuanceStart',
    source: `/tenants/${tenantId}/applications/${client.clientId}`,
    data: {
      '@odata.type': 'microsoft.graph.onTokenIssuanceStartCalloutData',
      tenantId,
      authenticationEventListenerId: listener.listenerId,
      customAuthenticationExtensionId: listener.extensionId,
      authenticationContext: {
        correlationId,
        client: { ip: ipAddress, locale: 'en-us', market: 'en-us' },
        protocol: 'OAUTH2.0',
        clientServicePrincipal: principal(client.objectId, client.clientId, client.name),
        resourceServicePrincipal: principal(resource.id, resource.appId, resource.name),
        user: {
          id: person.objectId,
          displayName: person.name,
          userPrincipalName: person.userPrincipalName,
          userType: 'Member',
          ...person.profile,
        },
      },
    },
  };
}

function principal(id: string, appId: string, displayName: string): JsonObject {
  return { id, appId, appDisplayName: displayName, displayName };
}

function issuanceOf(answer: Answer, listener: IssuanceListener): Issuance {
  const failed = (code: number, httpStatus = 0): Issuance => ({ kind: 'failed', code, httpStatus });
  switch (answer.kind) {
    case 'timeout':
      return failed(CODES.timedOut);
    case 'unreachable':
      return failed(CODES.connection);
    case 'too-large':
      return failed(CODES.responseSize);
    case 'answer': {
      const { status, headers, body } = answer;
      if (status === 429) return failed(CODES.throttled, status);
      if (status !== 200) return failed(CODES.invalidStatus, status);
      if (body.length === 0) return failed(CODES.empty, status);
      if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
        return failed(CODES.contentType, status);
      }
      const read = claimsIn(body.toString('utf8'), listener.claims);
      return typeof read === 'number'
        ? failed(read, status)
        : { kind: 'claims', claims: read, httpStatus: status };
    }
  }
}

/** The configured claims in the reply, or the error code. */
function claimsIn(text: string, wanted: readonly string[]): JsonObject | number {
  let body: JsonObject;
  try {
    body = JSON.parse(text) as JsonObject;
  } catch {
    // A body that is not JSON has no claims; the code says so.
    return CODES.invalidBody;
  }
  const data = body?.['data'] as JsonObject | undefined;
  if (data?.['@odata.type'] !== 'microsoft.graph.onTokenIssuanceStartResponseData') {
    return CODES.schema;
  }
  const { actions } = data;
  if (!Array.isArray(actions) || actions.length !== 1) return CODES.actionCount;
  const [action] = actions as readonly (JsonObject | null)[];
  const type = 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken';
  if (action?.['@odata.type'] !== type) return CODES.actionType;
  const { claims } = action;
  if (claims === null || claims === undefined) return CODES.nullClaims;
  if (typeof claims !== 'object' || Array.isArray(claims)) return CODES.invalidBody;
  const given = Object.entries(claims as JsonObject);
  if (given.some(([name]) => name === '')) return CODES.emptyKey;
  if (!given.every(([, value]) => isClaim(value))) return CODES.invalidBody;
  const bytes = given.reduce((sum, [name, value]) => sum + bytesOf(name) + bytesOf(value), 0);
  if (bytes > CLAIMS_BYTES_MAX) return CODES.claimsSize;
  return Object.fromEntries(given.filter(([name]) => wanted.includes(name)));
}

function isClaim(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  return typeof value === 'string';
}

function bytesOf(value: unknown): number {
  const texts = Array.isArray(value) ? (value as readonly string[]) : [String(value)];
  return texts.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
}
