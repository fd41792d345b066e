import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, secretModeProblem } from '@countersign/core';
import { CommandError } from '../forwarding/errors.ts';

export type WitnessKey = { readonly name: string; readonly privateKey: KeyObject };

/**
 * The key of the witness with its state in `stateDir`; created if there is none. Name and key are
 * one file, so that no crash leaves a key under two names: the logs know the witness by both.
 *
 * @throws CommandError WITNESS_NAME, WITNESS_KEY
 */
export function witnessKey(
  stateDir: string,
  options: { readonly name: string | undefined; readonly random: Random },
): WitnessKey {
  const path = join(stateDir, 'witness-key.json');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) makeKey(path, options);
  const key = readKey(path);
  if (options.name === undefined || options.name === key.name) return key;
  throw new CommandError(
    'WITNESS_NAME',
    `could not start the witness as "${options.name}": its state in ${stateDir} belongs to ` +
      `"${key.name}"; give another --state`,
  );
}

function makeKey(
  path: string,
  { name, random }: { name: string | undefined; random: Random },
): void {
  const unique = Buffer.from(random.fill(new Uint8Array(8))).toString('hex');
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const text = JSON.stringify({ v: 1, name: name ?? `countersign.local/witness/${unique}`, pem });
  const staged = `${path}.${unique}.tmp`;
  writeFileSync(staged, `${text}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(staged, path);
}

function readKey(path: string): WitnessKey {
  const problem = secretModeProblem(statSync(path).mode);
  if (problem !== undefined) {
    const cure = `run chmod 600 ${path}`;
    const what = `could not use the key of the witness in ${path}: ${problem}; ${cure}`;
    throw new CommandError('WITNESS_KEY', what);
  }
  try {
    const { name, pem } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return { name: String(name), privateKey: createPrivateKey(String(pem)) };
  } catch (cause) {
    throw new CommandError(
      'WITNESS_KEY',
      `could not read the key of the witness in ${path}: restore the file from a copy`,
      { cause },
    );
  }
}
