import type { Caller } from './caller.ts';
import { AUTHORIZATION_CHARACTERS_MAX } from './limits.ts';
import type { OperatorState } from './operator-state.ts';
import { type Regions, tenantsWithin } from './regions.ts';
import { isOwnRequest, type ServiceOrigin } from './sessions/request-origin.ts';
import { type CookieTransport, readCookie } from './sessions/session-cookie.ts';
import type { Sessions } from './sessions/sessions.ts';
import type { OperatorRights } from './sign-in/operator-rights.ts';
import { hashOfSecret, isSameHash, isTokenSecret } from './tokens/token-secret.ts';
import type { Token } from './tokens/token-table.ts';
import type { ValidityClock } from './validity-clock.ts';

/** The part of a request that proves a caller. A `Request` is one. */
export type AuthenticationRequest = {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
};

export type Authentication = { readonly kind: 'caller'; readonly caller: Caller } | Refusal;

export type Refusal = {
  readonly kind: 'refused';
  readonly status: 401;
  /** The value of `WWW-Authenticate` (RFC 6750 3). */
  readonly challenge: string;
  /** For the caller. It does not tell an unknown token from a revoked or an expired one. */
  readonly because: string;
};

export type AuthenticatorOptions = {
  readonly state: OperatorState;
  readonly clock: ValidityClock;
  readonly regions: Regions;
  /** Undefined: only programs with tokens are callers. */
  readonly operators?: OperatorSessions | undefined;
  /** Reports that the last use of a token could not be written. The request goes on. */
  readonly onFailure: (error: unknown) => void;
};

/** The sessions of operators, and what they may do. */
export type OperatorSessions = {
  readonly sessions: Sessions;
  readonly rights: OperatorRights;
  readonly transport: CookieTransport;
  /** The origin of this service, such as `https://countersign.contoso.example`. */
  readonly origin: ServiceOrigin;
};

/**
 * Finds out who calls, from the token or the session cookie of a request. It reads the state at
 * every request, so that a
 * revoked or expired token is refused at once, in every process.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** A request with both has the rights of its token: a cookie comes without being asked for. */
  authenticate(request: AuthenticationRequest): Authentication {
    const stated = request.headers.get('authorization');
    if (stated !== null) return this.#ofToken(stated);
    const { operators } = this.#options;
    const cookie = request.headers.get('cookie');
    const value = operators && readCookie(cookie, 'session', operators.transport);
    if (operators === undefined || value === undefined) return refused(NO_CREDENTIAL, undefined);
    if (!isOwnRequest(request, operators.origin)) return refused(OTHER_SITE, undefined);
    const session = operators.sessions.find(value);
    if (session === undefined) return refused(NO_SESSION, undefined);
    this.#quietly(() => operators.sessions.markSeen(session));
    return { kind: 'caller', caller: operators.rights.callerOf(session) };
  }

  #ofToken(stated: string): Authentication {
    const secret = bearerOf(stated);
    if (secret === undefined || !isTokenSecret(secret)) return refused(NO_TOKEN, 'invalid_token');
    const hash = hashOfSecret(secret);
    const token = this.#options.state.tokens.ofHash(hash);
    if (token === undefined || !isSameHash(token.hash, hash) || !this.#isValid(token)) {
      return refused(NO_TOKEN, 'invalid_token');
    }
    this.#quietly(() => this.#options.state.tokens.markUsed(token, this.#options.clock.now()));
    return { kind: 'caller', caller: callerOf(token, this.#options.regions) };
  }

  /** Whether the credential of a caller still counts. A stream asks between its items. */
  stillValid({ kind, credential }: Caller): boolean {
    if (kind === 'account') return true;
    if (credential === undefined) return false;
    if (credential.kind === 'session') {
      return this.#options.operators?.sessions.get(credential.id) !== undefined;
    }
    const token = this.#options.state.tokens.get(credential.id);
    return token !== undefined && this.#isValid(token);
  }

  #isValid({ revoked, expiresMs }: Token): boolean {
    return revoked === null && this.#options.clock.now() < expiresMs;
  }

  #quietly(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

const NO_CREDENTIAL = 'the request has no credential: sign in, or send a token';
const NO_SESSION = 'the session ended: sign in again';
const OTHER_SITE = 'the request comes from another site';
const NO_TOKEN = 'the token is not valid: create one with "countersign tokens create"';

/** RFC 6750 2.1. The scheme is case-insensitive (RFC 9110 11.1). */
export function bearerOf(authorization: string): string | undefined {
  if (authorization.length > AUTHORIZATION_CHARACTERS_MAX) return undefined;
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization.trim())?.[1];
}

function refused(because: string, error: string | undefined): Refusal {
  const challenge = `Bearer realm="countersign"${error === undefined ? '' : `, error="${error}"`}`;
  return { kind: 'refused', status: 401, challenge, because };
}

/** Names need a purpose and a case, so a token alone gets pseudonyms. */
function callerOf(token: Token, regions: Regions): Caller {
  const { id, name, scopes, groups } = token;
  return {
    kind: 'token',
    who: `token ${name}`,
    scopes: new Set(scopes),
    tenants: tenantsWithin(token, regions),
    groups: groups === null ? undefined : new Set(groups),
    people: 'pseudonyms',
    provedAtMs: undefined,
    credential: { kind: 'token', id },
  };
}
