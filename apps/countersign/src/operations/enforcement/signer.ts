import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { z } from 'zod';
import type { SignedStatement, Statement } from '../../enforcement/approvals/signed-statement.ts';
import { invalidInput } from '../definition/errors.ts';
import { type Fields, field } from '../definition/fields.ts';

/** The person who signs a statement that needs two people. */
export type SignerInput = {
  readonly as: string;
  /** Absolute. */
  readonly signWith: string;
};

/** The signer, if one is needed. */
export type OptionalSignerInput = {
  readonly as?: string | undefined;
  readonly signWith?: string | undefined;
};

export type ConfigInput = { readonly config?: string | undefined };

const AS = 'your name in the configuration (enforcementPoints.people)';
const SIGN_WITH = 'your private key: Ed25519, in PEM';

export const SIGNER_FIELDS: Fields<SignerInput> = {
  as: field(z.string().min(1), AS, { value: 'name' }),
  signWith: field(z.string().min(1), SIGN_WITH, { value: 'file', isPath: true }),
};

export const OPTIONAL_SIGNER_FIELDS: Fields<OptionalSignerInput> = {
  as: field(z.string().min(1).optional(), AS, { value: 'name' }),
  signWith: field(z.string().min(1).optional(), SIGN_WITH, { value: 'file', isPath: true }),
};

export const CONFIG_FIELDS: Fields<ConfigInput> = {
  config: field(
    z.string().optional(),
    'the configuration (default: countersign.yaml in the data folder)',
    { value: 'file', isPath: true },
  ),
};

/** @throws OperationError INVALID_INPUT */
export async function signStatement<S extends Statement>(
  signWith: string,
  statement: S,
): Promise<SignedStatement<S>> {
  const { signed } = await import('../../enforcement/approvals/signed-statement.ts');
  return signed(statement, privateKey(signWith));
}

export function configFile(dataDir: string, { config }: ConfigInput): string {
  return config ?? join(dataDir, 'countersign.yaml');
}

function privateKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // The library's message may contain a part of the key.
    const why =
      code === 'ENOENT' || code === 'EACCES' ? messageOf(error) : 'it does not hold a key in PEM';
    throw invalidInput(`could not sign with ${file}: ${why}`);
  }
}
