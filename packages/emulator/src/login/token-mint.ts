import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { compactVerify, exportJWK, type JWK, type JWTPayload, SignJWT } from 'jose';

/** The claims that a service reads from an access token. */
export type AccessClaims = {
  readonly tenantId: string;
  readonly audience: string;
  readonly objectId: string;
  readonly appId: string;
  /** How the client authenticated: not at all, by secret, by certificate. */
  readonly clientProof: 0 | 1 | 2;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** The id of this token; in records: UniqueTokenId. */
  readonly uti: string;
  /** Its session; undefined for an application's own token. */
  readonly sid: string | undefined;
  readonly issuedMs: number;
  readonly expiresMs: number;
  /** `cp1`: the client understands claims challenges. */
  readonly capabilities: readonly string[];
};

/** Cache of verified tokens, because a client sends the same one thousands of times. */
const REMEMBERED_MAX = 1_000;

/** Creates and verifies RS256 tokens with one key pair per emulator. */
export class TokenMint {
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  readonly #verified = new Map<string, AccessClaims>();

  private constructor(keys: { privateKey: KeyObject; publicKey: KeyObject; jwk: JWK }) {
    this.#privateKey = keys.privateKey;
    this.#publicKey = keys.publicKey;
    this.#keyId = createHash('sha256').update(String(keys.jwk.n)).digest('base64url').slice(0, 27);
    const kid = this.#keyId;
    this.jwks = { keys: [{ ...keys.jwk, use: 'sig', alg: 'RS256', kid, x5t: kid }] };
  }

  static async make(): Promise<TokenMint> {
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    return new TokenMint({ ...pair, jwk: await exportJWK(pair.publicKey) });
  }

  sign(claims: JWTPayload): Promise<string> {
    const kid = this.#keyId;
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid, x5t: kid })
      .sign(this.#privateKey);
  }

  /** The claims of a valid access token from this emulator at `nowMs`; undefined for any other. */
  async verify(token: string, nowMs: number): Promise<AccessClaims | undefined> {
    let claims = this.#verified.get(token);
    if (claims === undefined) {
      const payload = await this.open(token);
      if (payload === undefined) return undefined;
      claims = claimsOf(payload);
      for (const oldest of this.#verified.keys()) {
        if (this.#verified.size < REMEMBERED_MAX) break;
        this.#verified.delete(oldest);
      }
      this.#verified.set(token, claims);
    }
    return nowMs >= claims.issuedMs && nowMs < claims.expiresMs ? claims : undefined;
  }

  /** The payload of any token that we signed, at any time; undefined for others. */
  async open(token: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await compactVerify(token, this.#publicKey, { algorithms: ['RS256'] });
      return JSON.parse(Buffer.from(payload).toString('utf8')) as JWTPayload;
    } catch {
      // Any error means that the token is invalid; the caller refuses.
      return undefined;
    }
  }
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1];
}

/** A claim that is text. */
export function claim(payload: JWTPayload, name: string): string | undefined {
  const value = payload[name];
  return typeof value === 'string' ? value : undefined;
}

function claimsOf(payload: JWTPayload): AccessClaims {
  const text = (name: string): string => claim(payload, name) ?? '';
  const list = (name: string): string[] => {
    const value = payload[name];
    return Array.isArray(value) ? value.map(String) : [];
  };
  return {
    tenantId: text('tid'),
    audience: String(payload.aud ?? ''),
    objectId: text('oid'),
    appId: text('appid') || text('azp'),
    clientProof: proofOf(text('appidacr') || text('azpacr')),
    roles: list('roles'),
    scopes: text('scp').split(' ').filter(Boolean),
    uti: text('uti'),
    sid: claim(payload, 'sid'),
    issuedMs: (payload.nbf ?? payload.iat ?? 0) * 1_000,
    expiresMs: (payload.exp ?? 0) * 1_000,
    capabilities: list('xms_cc'),
  };
}

function proofOf(claimed: string): AccessClaims['clientProof'] {
  return claimed === '2' ? 2 : claimed === '1' ? 1 : 0;
}
