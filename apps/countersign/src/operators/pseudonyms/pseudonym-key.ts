import { createHmac, createSecretKey, type KeyObject, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Random, secretModeProblem } from '@countersign/core';
import { OperatorError } from '../errors.ts';
import { RECENT_CHARACTERS_MAX, RECENT_PEOPLE_MAX } from '../limits.ts';

/** As long as the hash, which is the most that HMAC uses (RFC 2104 3). */
const KEY_BYTES = 32;

/** 64 bits: among a million people, two get one pseudonym with a chance of 1 in 37 million. */
const PSEUDONYM_DIGITS = 16;

/** What stands in place of a name. */
export const PSEUDONYM: RegExp = /^person-[0-9a-f]{16}$/;

/**
 * Derives pseudonyms with a secret key. Without the key, no one can test whether a pseudonym stands
 * for a known name.
 */
export class PseudonymKey {
  /** With octets, each HMAC would first create this object, which takes longer than the hash. */
  readonly #key: KeyObject;
  /** A document names a person many times, and neighboring documents name the same people. */
  readonly #recent = new Map<string, string>();

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key);
  }

  /** @param identity the normalized name or id of a person */
  pseudonymOf(identity: string): string {
    const known = this.#recent.get(identity);
    if (known !== undefined) return known;
    const mac = createHmac('sha256', this.#key).update(identity).digest('hex');
    const pseudonym = `person-${mac.slice(0, PSEUDONYM_DIGITS)}`;
    if (identity.length > RECENT_CHARACTERS_MAX) return pseudonym;
    if (this.#recent.size >= RECENT_PEOPLE_MAX) this.#recent.clear();
    this.#recent.set(identity, pseudonym);
    return pseudonym;
  }
}

/**
 * Reads the key, or creates it. Processes that start together use one key: the first file counts.
 *
 * @throws OperatorError KEY_UNUSABLE
 */
export function openPseudonymKey(file: string, random: Random): PseudonymKey {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) createKey(file, random);
  const problem = secretModeProblem(statSync(file).mode);
  if (problem !== undefined) throw unusable(file, `${problem}. Run chmod 600 ${file}`);
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw unusable(file, 'it does not hold 64 hexadecimal digits. Restore it from a backup');
  }
  return new PseudonymKey(Buffer.from(text, 'hex'));
}

function createKey(file: string, random: Random): void {
  const key = Buffer.from(random.fill(new Uint8Array(KEY_BYTES))).toString('hex');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Complete before it has its name, so that no process reads half a key.
  const made = `${file}.${process.pid}.${randomUUID()}.tmp`;
  writeFileSync(made, `${key}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(made);
  }
}

function unusable(file: string, why: string): OperatorError {
  return new OperatorError('KEY_UNUSABLE', `could not use the pseudonym key in ${file}: ${why}`);
}
