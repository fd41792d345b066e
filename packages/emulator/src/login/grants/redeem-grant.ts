import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { CodeGrant } from '../authorize.ts';
import type { Person, RegisteredApp } from '../login-directory.ts';
import type { Session } from '../session.ts';
import { claim } from '../token-mint.ts';

/** RFC 6749 section 4.1.2: a code should be valid for at most ten minutes. */
const CODE_LIFETIME_SECONDS = 600;
/** The real authority's refresh tokens last 90 days unless they are revoked. */
const REFRESH_LIFETIME_SECONDS = 90 * 86_400;

/** RFC 6749 section 4.1.3 and RFC 7636 section 4.6. */
export async function redeemCode(
  session: Session,
  app: RegisteredApp,
  redeemed: Set<string>,
): Promise<CodeGrant> {
  const { form } = session;
  const code = await opened(session, app, { name: 'code', kind: 'code' });
  if (code['redirect'] !== form.get('redirect_uri')) throw session.refuse(50011);
  checkAge(session, code, CODE_LIFETIME_SECONDS);
  const jti = String(code.jti);
  if (redeemed.has(jti)) throw session.refuse(54005);
  const { challenge } = code;
  if (challenge !== undefined) {
    const verifier = form.get('code_verifier') ?? '';
    const isHashed = code['method'] === 'S256';
    const shown = isHashed ? createHash('sha256').update(verifier).digest('base64url') : verifier;
    if (shown !== challenge) throw session.refuse(501481);
  } else if (app.isPublic) {
    throw session.refuse(501481);
  }
  redeemed.add(jti);
  const scope = new URLSearchParams({ scope: claim(code, 'scope') ?? '' });
  const resource = claim(code, 'resource');
  if (resource !== undefined) scope.set('resource', resource);
  const person = personOf(session, code);
  // We signed it, so it has the right form. Codes of another kind lack it.
  const signIn = code['signIn'] as CodeGrant['signIn'];
  return {
    ...{ person, sid: claim(code, 'sid'), nonce: claim(code, 'nonce'), scope },
    ...(signIn !== undefined && { signIn }),
  };
}

/** RFC 6749 section 6. Void if the person's sessions were revoked after it was issued. */
export async function redeemRefresh(session: Session, app: RegisteredApp): Promise<CodeGrant> {
  const token = await opened(session, app, { name: 'refresh_token', kind: 'refresh' });
  checkAge(session, token, REFRESH_LIFETIME_SECONDS);
  const person = personOf(session, token);
  if ((token.iat ?? 0) * 1_000 < Math.floor(person.sessionsValidFromMs / 1_000) * 1_000) {
    throw session.refuse(50173, undefined, person);
  }
  return {
    person,
    sid: claim(token, 'sid'),
    nonce: undefined,
    scope: new URLSearchParams({ scope: claim(token, 'scope') ?? '' }),
  };
}

async function opened(
  session: Session,
  app: RegisteredApp,
  wanted: { name: string; kind: string },
): Promise<JWTPayload> {
  const sent = session.form.get(wanted.name);
  if (sent === null) throw session.refuse(90014, wanted.name);
  const payload = await session.options.mint.open(sent);
  // Refuses a code of another client, or an access token in its place.
  const isMeant = payload?.aud === wanted.kind && payload['client'] === app.clientId;
  if (payload === undefined || !isMeant) throw session.refuse(70000);
  return payload;
}

function checkAge(session: Session, payload: JWTPayload, lifetimeSeconds: number): void {
  const ageSeconds = session.nowMs / 1_000 - (payload.iat ?? 0);
  if (ageSeconds >= lifetimeSeconds) throw session.refuse(70008);
}

function personOf(session: Session, payload: JWTPayload): Person {
  const { directory } = session.options;
  const person = directory.person(session.tenantId, claim(payload, 'oid') ?? '');
  if (person === undefined) throw session.refuse(50034);
  if (!person.isEnabled) throw session.refuse(50057, undefined, person);
  return person;
}
