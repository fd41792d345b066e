import { hash } from 'node:crypto';
import { HASH_BYTES, sha256 } from '@countersign/tlog';

/** As long as the security level of SHA-256 against collisions: no salt can be guessed. */
export const SALT_BYTES = 16;

/**
 * The commitment of a leaf to its body: SHA-256(salt || SHA-256(body)), in lower-case hex.
 *
 * It binds, because two bodies with one commitment are a collision of SHA-256. It hides, because a
 * guess of the body gives only the digest. Without the 16 random bytes of the salt, a guess cannot
 * be tested. The digest of the body itself MUST NOT be stored: it would confirm a guess.
 */
export function bodyCommitment(salt: Uint8Array, body: Uint8Array): string {
  return new BodyCommitter().commit(salt, 0, sha256(body), 0);
}

/** Commits to many bodies whose digests are known, without an allocation for each. */
export class BodyCommitter {
  readonly #salted = new Uint8Array(SALT_BYTES + HASH_BYTES);

  commit(salts: Uint8Array, saltAt: number, digests: Uint8Array, digestAt: number): string {
    const salted = this.#salted;
    for (let i = 0; i < SALT_BYTES; i++) salted[i] = salts[saltAt + i] as number;
    for (let i = 0; i < HASH_BYTES; i++) salted[SALT_BYTES + i] = digests[digestAt + i] as number;
    return hash('sha256', salted, 'hex');
  }
}
