import type { Reply } from '../http/http-message.ts';
import { tokenIdOf } from '../sign-in/user-flows.ts';
import type { ExternalFactor, SignIn } from './client-sign-in.ts';
import type { Person, RegisteredApp } from './login-directory.ts';
import { nameForm, posted } from './login-pages.ts';
import type { LoginRefusal } from './login-refusal.ts';
import { isRegistered } from './redirects.ts';
import { consentedOf, wantedOf } from './resources.ts';
import { type Admission, isShared, resourcesOf, type Session } from './session.ts';

/** The content of a code or refresh token. */
export type CodeGrant = {
  readonly person: Person | undefined;
  readonly sid: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: URLSearchParams;
  /** The sign-in behind the code. Its row is in the log, and the token has its id. */
  readonly signIn?: Pick<SignIn, 'requestId' | 'atMs' | 'external'>;
};

/**
 * RFC 6749 section 4.1.1 with PKCE (RFC 7636).
 *
 * A person in `login_hint` counts as having entered their password. Without a hint, a form asks for
 * the name. People who need an external second factor are sent there first.
 */
export async function authorize(session: Session): Promise<Reply> {
  const { form, tenantId, options } = session;
  const { directory } = options;
  const clientId = form.get('client_id') ?? '';
  const app = directory.app(tenantId, clientId.toLowerCase());
  if (app === undefined) throw session.refuse(700016, clientId);
  const redirectUri = form.get('redirect_uri') ?? '';
  // Nothing may ever be sent to an unregistered address.
  if (!isRegistered(app, redirectUri)) throw session.refuse(50011, redirectUri);
  if (isOfOneTenant(session, app)) throw session.refuse(50194, app.clientId);
  const refused = ({ number, error, description }: LoginRefusal): Reply => {
    // The token endpoint uses another error code for it (OpenID Connect Core section 3.1.2.6).
    const named = number === 65001 ? 'consent_required' : error;
    return back(session, redirectUri, { error: named, error_description: description });
  };
  if (form.get('response_type') !== 'code') return refused(session.refuse(90023));
  if (app.isPublic && !form.has('code_challenge')) return refused(session.refuse(90014));
  const hint = form.get('login_hint');
  if (hint === null) return nameForm(form);
  if (!form.has('scope') && !form.has('resource')) return refused(session.refuse(90014, 'scope'));
  const wanted = wantedOf(form, resourcesOf(options, app));
  const audience = wanted?.audience;
  const person = directory.person(tenantId, hint);
  const turnedAway = (number: number, who: Person): Reply => {
    const refusal = session.refuse(number, number === 50034 ? hint : undefined);
    const grant = 'authorization_code';
    session.note({ app, person: who, audience, grant, proof: 'none', error: number });
    return refused(refusal);
  };
  if (person === undefined) return turnedAway(50034, nobody(hint));
  if (!person.isEnabled) return turnedAway(50057, person);
  // Consent is impossible here, because there is no page for it.
  if (wanted !== undefined && consentedOf(app, wanted) === undefined) {
    return turnedAway(65001, person);
  }
  const admission = { app, person, redirectUri, audience };
  const method = directory.externalMethod(tenantId, person.objectId, app.clientId);
  if (method !== undefined) return session.external.send(session, admission, method);
  return admit(session, admission);
}

/** Records the sign-in, and redirects the browser to the application with a code. */
export async function admit(
  session: Session,
  admission: Admission,
  external?: ExternalFactor,
): Promise<Reply> {
  const { form, tenantId, nowMs, options, writer } = session;
  const { app, person, redirectUri, audience } = admission;
  const [sid, requestId] = [writer.guid(), writer.guid()];
  const uti = tokenIdOf(requestId);
  session.note({
    ...{ app, person, audience, sid, requestId, uti, external },
    ...{ grant: 'authorization_code', proof: 'none', error: 0 },
  });
  const code = await options.mint.sign({
    aud: 'code',
    jti: writer.guid(),
    sid,
    signIn: { requestId, atMs: nowMs, external },
    oid: person.objectId,
    tid: tenantId,
    client: app.clientId,
    redirect: redirectUri,
    iat: Math.floor(nowMs / 1_000),
    scope: form.get('scope') ?? '',
    ...(form.has('resource') && { resource: form.get('resource') }),
    ...(form.has('nonce') && { nonce: form.get('nonce') }),
    ...(form.has('code_challenge') && {
      challenge: form.get('code_challenge'),
      method: form.get('code_challenge_method') ?? 'plain',
    }),
  });
  return back(session, redirectUri, { code, session_state: writer.guid() });
}

/** A single-tenant application is not found at shared addresses. */
export function isOfOneTenant({ named }: Session, { signInAudience }: RegisteredApp): boolean {
  return isShared(named) && signInAudience === 'AzureADMyOrg';
}

/** A person for an unknown name. */
export function nobody(name: string): Person {
  const isEnabled = false;
  return { objectId: '', userPrincipalName: name, name: '', isEnabled, sessionsValidFromMs: 0 };
}

function back({ form }: Session, uri: string, answer: Record<string, string>): Reply {
  const all = { ...answer, ...(form.has('state') && { state: form.get('state') as string }) };
  const mode = form.get('response_mode') ?? 'query';
  if (mode === 'form_post') return posted(uri, all);
  const separator = mode === 'fragment' ? '#' : uri.includes('?') ? '&' : '?';
  const location = uri + separator + new URLSearchParams(all).toString();
  return { status: 302, headers: { location } };
}
