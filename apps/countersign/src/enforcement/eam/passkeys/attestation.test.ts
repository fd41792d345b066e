import 'reflect-metadata';
import assert from 'node:assert/strict';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import {
  BasicConstraintsExtension,
  type X509Certificate as Made,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  type Habits,
  SoftAuthenticator,
} from '../../../../../../tools/testing/soft-authenticator.ts';
import { ADA, EamHarness, ISSUER } from '../../testing/eam-harness.ts';
import { EAM_PATHS } from '../eam-metadata.ts';

const MODEL = '01020304-0506-0708-0102-030405060708';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LEAF = 'C=DE,O=Maker,OU=Authenticator Attestation,CN=Model';

type Keys = { readonly privateKey: webcrypto.CryptoKey; readonly publicKey: webcrypto.CryptoKey };

async function maker(name: string): Promise<{ certificate: Made; keys: Keys }> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as Keys;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true)],
    ...DATED,
  });
  return { certificate, keys };
}

const DATED = { notBefore: new Date('2020-01-01Z'), notAfter: new Date('2090-01-01Z') };

async function leafOf(of: Awaited<ReturnType<typeof maker>>): Promise<Habits['maker']> {
  const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as Keys;
  const certificate = await X509CertificateGenerator.create({
    subject: LEAF,
    issuer: of.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: of.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(false)],
    ...DATED,
  });
  const chain = [new Uint8Array(certificate.rawData)];
  return { key: KeyObject.from(keys.privateKey), chain };
}

async function isTaken(harness: EamHarness, habits: Habits): Promise<boolean> {
  const code = harness.code(ADA);
  const page = await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, { code });
  const credential = new SoftAuthenticator(habits).create(page.options, ISSUER);
  const { text } = await harness.submit(page, EAM_PATHS.register, { credential });
  return /is registered/.test(text);
}

test('registers only authenticators on the allowlist', async () => {
  const authenticators = [MODEL];
  const policy = { formats: ['none', 'packed'], authenticators, makers: [] } as const;
  const harness = await EamHarness.create(policy);
  assert.equal(await isTaken(harness, { aaguid: MODEL.replace('01', '99') }), false);
  assert.equal(await isTaken(harness, { aaguid: MODEL }), true);
});

test('accepts only allowed attestation formats', async () => {
  const policy = { formats: ['packed'], authenticators: undefined, makers: [] } as const;
  const harness = await EamHarness.create(policy);
  assert.equal(await isTaken(harness, { format: 'none' }), false);
  assert.equal(await isTaken(harness, { format: 'packed' }), true);
});

test('with makers configured, accepts only what one of them attests', async () => {
  const [ours, theirs] = [await maker('Ours'), await maker('Theirs')];
  const makers = [new X509Certificate(ours.certificate.toString('pem'))];
  const policy = { formats: ['packed'], authenticators: [MODEL], makers } as const;
  const harness = await EamHarness.create(policy);
  const packed = { format: 'packed', aaguid: MODEL } as const;
  assert.equal(await isTaken(harness, packed), false, 'its own word');
  const other = await leafOf(theirs);
  assert.equal(await isTaken(harness, { ...packed, maker: other }), false, 'by another maker');
  const right = await leafOf(ours);
  const forged = { ...right, key: other?.key };
  assert.equal(
    await isTaken(harness, { ...packed, maker: forged as Habits['maker'] }),
    false,
    'signed by another key than the certificate has',
  );
  assert.equal(await isTaken(harness, { ...packed, maker: right }), true);
});

test('a passkey is created on our site, for this attempt, with user verification', async () => {
  const harness = await EamHarness.create();
  for (const habits of [
    { origin: 'https://elsewhere.example' },
    { site: 'elsewhere.example' },
    { challenge: 'AAAA' },
    { person: 'present' },
  ] as const) {
    assert.equal(await isTaken(harness, habits), false, JSON.stringify(habits));
  }
  const [, , , last] = harness.records;
  assert.equal(last?.what === 'passkey-refused' && last.why, 'unproven');
});
