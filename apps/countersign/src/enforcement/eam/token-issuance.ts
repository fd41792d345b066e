import type { Clock, TenantId } from '@countersign/core';
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { bearerOf } from '../callers/caller-registry.ts';
import { EndpointError } from '../http/endpoint-error.ts';
import {
  type EndpointReply,
  type EndpointRequest,
  isJson,
  jsonReply,
} from '../http/http-exchange.ts';
import { given, isObject, type Json, parseObject } from '../http/i-json.ts';
import type { EntraKeys } from './entra-keys.ts';
import { HINT_CHARACTERS_MAX, SKEW_MS } from './limits.ts';

/** Open passes of the external method. */
export interface OpenPasses {
  /** The latest pass of a person, by any name under which the enforcement point may know them. */
  latest(tenant: string, names: readonly string[]): string | undefined;
}

export type TokenIssuanceOptions = {
  readonly authority: string;
  readonly keys: EntraKeys;
  /** Id of the API that represents the extension; the audience of its callers' tokens. */
  readonly appId: string;
  readonly tenants: ReadonlySet<string>;
  readonly passes: OpenPasses;
  readonly clock: Clock;
};

/** The application that calls extensions, the same in every tenant (contracts 10.1). */
const EVENTS_SERVICE = '99045fe1-7639-4a75-9d4a-577b6ca3810f';
const EVENT = 'microsoft.graph.authenticationEvent.tokenIssuanceStart';
const ANSWER = 'microsoft.graph.onTokenIssuanceStartResponseData';
const ACTION = 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken';

/** The claim that applications and `forward-auth` look for. */
const CLAIM = 'countersign_pass';

/**
 * `onTokenIssuanceStart` (contracts 10): Entra calls this before it issues a token of the company's
 * own applications.
 *
 * The reply adds the pass behind the sign-in. A token without the claim has no pass; the
 * application has to refuse it.
 */
export class TokenIssuance {
  readonly #options: TokenIssuanceOptions;

  constructor(options: TokenIssuanceOptions) {
    this.#options = options;
  }

  async answer(request: EndpointRequest): Promise<EndpointReply> {
    if (request.method !== 'POST' || !isJson(request.header('content-type'))) {
      return jsonReply(400, 'post the event as application/json');
    }
    let event: Event | undefined;
    try {
      event = eventOf(parseObject(request.body));
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
    }
    if (event === undefined) return jsonReply(400, 'this is not an event of token issuance');
    if (!(await this.#isEntra(request, event.tenant))) {
      const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return jsonReply(401, 'Entra did not issue this token for this tenant', headers);
    }
    const pass = this.#options.passes.latest(event.tenant, event.names);
    const claims = pass === undefined ? {} : { [CLAIM]: pass };
    return jsonReply(200, {
      data: { '@odata.type': ANSWER, actions: [{ '@odata.type': ACTION, claims }] },
    });
  }

  async #isEntra({ header }: EndpointRequest, tenant: TenantId): Promise<boolean> {
    const { authority, keys, appId, tenants, clock } = this.#options;
    const token = bearerOf(header('authorization'));
    if (token === undefined || token.length > HINT_CHARACTERS_MAX) return false;
    if (!tenants.has(tenant)) return false;
    try {
      const set = await keys.find(decodeProtectedHeader(token).kid);
      if (set === undefined) return false;
      const { payload } = await jwtVerify(token, set, {
        issuer: `${authority}/${tenant}/v2.0`,
        audience: appId,
        algorithms: ['RS256'],
        requiredClaims: ['exp'],
        clockTolerance: SKEW_MS / 1000,
        currentDate: new Date(clock.now()),
      });
      return isEventsService(payload);
    } catch {
      return false;
    }
  }
}

/** A version 1 token names its caller in `appid`, a version 2 token in `azp`. */
function isEventsService({ azp, appid }: JWTPayload): boolean {
  const callers = [azp, appid].filter((caller) => caller !== undefined);
  return callers.length > 0 && callers.every((caller) => caller === EVENTS_SERVICE);
}

type Event = { readonly tenant: TenantId; readonly names: readonly string[] };

function eventOf(body: Json): Event | undefined {
  if (given(body, 'type') !== EVENT) return undefined;
  const data = given(body, 'data');
  const tenant = isObject(data) ? given(data, 'tenantId') : undefined;
  const context = isObject(data) ? given(data, 'authenticationContext') : undefined;
  const user = isObject(context) ? given(context, 'user') : undefined;
  if (typeof tenant !== 'string' || !isObject(user)) return undefined;
  const names = [given(user, 'id'), given(user, 'userPrincipalName')].flatMap((name) =>
    typeof name === 'string' && name !== '' ? [name.toLowerCase()] : [],
  );
  return { tenant: tenant.toLowerCase() as TenantId, names };
}
