import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { SignedStatement, Statement } from '../../enforcement/approvals/signed-statement.ts';
import type { Context } from '../process/command-context.ts';
import { usage } from '../process/errors.ts';
import type { WriterFlags } from './write-options.ts';

/** Who says something that takes two people, and with what they sign it. */
export type PersonFlags = WriterFlags & {
  readonly as: string;
  readonly signWith: string;
  readonly config?: string;
};

const AS = ['--as <name>', 'who you are, as the configuration names you (doors.people)'] as const;
const SIGN_WITH = ['--sign-with <file>', 'your private key: Ed25519, in PEM'] as const;
const CONFIG = [
  '--config <file>',
  'the configuration (default: countersign.yaml in the data folder)',
] as const;

export function declarePerson(parser: Parser, need: 'always' | 'at times'): Parser {
  if (need === 'always') parser.requiredOption(...AS).requiredOption(...SIGN_WITH);
  else parser.option(...AS).option(...SIGN_WITH);
  return parser.option(...CONFIG);
}

export async function signedBy<S extends Statement>(
  { cwd }: Context,
  { signWith }: Pick<PersonFlags, 'signWith'>,
  statement: S,
): Promise<SignedStatement<S>> {
  const { signed } = await import('../../enforcement/approvals/signed-statement.ts');
  return signed(statement, privateKey(resolve(cwd, signWith)));
}

export function configFile(
  { cwd, dataDir }: Context,
  { config }: Pick<PersonFlags, 'config'>,
): string {
  return config === undefined ? join(dataDir, 'countersign.yaml') : resolve(cwd, config);
}

function privateKey(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // What the library says of a key may show a part of it.
    const why =
      code === 'ENOENT' || code === 'EACCES' ? messageOf(error) : 'it holds no key in PEM';
    throw usage(`could not sign with ${file}: ${why}`);
  }
}
