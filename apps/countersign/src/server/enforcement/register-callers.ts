import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@countersign/core';
import { readSecret } from '@countersign/m365';
import type { CallerProofs } from '../../config/enforcement-config.ts';
import { CallerRegistry, type Proof } from '../../enforcement/callers/caller-registry.ts';
import { CommandError } from '../../operations/forwarding/errors.ts';

export type CallerRegistration<C> = {
  readonly name: string;
  readonly proofs: CallerProofs;
  readonly as: C;
};

/**
 * Indexes callers by their proofs. Two callers with one proof could impersonate each other.
 * @throws CommandError CALLER_PROOF, HttpError CREDENTIAL
 */
export function registerCallers<C>(
  callers: readonly CallerRegistration<C>[],
  env: Readonly<Record<string, string | undefined>>,
): CallerRegistry<C> {
  const registry = new CallerRegistry<C>();
  const owners = new Map<string, string>();
  for (const { name, proofs, as } of callers) {
    for (const proof of proofsOf(name, proofs, env)) {
      const key = `${proof.kind} ${proof.sha256}`;
      const before = owners.get(key);
      if (before !== undefined) {
        throw invalid(name, `it has the same ${proof.kind} as ${before}`);
      }
      owners.set(key, name);
      registry.add(proof, as);
    }
  }
  return registry;
}

function proofsOf(
  name: string,
  { tokenHash, certificate }: CallerProofs,
  env: Readonly<Record<string, string | undefined>>,
): readonly Proof[] {
  const digests = tokenHash === undefined ? [] : readSecret(tokenHash, env).reveal().split(/\s+/);
  const bearers = digests.map((digest): Proof => {
    if (/^[0-9a-f]{64}$/i.test(digest)) return { kind: 'bearer', sha256: digest.toLowerCase() };
    throw invalid(
      name,
      'its tokenHash is not a SHA-256 hash in hex: write the output of sha256sum for the token',
    );
  });
  if (certificate === undefined) return bearers;
  return [...bearers, { kind: 'certificate', sha256: fingerprintOf(name, certificate) }];
}

function fingerprintOf(name: string, file: string): string {
  try {
    const { fingerprint256 } = new X509Certificate(readFileSync(file));
    return fingerprint256.replaceAll(':', '').toLowerCase();
  } catch (cause) {
    throw invalid(name, `the certificate ${file} cannot be read (${messageOf(cause)})`);
  }
}

function invalid(name: string, what: string): CommandError {
  return new CommandError('CALLER_PROOF', `could not register the caller ${name}: ${what}`);
}
