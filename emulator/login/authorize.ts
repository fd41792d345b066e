import { html, type Reply } from '../http.ts';
import type { Session } from './authority.ts';
import type { Person } from './directory.ts';
import type { LoginRefusal } from './errors.ts';

/** What a code or a refresh token stands for. */
export type CodeGrant = {
  readonly person: Person | undefined;
  readonly sid: string | undefined;
  readonly nonce: string | undefined;
  readonly scope: URLSearchParams;
};

/**
 * RFC 6749 section 4.1.1 with PKCE (RFC 7636). Whoever is named by `login_hint` is signed in at
 * once: nobody has a password here. Without a hint a form asks for the name.
 */
export async function authorize(session: Session): Promise<Reply> {
  const { form, tenantId, nowMs, options } = session;
  const clientId = form.get('client_id') ?? '';
  const app = options.directory.app(tenantId, clientId.toLowerCase());
  if (app === undefined) throw session.refuse(700016, clientId);
  const redirectUri = form.get('redirect_uri') ?? '';
  // Nothing may ever be sent to an address that was not registered.
  if (!app.redirectUris.includes(redirectUri)) throw session.refuse(50011, redirectUri);
  const back = (answer: Record<string, string>): Reply =>
    redirect(redirectUri, form.get('response_mode') ?? 'query', {
      ...answer,
      ...(form.has('state') && { state: form.get('state') as string }),
    });
  const refused = ({ error, description }: LoginRefusal): Reply =>
    back({ error, error_description: description });
  if (form.get('response_type') !== 'code') return refused(session.refuse(90023));
  if (app.isPublic && !form.has('code_challenge')) return refused(session.refuse(90014));
  const hint = form.get('login_hint');
  if (hint === null) return nameForm(form);
  const person = options.directory.person(tenantId, hint);
  if (person === undefined) return refused(session.refuse(50034, hint));
  if (!person.isEnabled) return refused(session.refuse(50057));
  const code = await options.mint.sign({
    aud: 'code',
    jti: session.writer.guid(),
    sid: session.writer.guid(),
    oid: person.objectId,
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
  return back({ code, session_state: session.writer.guid() });
}

function redirect(uri: string, mode: string, answer: Record<string, string>): Reply {
  const values = new URLSearchParams(answer);
  if (mode === 'form_post') {
    const fields = Object.entries(answer).map(([name, value]) => field(name, value));
    return html(
      `<form method="post" action="${escaped(uri)}">${fields.join('')}` +
        '<button>Continue</button></form><script>document.forms[0].submit()</script>',
    );
  }
  const separator = mode === 'fragment' ? '#' : uri.includes('?') ? '&' : '?';
  return { status: 302, headers: { location: uri + separator + values.toString() } };
}

function nameForm(form: URLSearchParams): Reply {
  const fields = [...form].map(([name, value]) => field(name, value));
  return html(
    `<form method="post">${fields.join('')}<label>Sign in as ` +
      '<input name="login_hint" type="email" autofocus></label><button>Sign in</button></form>',
  );
}

function field(name: string, value: string): string {
  return `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
