import { X509Certificate } from 'node:crypto';

/** Attestation formats that can be verified offline. */
export const ATTESTATION_FORMATS = ['none', 'packed', 'tpm'] as const;
export type AttestationFormat = (typeof ATTESTATION_FORMATS)[number];

/** Which authenticators may register. */
export type AttestationPolicy = {
  readonly formats: readonly AttestationFormat[];
  /** Lowercase AAGUIDs. Undefined: any. */
  readonly authenticators: readonly string[] | undefined;
  /**
   * Certificates of makers that must attest the authenticator. Empty: its own claim counts, which a
   * self-built authenticator can forge.
   */
  readonly makers: readonly X509Certificate[];
};

export type AttestationClaims = {
  readonly format: string;
  readonly chain: readonly X509Certificate[];
};

/** The claims of an attestation before verification. Undefined if it is unreadable. */
export async function statedBy(attestationObject: string): Promise<AttestationClaims | undefined> {
  try {
    const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
    const bytes = Buffer.from(attestationObject, 'base64url');
    const stated = decodeAttestationObject(new Uint8Array(bytes));
    const x5c = stated.get('attStmt').get('x5c') ?? [];
    const chain = x5c.map((raw) => new X509Certificate(raw));
    return { format: stated.get('fmt'), chain };
  } catch {
    return undefined;
  }
}

/** Whether a chain leads to a maker, link by link, at this time. */
export function isVouchedFor(
  chain: readonly X509Certificate[],
  makers: readonly X509Certificate[],
  nowMs: number,
): boolean {
  if (chain.length === 0) return false;
  const isDated = chain.every(
    ({ validFrom, validTo }) => Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo),
  );
  const isLinked = chain.every((each, at) => {
    const next = chain[at + 1];
    return next === undefined || (next.ca && each.checkIssued(next) && each.verify(next.publicKey));
  });
  const last = chain.at(-1) as X509Certificate;
  const isAnchored = makers.some(
    (maker) =>
      last.fingerprint256 === maker.fingerprint256 ||
      (last.checkIssued(maker) && last.verify(maker.publicKey)),
  );
  return isDated && isLinked && isAnchored;
}
