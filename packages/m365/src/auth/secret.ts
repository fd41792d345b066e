import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { HttpError } from '../http/errors.ts';
import { SECRET_BYTES_MAX } from '../http/limits.ts';

/** A value that logs and errors never print. Only `reveal` returns it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }
}

/** The location of a secret: never a configuration, an argument or the ledger. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

/**
 * Reads a secret and trims surrounding white space.
 * @throws HttpError CREDENTIAL
 */
export function readSecret(
  place: SecretPlace,
  env: Readonly<Record<string, string | undefined>>,
): Secret {
  if ('env' in place) {
    const value = env[place.env]?.trim();
    if (value !== undefined && value !== '') return new Secret(value);
    const message = `no secret in the environment: set the variable ${place.env}`;
    throw new HttpError('CREDENTIAL', message);
  }
  return new Secret(readSecretFile(place.file).trim());
}

/** @throws HttpError CREDENTIAL */
export function readSecretFile(file: string): string {
  let text: string;
  try {
    if (statSync(file).size > SECRET_BYTES_MAX) throw new RangeError('it is too large to be one');
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HttpError(
      'CREDENTIAL',
      `could not read the secret in ${file}: ${messageOf(cause)}; check the path and permissions`,
    );
  }
  if (text.trim() !== '') return text;
  throw new HttpError('CREDENTIAL', `the secret file ${file} is empty: put the secret into it`);
}
