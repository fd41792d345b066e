import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from 'jose';

import type { Provider } from './provider-catalog.ts';

/** Allowed clock difference of providers, as for clients. */
const CLOCK_TOLERANCE_SECONDS = 300;

/** The request to a provider, with which its answer is compared. */
export type ProviderRequest = {
  readonly clientId: string;
  readonly nonce: string;
  /** `sub` of the hint. */
  readonly subject: string;
};

export type Verdict =
  | { readonly kind: 'satisfied'; readonly acr: string; readonly amr: string }
  | { readonly kind: 'refused'; readonly number: number; readonly why: string };

/** The first factor here is always a password, so the second must be of another kind. */
export const WANTED_ACR: readonly string[] = ['possessionorinherence'];

const INHERENCE: readonly string[] = ['face', 'fpt', 'iris', 'retina', 'vbm'];
const POSSESSION: readonly string[] = ['fido', 'hwk', 'otp', 'pop', 'sc', 'sms', 'swk', 'tel'];

export const WANTED_AMR: readonly string[] = [...INHERENCE, ...POSSESSION].sort();

/** Codes for an invalid answer (contracts 9.4). Their assignment is an assumption. */
const BAD_SIGNATURE = 5001256;
const NO_TOKEN = 50027;
const OTHER_ATTEMPT = 50012;
const TOO_WEAK = 50159;

/** Checks a provider's ID token against the request (contracts 9.4). */
export async function checkAnswer(
  token: string,
  { asked, provider, nowMs }: { asked: ProviderRequest; provider: Provider; nowMs: number },
): Promise<Verdict> {
  const refused = (number: number, why: string): Verdict => ({ kind: 'refused', number, why });
  let keyId: unknown;
  try {
    keyId = decodeProtectedHeader(token).kid;
  } catch {
    // Even the token's header is unreadable.
    return refused(NO_TOKEN, 'the answer holds no token');
  }
  const unsigned =
    'external ID token from issuer failed signature verification, ' +
    `KeyID of token is '${String(keyId)}'`;
  const key = provider.keys.find(({ kid }) => kid === keyId);
  if (key === undefined) return refused(BAD_SIGNATURE, unsigned);
  let claims: JWTPayload;
  try {
    const verified = await jwtVerify(token, await importJWK(key, 'RS256'), {
      algorithms: ['RS256'],
      issuer: provider.issuer,
      audience: asked.clientId,
      subject: asked.subject,
      requiredClaims: ['exp', 'iat', 'nonce', 'acr', 'amr'],
      currentDate: new Date(nowMs),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    claims = verified.payload;
  } catch (error) {
    const { code, claim } = error as { code?: string; claim?: string };
    if (claim === 'acr' || claim === 'amr') return refused(TOO_WEAK, `${claim} is missing`);
    if (claim !== undefined) return refused(OTHER_ATTEMPT, `${claim} is not the requested value`);
    if (code === 'ERR_JWT_INVALID' || code === 'ERR_JWS_INVALID') {
      return refused(NO_TOKEN, 'the answer holds no token');
    }
    return refused(BAD_SIGNATURE, unsigned);
  }
  if (claims['nonce'] !== asked.nonce)
    return refused(OTHER_ATTEMPT, 'nonce is not the requested value');
  return strengthOf(claims, refused);
}

function strengthOf(
  { acr, amr }: JWTPayload,
  refused: (number: number, why: string) => Verdict,
): Verdict {
  if (typeof acr !== 'string' || !WANTED_ACR.includes(acr)) {
    return refused(TOO_WEAK, 'acr is not one of the requested values');
  }
  const [method, ...more] = Array.isArray(amr) ? (amr as readonly unknown[]) : [];
  if (typeof method !== 'string' || more.length > 0) {
    return refused(TOO_WEAK, 'amr does not state exactly one method');
  }
  // All requested methods differ in kind from a password.
  if (!WANTED_AMR.includes(method)) return refused(TOO_WEAK, `amr ${method} was not requested`);
  return { kind: 'satisfied', acr, amr: method };
}
