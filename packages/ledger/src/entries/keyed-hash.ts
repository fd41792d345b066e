import { createHmac, hash } from 'node:crypto';
import { VERSION_BYTES, VersionHash } from './version-hash.ts';

/** The secrets that stay in the data folder, 32 bytes each. */
export type LocalKeys = {
  /** Hides vendor ids that are not GUIDs. */
  readonly id: Uint8Array;
  /** Keys the fingerprints, so that an outsider cannot test a guess against them. */
  readonly fingerprint: Uint8Array;
};

const HMAC_BLOCK_BYTES = 64;
/** Longer texts are rare, and take the slower path. */
const TEXT_BYTES_MAX = 4096;
/** Sources of one process are few. The limit bounds the memory if a feed makes up names. */
const VERSION_SEEDS_MAX = 4096;

/** HMAC-SHA256 (RFC 2104) of texts under one key: two hash calls and no object per text. */
export class KeyedHash {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  constructor(key: Uint8Array) {
    this.#inner = Buffer.alloc(HMAC_BLOCK_BYTES + TEXT_BYTES_MAX);
    this.#outer = Buffer.alloc(HMAC_BLOCK_BYTES + 32);
    for (let i = 0; i < HMAC_BLOCK_BYTES; i++) {
      this.#inner[i] = (key[i] ?? 0) ^ 0x36;
      this.#outer[i] = (key[i] ?? 0) ^ 0x5c;
    }
  }

  /** The first 16 bytes in lower-case hex. */
  hex16(text: string): string {
    const bytes = Buffer.from(text, 'utf8');
    const message = bytes.length <= TEXT_BYTES_MAX ? this.#filled(bytes) : this.#long(bytes);
    this.#outer.write(hash('sha256', message, 'binary'), HMAC_BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex').slice(0, 32);
  }

  #filled(bytes: Uint8Array): Uint8Array {
    this.#inner.set(bytes, HMAC_BLOCK_BYTES);
    return this.#inner.subarray(0, HMAC_BLOCK_BYTES + bytes.length);
  }

  #long(bytes: Uint8Array): Uint8Array {
    return Buffer.concat([this.#inner.subarray(0, HMAC_BLOCK_BYTES), bytes]);
  }
}

/** Mixed into the action fingerprint; one set of words per id form: GUID, `~`, `=`. */
export type ActionKeys = Readonly<Record<'guid' | '~' | '=', Int32Array>>;

/**
 * The keys that derive from the local ones, each computed once. To derive them for each batch costs
 * 35 µs, which is most of the work for the batch of one decision.
 */
export class DerivedKeys {
  readonly action: ActionKeys;
  readonly id: KeyedHash;
  readonly version: VersionHash;
  readonly #keys: LocalKeys;
  readonly #seeds = new Map<string, Buffer>();

  constructor(keys: LocalKeys) {
    this.#keys = keys;
    this.action = actionKeys(keys);
    this.id = new KeyedHash(keys.id);
    this.version = new VersionHash(derive(keys, 'version'));
  }

  /** Where the version fingerprints of a tenant's source start. */
  seed(tenant: string, source: string): Uint8Array {
    const name = `${tenant}\n${source}`;
    const known = this.#seeds.get(name);
    if (known !== undefined) return known;
    if (this.#seeds.size >= VERSION_SEEDS_MAX) this.#seeds.clear();
    const seed = derive(this.#keys, name).subarray(0, VERSION_BYTES);
    this.#seeds.set(name, seed);
    return seed;
  }
}

/**
 * Independent of the tenant: a delivery without a tenant must still match the other deliveries. The
 * reader of the leaves decides which entries with one id are one action.
 */
export function actionKeys(keys: LocalKeys): ActionKeys {
  return {
    guid: wordsOf(derive(keys, 'action\nguid')),
    '~': wordsOf(derive(keys, 'action\n~')),
    '=': wordsOf(derive(keys, 'action\n=')),
  };
}

function derive(keys: LocalKeys, label: string): Buffer {
  return createHmac('sha256', keys.fingerprint).update(label).digest();
}

function wordsOf(bytes: Buffer): Int32Array {
  return Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(i * 4));
}
