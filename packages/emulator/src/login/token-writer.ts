import type { JWTPayload } from 'jose';
import type { SeededRandom } from '../core/seeded-random.ts';
import { tokenIdOf } from '../sign-in/user-flows.ts';
import type { ClientProof } from './client-proof.ts';
import type { Person, RegisteredApp } from './login-directory.ts';
import { consentedOf, GRAPH, type TokenTarget } from './resources.ts';
import type { TokenMint } from './token-mint.ts';

export type TokenRequest = {
  readonly tenantId: string;
  readonly app: RegisteredApp;
  readonly person: Person | undefined;
  readonly sid: string | undefined;
  readonly nonce: string | undefined;
  readonly wanted: TokenTarget;
  readonly version: 1 | 2;
  readonly proof: ClientProof;
  readonly nowMs: number;
  readonly form: URLSearchParams;
  /** The id of the token's sign-in. */
  readonly requestId: string;
  /** Claims that an extension adds to tokens of the company's own applications. */
  readonly claims?: JWTPayload;
};

export type TokenReply = {
  readonly body: object;
  readonly requestId: string;
  readonly uti: string;
};

/** CAE-capable clients get tokens that live up to 28 hours. */
const CHALLENGED_LIFETIME_SECONDS = 28 * 3_600;
const PROOFS: Readonly<Record<ClientProof, string>> = { none: '0', secret: '1', certificate: '2' };

/** Writes the tokens of one reply, in the form of its version. */
export class TokenWriter {
  readonly #mint: TokenMint;
  readonly #origin: () => string;
  readonly #lifetimeSeconds: number;
  readonly #random: SeededRandom;

  constructor(options: {
    readonly mint: TokenMint;
    readonly origin: () => string;
    readonly lifetimeSeconds: number;
    readonly random: SeededRandom;
  }) {
    this.#mint = options.mint;
    this.#origin = options.origin;
    this.#lifetimeSeconds = options.lifetimeSeconds;
    this.#random = options.random;
  }

  /** Undefined if no requested permission was granted. */
  async write(request: TokenRequest): Promise<TokenReply | undefined> {
    const { app, wanted, version, nowMs, person } = request;
    const { audience = GRAPH } = wanted;
    const nowSeconds = Math.floor(nowMs / 1_000);
    const capabilities = capabilitiesOf(request.form.get('claims'));
    const isChallenged = capabilities.includes('cp1') && audience === GRAPH;
    const lifetime = isChallenged ? CHALLENGED_LIFETIME_SECONDS : this.#lifetimeSeconds;
    const granted = person === undefined ? undefined : consentedOf(app, wanted);
    const isGranted =
      person === undefined ? wanted.permissions.includes('.default') : granted !== undefined;
    if (!isGranted) return undefined;
    const { requestId } = request;
    const uti = tokenIdOf(requestId);
    const isOwn = !audience.startsWith('https://');
    const claims: JWTPayload = {
      // First, so that an extension cannot overwrite our claims.
      ...(isOwn && request.claims),
      aud: audience,
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + lifetime,
      ...this.#subject(request, audience),
      ...(granted === undefined
        ? { roles: app.roles[audience] ?? [], idtyp: 'app' }
        : { scp: granted.join(' ') }),
      tid: request.tenantId,
      uti,
      ...(request.sid !== undefined && { sid: request.sid }),
      ...(capabilities.length > 0 && { xms_cc: capabilities }),
    };
    const body = {
      token_type: 'Bearer',
      // Version 1 writes numbers as text.
      ...(version === 1
        ? {
            expires_in: String(lifetime),
            ext_expires_in: String(lifetime),
            expires_on: String(nowSeconds + lifetime),
            not_before: String(nowSeconds),
            resource: audience,
          }
        : { expires_in: lifetime, ext_expires_in: lifetime }),
      // Graph permissions without prefix; others with their resource's name.
      ...(granted !== undefined && {
        scope: granted.map((s) => (audience === GRAPH ? s : `${audience}/${s}`)).join(' '),
      }),
      access_token: await this.#mint.sign(claims),
      ...(await this.#userTokens(request, nowSeconds)),
    };
    return { body, requestId, uti };
  }

  guid(): string {
    return this.#random.guid();
  }

  /** Tokens for a vendor's resource have version 1, from either endpoint. */
  #subject(request: TokenRequest, audience: string): JWTPayload {
    const { app, person, tenantId, proof } = request;
    const isVersion1 = audience.startsWith('https://');
    const oid = person?.objectId ?? app.objectId;
    const base = `${this.#origin()}/${tenantId}`;
    return {
      iss: isVersion1 ? `${base}/` : `${base}/v2.0`,
      ver: isVersion1 ? '1.0' : '2.0',
      ...(isVersion1
        ? { appid: app.clientId, appidacr: PROOFS[proof], app_displayname: app.name }
        : { azp: app.clientId, azpacr: PROOFS[proof] }),
      oid,
      sub: oid,
      idp: `${base}/`,
      ...(person !== undefined && { upn: person.userPrincipalName, name: person.name }),
    };
  }

  async #userTokens(request: TokenRequest, nowSeconds: number): Promise<object> {
    const { app, person, sid, nonce, tenantId, wanted, form } = request;
    if (person === undefined) return {};
    const scope = wanted.audience === undefined ? '' : `${wanted.audience}/.default`;
    const idToken = {
      ...request.claims,
      ver: '2.0',
      iss: `${this.#origin()}/${tenantId}/v2.0`,
      aud: app.clientId,
      sub: person.objectId,
      oid: person.objectId,
      tid: tenantId,
      preferred_username: person.userPrincipalName,
      name: person.name,
      uti: tokenIdOf(this.#random.guid()),
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + this.#lifetimeSeconds,
      ...(sid !== undefined && { sid }),
      ...(nonce !== undefined && { nonce }),
    };
    const clientInfo = JSON.stringify({ uid: person.objectId, utid: tenantId });
    return {
      ...(wanted.identity.includes('openid') && { id_token: await this.#mint.sign(idToken) }),
      ...(wanted.hasRefresh && {
        refresh_token: await this.#mint.sign({
          aud: 'refresh',
          client: app.clientId,
          tid: tenantId,
          oid: person.objectId,
          iat: nowSeconds,
          scope: form.get('scope') ?? scope,
          ...(sid !== undefined && { sid }),
        }),
      }),
      ...(form.get('client_info') === '1' && {
        client_info: Buffer.from(clientInfo).toString('base64url'),
      }),
    };
  }
}

/** OpenID Connect Core section 5.5: `claims` requests individual claims. */
function capabilitiesOf(claims: string | null): readonly string[] {
  try {
    const asked = JSON.parse(claims ?? '{}') as {
      access_token?: { xms_cc?: { values?: unknown } };
    };
    const values = asked.access_token?.xms_cc?.values;
    return Array.isArray(values) ? values.map(String) : [];
  } catch {
    // Invalid JSON declares no capability.
    return [];
  }
}
