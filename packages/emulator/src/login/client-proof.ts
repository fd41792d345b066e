import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import type { RegisteredApp } from './login-directory.ts';
import type { RefusalNumber } from './login-refusal.ts';

/** How a client authenticated: claim `appidacr`, and the log's ClientAuthMethod. */
export type ClientProof = 'none' | 'secret' | 'certificate';

type Answer = { readonly proof: ClientProof } | { readonly refused: RefusalNumber };

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Allowed clock difference of clients, as in the real authority. */
const CLOCK_TOLERANCE_SECONDS = 300;

/**
 * Verifies a client's secret or signed assertion.
 * @see RFC 7523 section 2.2, and "certificate credentials" of the Microsoft identity platform
 */
export async function proveClient(options: {
  readonly app: RegisteredApp;
  readonly form: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The accepted audiences of an assertion. */
  readonly audiences: readonly string[];
  readonly nowMs: number;
}): Promise<Answer> {
  const { app, form, headers } = options;
  const secret = form.get('client_secret') ?? basicSecret(headers['authorization']);
  if (secret !== undefined) {
    const isKnown = app.secrets.some((known) => isSame(known, secret));
    return isKnown ? { proof: 'secret' } : { refused: 7000215 };
  }
  const assertion = form.get('client_assertion');
  if (assertion === null) return app.isPublic ? { proof: 'none' } : { refused: 7000218 };
  if (form.get('client_assertion_type') !== ASSERTION) return { refused: 90023 };
  return proveByAssertion(assertion, options);
}

/** The client id of an assertion without `client_id`. Not trusted before it is verified. */
export function assertedClientId(form: URLSearchParams): string | undefined {
  try {
    return decodeJwt(form.get('client_assertion') ?? '').sub;
  } catch {
    // Not a JWT, so the missing client id is reported.
    return undefined;
  }
}

async function proveByAssertion(
  assertion: string,
  options: { app: RegisteredApp; audiences: readonly string[]; nowMs: number },
): Promise<Answer> {
  const { app, audiences, nowMs } = options;
  try {
    const header = decodeProtectedHeader(assertion);
    const certificate = app.certificates
      .map((pem) => new X509Certificate(pem))
      .find((candidate) => isNamed(candidate, header));
    if (certificate === undefined) return { refused: 700027 };
    const isInForce =
      nowMs >= certificate.validFromDate.getTime() && nowMs < certificate.validToDate.getTime();
    if (!isInForce) return { refused: 700027 };
    await jwtVerify(assertion, certificate.publicKey, {
      algorithms: ['RS256', 'PS256'],
      issuer: app.clientId,
      subject: app.clientId,
      audience: [...audiences],
      requiredClaims: ['exp'],
      currentDate: new Date(nowMs),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return { proof: 'certificate' };
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const claim = (error as { claim?: unknown }).claim;
    const isLate = code === 'ERR_JWT_EXPIRED' || claim === 'nbf' || claim === 'exp';
    return { refused: isLate ? 700024 : 700027 };
  }
}

/**
 * Compares bytes. Python and Go libraries pad the base64url, although RFC 7515 section 4.1.7
 * requires none; the real authority accepts both.
 */
function isNamed(certificate: X509Certificate, header: Record<string, unknown>): boolean {
  const sha256 = header['x5t#S256'];
  const [algorithm, named] = sha256 === undefined ? ['sha1', header['x5t']] : ['sha256', sha256];
  if (typeof named !== 'string' || !/^[\w-]+={0,2}$/.test(named)) return false;
  const digest = createHash(algorithm).update(certificate.raw).digest();
  return digest.equals(Buffer.from(named, 'base64url'));
}

function basicSecret(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +([\w+/=-]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const secret = Buffer.from(encoded, 'base64').toString('utf8').split(':')[1] ?? '';
  try {
    return decodeURIComponent(secret);
  } catch {
    // Some clients do not encode it (RFC 6749 section 2.3.1), so take it literally.
    return secret;
  }
}

export function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
