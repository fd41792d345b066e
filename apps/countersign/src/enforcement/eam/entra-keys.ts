import type { Clock } from '@countersign/core';
import { createLocalJWKSet, type JSONWebKeySet, type JWK } from 'jose';
import { isObject } from '../http/i-json.ts';
import {
  AUTHORITY_FIRST_REFRESH_MS,
  AUTHORITY_KEYS_MAX_MS,
  AUTHORITY_KEYS_MS,
  AUTHORITY_REFRESH_MS,
} from './limits.ts';

export type KeySet = ReturnType<typeof createLocalJWKSet>;

/** Reads a JSON document. MUST call no other host than the URL's, and reject on any failure. */
export type ReadDocument = (url: string) => Promise<unknown>;

export type AuthorityOptions = {
  /** The login authority, such as `https://login.microsoftonline.com`. */
  readonly authority: string;
  readonly read: ReadDocument;
  readonly clock: Clock;
};

type FetchedKeys = {
  readonly ids: ReadonlySet<string>;
  readonly keys: KeySet;
  readonly atMs: number;
};

/**
 * Entra's signing keys. Read on the first hint, daily, and for an unknown key id. Cached keys stay
 * in use for a limited time while Entra is unreachable.
 */
export class EntraKeys {
  readonly #options: AuthorityOptions;
  #known: FetchedKeys | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /** Undefined: the signing keys are unknown at the moment. */
  async find(keyId: string | undefined): Promise<KeySet | undefined> {
    const { clock } = this.#options;
    const known = this.#known;
    const isFresh = known !== undefined && clock.monotonic() - known.atMs < AUTHORITY_KEYS_MS;
    const isNamed = keyId === undefined || known?.ids.has(keyId) === true;
    if (!isFresh || !isNamed) await this.#refresh();
    const found = this.#known;
    if (found === undefined || clock.monotonic() - found.atMs > AUTHORITY_KEYS_MAX_MS) {
      return undefined;
    }
    return found.keys;
  }

  async #refresh(): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    const pauseMs = this.#known === undefined ? AUTHORITY_FIRST_REFRESH_MS : AUTHORITY_REFRESH_MS;
    if (this.#refreshing === undefined && nowMs - this.#lookedMs < pauseMs) return;
    this.#lookedMs = nowMs;
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  /** Never rejects; cached keys stay in use. */
  async #read(): Promise<void> {
    const { authority, read, clock } = this.#options;
    try {
      const metadata = await read(`${authority}/common/v2.0/.well-known/openid-configuration`);
      const url = isObject(metadata) ? URL.parse(String(metadata['jwks_uri'])) : null;
      // Keys from another origin would let that origin sign.
      if (url === null || url.origin !== new URL(authority).origin) return;
      const keys = keysOf(await read(url.href));
      if (keys.length === 0) return;
      const set: JSONWebKeySet = { keys: [...keys] };
      const ids = new Set(keys.flatMap(({ kid }) => kid ?? []));
      this.#known = { ids, keys: createLocalJWKSet(set), atMs: clock.monotonic() };
    } catch {
      // The next hint retries after a short delay.
    }
  }
}

/** Public RSA signing keys. */
function keysOf(document: unknown): readonly JWK[] {
  const keys = isObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(keys)) return [];
  return keys.filter(isObject).flatMap((key): JWK[] => {
    const { kty, use, kid, n, e } = key;
    const isUsable = kty === 'RSA' && (use === undefined || use === 'sig');
    if (!isUsable || typeof n !== 'string' || typeof e !== 'string') return [];
    return [{ kty: 'RSA', n, e, ...(typeof kid === 'string' ? { kid } : {}) }];
  });
}
