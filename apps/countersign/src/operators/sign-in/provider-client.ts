import { createPrivateKey, type webcrypto } from 'node:crypto';
import { messageOf } from '@countersign/core';
import { createRemoteJWKSet, decodeProtectedHeader, importPKCS8, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { OperatorError } from '../errors.ts';
import { PROVIDER_CLOCK_SKEW_S, PROVIDER_TIMEOUT_S, SESSION_MS_MAX } from '../limits.ts';

/** Asymmetric algorithms only: with `none` or HMAC, others than the provider could sign. */
const ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

const BACKCHANNEL_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export type ProviderOptions = {
  readonly issuer: string;
  readonly clientId: string;
  /** The secret of the client, or its private key in PEM (PKCS #8). */
  readonly proof:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'key'; readonly pem: string; readonly keyId: string | undefined };
  /** Where the provider sends the browser. Compared exactly. */
  readonly redirectUri: string;
};

/** What a callback must match: kept on the server, never in the browser. */
export type SignInAttempt = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly kind: 'sign-in' | 'step-up';
  /** The path to which the browser returns. */
  readonly returnTo: string;
};

export type ProviderAnswer = {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly idToken: string;
  /** Seconds since 1970; undefined if the provider does not state when the person signed in. */
  readonly authTimeS: number | undefined;
};

/** Whether the provider knows this client. */
export type ClientTest =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' | 'unknown'; readonly because: string };

const REFUSES_CLIENT: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client']);

/** The company's OpenID Connect provider: code flow with PKCE (RFC 6749 4.1, RFC 7636). */
export class ProviderClient {
  readonly #options: ProviderOptions;
  readonly #config: oidc.Configuration;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;

  private constructor(options: ProviderOptions, config: oidc.Configuration, jwksUri: string) {
    this.#options = options;
    this.#config = config;
    this.#keys = createRemoteJWKSet(new URL(jwksUri));
  }

  /** Reads the provider's metadata. @throws OperatorError PROVIDER_UNUSABLE */
  static async open(options: ProviderOptions): Promise<ProviderClient> {
    const { issuer, clientId } = options;
    const url = new URL(issuer);
    try {
      const config = await oidc.discovery(
        url,
        clientId,
        { [oidc.clockTolerance]: PROVIDER_CLOCK_SKEW_S },
        await clientAuthentication(options),
        {
          timeout: PROVIDER_TIMEOUT_S,
          // The configuration permits http on this machine alone.
          execute: url.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
        },
      );
      const { issuer: stated, jwks_uri: jwksUri } = config.serverMetadata();
      // Byte by byte: another issuer of the same host is another provider.
      if (stated !== issuer) throw unusable(issuer, `it calls itself ${stated}`);
      if (jwksUri === undefined) throw unusable(issuer, 'it publishes no keys');
      // The library trusts TLS to the token endpoint unless it is asked to check signatures.
      oidc.enableNonRepudiationChecks(config);
      return new ProviderClient(options, config, jwksUri);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      throw unusable(issuer, messageOf(error), error);
    }
  }

