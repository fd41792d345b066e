import type { Clock, Random, TenantId } from '@countersign/core';
import { urlWithoutQuery } from '../http/allowed-origins.ts';
import { HttpError } from '../http/errors.ts';
import type { HttpClient, RequestAuthorizer } from '../http/http-client.ts';
import type { AssertionSigner } from './assertion-signer.ts';

import type { Secret } from './secret.ts';

/** A token is renewed this long before it expires: a running request must not outlive it. */
const RENEW_BEFORE_MS = 300_000;
/** For a token with a lifetime below 25 minutes, this share of the lifetime is used instead. */
const RENEW_SHARE = 0.8;
/** The assumed lifetime if the answer states none: the shortest that Entra gives. */
const LIFE_DEFAULT_S = 300;

export type Credential =
  | { readonly kind: 'secret'; readonly secret: Secret }
  | { readonly kind: 'certificate'; readonly signer: AssertionSigner };

export type TokenOptions = {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  /** For example `https://login.microsoftonline.com`. */
  readonly authority: string;
  readonly tenant: TenantId;
  readonly clientId: string;
  readonly credential: Credential;
  /** For example `https://manage.office.com/.default`. */
  readonly scope: string;
};

/**
 * Tokens of the client credentials grant (RFC 6749 section 4.4). A token is kept until shortly
 * before it expires. The lifetime counts from the request, by the monotonic clock. So neither a
 * clock step nor a clock difference makes us use an expired token.
 */
export class TokenSource implements RequestAuthorizer {
  readonly #options: TokenOptions;
  #held: { readonly value: string; readonly renewMs: number } | undefined;
  #asking: Promise<string> | undefined;
  /** Claims that the resource demands in the next token (continuous access evaluation). */
  #claims: string | undefined;

  constructor(options: TokenOptions) {
    this.#options = options;
  }

  async header(signal?: AbortSignal): Promise<string> {
    return `Bearer ${await this.#token(signal)}`;
  }

  refused(challenge: string | undefined): void {
    this.#held = undefined;
    this.#claims = claimsOf(challenge);
  }

  async #token(signal: AbortSignal | undefined): Promise<string> {
    const held = this.#held;
    if (held !== undefined && this.#options.clock.monotonic() < held.renewMs) return held.value;
    // Concurrent callers wait for the same answer.
    this.#asking ??= this.#ask(signal).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(signal: AbortSignal | undefined): Promise<string> {
    const { http, clock } = this.#options;
    const askedMs = clock.monotonic();
    let body: Buffer;
    try {
      ({ body } = await http.send(this.#request(signal)));
    } catch (error) {
      if (!isOutOfTime(error)) throw withCure(error);
      // The first answer stated the authority's time, so an assertion by that time is valid.
      ({ body } = await http.send(this.#request(signal)).catch((again: unknown) => {
        throw withCure(again);
      }));
    }
    const { value, lifeMs } = this.#read(body);
    this.#claims = undefined;
    const usableMs = Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs * RENEW_SHARE);
    this.#held = { value, renewMs: askedMs + usableMs };
    return value;
  }

  #request(signal: AbortSignal | undefined): Parameters<HttpClient['send']>[0] {
    const { clientId, scope, credential, clock, random, http } = this.#options;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId });
    form.set('scope', scope);
    if (credential.kind === 'secret') {
      form.set('client_secret', credential.secret.reveal());
    } else {
      const nowMs = clock.now() + http.skewMs;
      const audience = this.#endpoint();
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      form.set('client_assertion', credential.signer.sign({ audience, clientId, nowMs, random }));
    }
    if (this.#claims !== undefined) form.set('claims', this.#claims);
    return {
      method: 'POST',
      url: this.#endpoint(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      signal,
    };
  }

  #endpoint(): string {
    const { authority, tenant } = this.#options;
    return `${authority.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`;
  }

  #read(body: Buffer): { value: string; lifeMs: number } {
    const { access_token: value, expires_in: life } = parse(body);
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
      const place = urlWithoutQuery(new URL(this.#endpoint()));
      throw new HttpError(
        'DAMAGED',
        `the answer of ${place} holds no token: check the configured authority`,
      );
    }
    const lifeS = Number(life);
    return { value, lifeMs: (lifeS > 0 ? lifeS : LIFE_DEFAULT_S) * 1000 };
  }
}

function parse(body: Buffer): { access_token?: unknown; expires_in?: unknown } {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** `AADSTS700024`: the assertion is not within its valid time range. */
function isOutOfTime(error: unknown): boolean {
  return error instanceof HttpError && error.serviceCode === 'AADSTS700024';
}

/** What each refusal of the authority means for the author of the configuration. */
const CURES: Readonly<Record<string, string>> = {
  AADSTS7000215: 'the secret is not one of the app: configure the value of the secret, not its id',
  AADSTS7000222: 'the secret has expired: create a new one for the app',
  AADSTS700016:
    'the tenant has no app with this clientId: register the app there, or grant consent',
  AADSTS700024: "the assertion is not valid now: set this machine's clock",
  AADSTS700027:
    'the certificate is not registered for the app, or its key does not match: register it',
  AADSTS90002: 'there is no such tenant: check its id, and the authority',
};

function withCure(error: unknown): unknown {
  if (!(error instanceof HttpError)) return error;
  const cure = CURES[error.serviceCode ?? ''];
  if (cure === undefined) return error;
  return new HttpError(error.code, `${error.message}: ${cure}`, { data: error.data });
}

/** Decodes `claims="<base64 JSON>"` of a challenge into JSON to send. */
function claimsOf(challenge: string | undefined): string | undefined {
  const encoded = /\bclaims="([A-Za-z0-9+/_=-]+)"/.exec(challenge ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}
