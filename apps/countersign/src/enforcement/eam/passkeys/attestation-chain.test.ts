import 'reflect-metadata';
import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import { isVouchedFor } from './attestation.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const FROM_MS = Date.UTC(2026, 0, 1);
const TO_MS = Date.UTC(2027, 0, 1);
const NOW_MS = Date.UTC(2026, 5, 1);

type Party = {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly certificate: X509Certificate;
};

type CertificateOptions = {
  readonly by?: Party;
  readonly kind?: 'authority' | 'leaf';
  readonly fromMs?: number;
  readonly toMs?: number;
};

/** A party with a certificate from an issuer, or self-signed. */
async function party(
  name: string,
  { by, kind, fromMs, toMs }: CertificateOptions = {},
): Promise<Party> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${by?.name ?? name}`,
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(kind !== 'leaf')],
    notBefore: new Date(fromMs ?? FROM_MS),
    notAfter: new Date(toMs ?? TO_MS),
  });
  return { name, keys, certificate: new X509Certificate(Buffer.from(made.rawData)) };
}

const root = await party('Root');
const middle = await party('Middle', { by: root });
const leaf = await party('Leaf', { by: middle, kind: 'leaf' });

function isVouched(chain: readonly Party[], makers: readonly Party[], nowMs = NOW_MS): boolean {
  return isVouchedFor(
    chain.map(({ certificate }) => certificate),
    makers.map(({ certificate }) => certificate),
    nowMs,
  );
}

test('accepts a chain to a maker, with or without the maker in it', () => {
  assert.ok(isVouched([leaf, middle], [root]));
  assert.ok(isVouched([leaf, middle, root], [root]));
  assert.ok(isVouched([leaf], [middle]));
  assert.ok(isVouched([leaf, middle], [middle]));
  assert.ok(isVouched([leaf], [leaf]), 'a maker may name one model');
});

test('refuses a chain to an unknown issuer, or out of order', async () => {
  const other = await party('Root');
  assert.ok(!isVouched([], [root]));
  assert.ok(!isVouched([leaf, middle], []));
  assert.ok(!isVouched([leaf], [root]), 'a link is missing');
  assert.ok(!isVouched([leaf, middle], [other]), 'another one of the same name');
  assert.ok(isVouched([leaf, middle], [other, root]));
  assert.ok(!isVouched([middle, leaf], [root]));
  assert.ok(!isVouched([leaf, root], [root]));
});

test('refuses a chain with a forged link, or one that may not issue', async () => {
  const forged = await party('Middle', { by: await party('Root') });
  assert.ok(!isVouched([leaf, forged], [root]));
  assert.ok(!isVouched([await party('Leaf', { by: forged, kind: 'leaf' }), middle], [root]));
  // The owner of one authenticator could otherwise issue certificates for others.
  const model = await party('Model', { by: root, kind: 'leaf' });
  const made = await party('Made', { by: model, kind: 'leaf' });
  assert.ok(isVouched([model], [root]));
  assert.ok(!isVouched([made, model], [root]));
});

test('every link must be valid at the time, including its first and last moment', async () => {
  assert.ok(isVouched([leaf, middle], [root], FROM_MS));
  assert.ok(!isVouched([leaf, middle], [root], FROM_MS - 1));
  assert.ok(isVouched([leaf, middle], [root], TO_MS));
  assert.ok(!isVouched([leaf, middle], [root], TO_MS + 1));
  const over = await party('Middle', { by: root, toMs: NOW_MS - 1000 });
  const young = await party('Leaf', { by: over, kind: 'leaf' });
  assert.ok(!isVouched([young, over], [root]));
  const early = await party('Leaf', { by: middle, kind: 'leaf', fromMs: NOW_MS + 1000 });
  assert.ok(!isVouched([early, middle], [root]));
});