  /**
   * Tests the credentials of this client, with a code that no provider gave. The provider checks
   * the client first (RFC 6749 5.2: `invalid_client`), then the code (`invalid_grant`).
   */
  async testClient(): Promise<ClientTest> {
    const asked = { code: oidc.randomState(), redirect_uri: this.#options.redirectUri };
    const verifier = { code_verifier: oidc.randomPKCECodeVerifier() };
    try {
      const parameters = { ...asked, ...verifier };
      await oidc.genericGrantRequest(this.#config, 'authorization_code', parameters);
      return { kind: 'unknown', because: 'the provider accepted a code that it never gave' };
    } catch (error) {
      const code = (error as { readonly error?: unknown }).error;
      if (code === 'invalid_grant') return { kind: 'accepted' };
      const because = typeof code === 'string' ? code : messageOf(error);
      return { kind: REFUSES_CLIENT.has(because) ? 'refused' : 'unknown', because };
    }
  }

  /** Begins a sign-in: the address for the browser, and what the callback must match. */
  async begin(
    kind: SignInAttempt['kind'],
    returnTo: string,
  ): Promise<{ readonly url: string; readonly attempt: SignInAttempt }> {
    const verifier = oidc.randomPKCECodeVerifier();
    const attempt = {
      ...{ state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, kind, returnTo },
    };
    const parameters = {
      redirect_uri: this.#options.redirectUri,
      scope: 'openid profile email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      // A provider that is given an age MUST state when the person signed in (OIDC Core 2).
      max_age: String(kind === 'step-up' ? 0 : SESSION_MS_MAX / 1000),
      ...(kind === 'step-up' && { prompt: 'login' }),
    };
    const hasPar =
      this.#config.serverMetadata().pushed_authorization_request_endpoint !== undefined;
    const url = hasPar
      ? await oidc.buildAuthorizationUrlWithPAR(this.#config, parameters)
      : oidc.buildAuthorizationUrl(this.#config, parameters);
    return { url: url.href, attempt };
  }

  /**
   * Exchanges the code of a callback. Checks `iss` (RFC 9207), state, nonce, audience, times and
   * the signature.
   *
   * @throws OperatorError SIGN_IN_REFUSED
   */
  async finish(callback: URL, attempt: SignInAttempt): Promise<ProviderAnswer> {
    try {
      const answer = await oidc.authorizationCodeGrant(this.#config, callback, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      });
      const claims = answer.claims();
      const { id_token: idToken } = answer;
      if (claims === undefined || idToken === undefined) throw new Error('it sent no ID token');
      const { alg } = decodeProtectedHeader(idToken);
      if (!ALGORITHMS.includes(alg ?? 'none')) throw new Error(`it signs with ${alg}`);
      const { auth_time: authTimeS } = claims;
      return { claims, idToken, authTimeS: typeof authTimeS === 'number' ? authTimeS : undefined };
    } catch (cause) {
      const why = `the provider's answer was refused: ${messageOf(cause)}. Sign in again`;
      throw new OperatorError('SIGN_IN_REFUSED', why, { cause });
    }
  }

  /** Where the browser signs out at the provider; undefined if the provider has no such place. */
  logoutUrl(idToken: string | null, returnTo: string): string | undefined {
    if (this.#config.serverMetadata().end_session_endpoint === undefined) return undefined;
    return oidc.buildEndSessionUrl(this.#config, {
      post_logout_redirect_uri: returnTo,
      ...(idToken !== null && { id_token_hint: idToken }),
    }).href;
  }

  /**
   * A logout token (OpenID Connect Back-Channel Logout 2.6).
   *
   * @throws OperatorError SIGN_IN_REFUSED
   */
  async readLogoutToken(token: string, nowMs: number): Promise<LogoutToken> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.#options.issuer,
        audience: this.#options.clientId,
        algorithms: [...ALGORITHMS],
        clockTolerance: PROVIDER_CLOCK_SKEW_S,
        currentDate: new Date(nowMs),
        requiredClaims: ['iat', 'exp', 'jti'],
      });
      const { events, nonce, sid, sub, jti = '', exp = 0 } = payload;
      const isLogout = typeof events === 'object' && events !== null && BACKCHANNEL_EVENT in events;
      // An ID token has a nonce, and must not end sessions.
      if (!isLogout || nonce !== undefined) throw new Error('it is not a logout token');
      const sidText = typeof sid === 'string' ? sid : undefined;
      if (sidText === undefined && sub === undefined) throw new Error('it names no session');
      return { sid: sidText, sub, jti, expiresMs: exp * 1000 };
    } catch (cause) {
      const why = `the logout token was refused: ${messageOf(cause)}`;
      throw new OperatorError('SIGN_IN_REFUSED', why, { cause });
    }
  }
}

export type LogoutToken = {
  readonly sid: string | undefined;
  readonly sub: string | undefined;
  readonly jti: string;
  readonly expiresMs: number;
};

async function clientAuthentication({ proof }: ProviderOptions): Promise<oidc.ClientAuth> {
  if (proof.kind === 'secret') return oidc.ClientSecretBasic(proof.secret);
  const isElliptic = createPrivateKey(proof.pem).asymmetricKeyType === 'ec';
  const key = await importPKCS8(proof.pem, isElliptic ? 'ES256' : 'PS256');
  return oidc.PrivateKeyJwt({
    key: key as webcrypto.CryptoKey,
    ...(proof.keyId !== undefined && { kid: proof.keyId }),
  });
}

function unusable(issuer: string, why: string, cause?: unknown): OperatorError {
  const what = `could not use the identity provider ${issuer}: ${why}`;
  return new OperatorError('PROVIDER_UNUSABLE', `${what}. Check "operators.provider"`, { cause });
}
