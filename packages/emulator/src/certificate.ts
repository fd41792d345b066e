import { createHash, createPrivateKey, generateKeyPair, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** A key and its self-signed certificate, in PEM. */
export type KeyAndCertificate = { readonly keyPem: string; readonly certPem: string };

/** Valid at any virtual time, and for clients that use the machine's clock. */
const FROM_MS = Date.UTC(2000, 0, 1);
const TO_MS = Date.UTC(2099, 11, 31);

const OID = {
  commonName: '0603550403',
  sha256WithRsa: '06092a864886f70d01010b',
  basicConstraints: '0603551d13',
  keyUsage: '0603551d0f',
  subjectKeyId: '0603551d0e',
  subjectAltName: '0603551d11',
};

/**
 * Creates a self-signed certificate, for loopback servers and for clients that sign assertions.
 * @see RFC 5280 section 4.1
 */
export async function selfSigned(options: {
  readonly commonName: string;
  readonly validFromMs?: number;
  readonly validToMs?: number;
}): Promise<KeyAndCertificate> {
  const { commonName, validFromMs = FROM_MS, validToMs = TO_MS } = options;
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const algorithm = sequence(Buffer.from(OID.sha256WithRsa, 'hex'), Buffer.from('0500', 'hex'));
  const name = sequence(
    tagged(0x31, sequence(Buffer.from(OID.commonName, 'hex'), utf8(commonName))),
  );
  const toSign = sequence(
    tagged(0xa0, Buffer.from('020102', 'hex')),
    // The end of the modulus is unique per certificate. The leading 1 keeps the number positive.
    tagged(0x02, Buffer.from([1]), publicKey.subarray(-20, -5)),
    algorithm,
    name,
    sequence(time(validFromMs), time(validToMs)),
    name,
    publicKey,
    tagged(0xa3, sequence(isAuthority(), mayBeUsedFor(), namesKey(publicKey), namesLoopback())),
  );
  const signature = sign('sha256', toSign, createPrivateKey(privateKey));
  const der = sequence(toSign, algorithm, tagged(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const certPem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''];
  return { keyPem: privateKey, certPem: certPem.join('\n') };
}

/** Critical and true, because clients trust the certificate as a root. */
function isAuthority(): Buffer {
  const value = tagged(0x04, sequence(Buffer.from('0101ff', 'hex')));
  return sequence(Buffer.from(OID.basicConstraints, 'hex'), Buffer.from('0101ff', 'hex'), value);
}

/**
 * Strict verifiers (Python 3.13 and later) require an authority to state that it signs
 * certificates.
 */
function mayBeUsedFor(): Buffer {
  // digitalSignature, keyEncipherment and keyCertSign; two bits of the octet are unused.
  const value = tagged(0x04, tagged(0x03, Buffer.from('02a4', 'hex')));
  return sequence(Buffer.from(OID.keyUsage, 'hex'), Buffer.from('0101ff', 'hex'), value);
}

/** RFC 5280 section 4.2.1.2: an authority identifies its key. */
function namesKey(publicKey: Buffer): Buffer {
  const digest = createHash('sha256').update(publicKey).digest().subarray(0, 20);
  return sequence(Buffer.from(OID.subjectKeyId, 'hex'), tagged(0x04, tagged(0x04, digest)));
}

function namesLoopback(): Buffer {
  const names = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  );
  return sequence(Buffer.from(OID.subjectAltName, 'hex'), tagged(0x04, names));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

/** GeneralizedTime for every year. X.509 parsers accept it before 2050 too. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${digits}Z`));
}

/** One DER element: X.690 section 8.1. */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const hex = value.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value]);
}
