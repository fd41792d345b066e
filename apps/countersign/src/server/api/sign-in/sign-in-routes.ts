import type { Context } from 'hono';
import { Hono } from 'hono';
import { OperatorError } from '../../../operators/errors.ts';
import { identityOf, type OperatorIdentity } from '../../../operators/identity.ts';
import { SIGN_IN_MS_MAX, SIGN_INS_MAX, STEP_UP_MS_MAX } from '../../../operators/limits.ts';
import type { OperatorSignIn } from '../../../operators/operator-record.ts';
import { isOwnRequest } from '../../../operators/sessions/request-origin.ts';
import {
  type CookieTransport,
  type CookieUse,
  readCookie,
  setCookie,
} from '../../../operators/sessions/session-cookie.ts';
import type { Session, SessionTable } from '../../../operators/sessions/session-table.ts';
import { hashOf, type Sessions } from '../../../operators/sessions/sessions.ts';
import { type OperatorRights, operatorName } from '../../../operators/sign-in/operator-rights.ts';
import type {
  ProviderAnswer,
  ProviderClient,
  SignInAttempt,
} from '../../../operators/sign-in/provider-client.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import { ProblemError, problemOf, problemResponse, refuse } from '../http/problem.ts';
import { localPath } from './local-path.ts';

export type SignInDeps = {
  /** Rejects while the provider cannot be reached. */
  readonly provider: () => Promise<ProviderClient>;
  readonly table: SessionTable;
  readonly sessions: Sessions;
  readonly rights: OperatorRights;
  readonly clock: ValidityClock;
  readonly transport: CookieTransport;
  /** The origin of this service, such as `https://countersign.contoso.example`. */
  readonly origin: string;
  /** Makes an entry. Resolves when it is durable; no session begins before. */
  readonly record: (signIn: OperatorSignIn, by: string) => Promise<void>;
};

export const CALLBACK_PATH = '/sign-in/callback';

/** A logout token has a few hundred bytes. */
const LOGOUT_BYTES_MAX = 64 * 1024;

/** The sign-in of operators in the browser. Paths are relative to the root of the service. */
export function signInRoutes(deps: SignInDeps): Hono {
  const routes = new SignInRoutes(deps);
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('referrer-policy', 'no-referrer');
  });
  app.get('/sign-in', (context) => routes.begin(context));
  app.get(CALLBACK_PATH, (context) => routes.finish(context));
  app.get('/sign-in/session', (context) => routes.session(context));
  app.post('/sign-out', (context) => routes.end(context));
  app.post('/sign-in/backchannel-logout', (context) => routes.backchannel(context));
  app.onError((error) => failed(error));
  return app;
}

class SignInRoutes {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  async begin(context: Context): Promise<Response> {
    const { provider, table, sessions, clock } = this.#deps;
    const nowMs = clock.now();
    table.prune(nowMs);
    if (table.signInCount() >= SIGN_INS_MAX) {
      refuse(503, 'busy', 'too many people are signing in: try again', { 'retry-after': '60' });
    }
    const kind = context.req.query('step-up') === undefined ? 'sign-in' : 'step-up';
    const { url, attempt } = await (await provider()).begin(
      kind,
      localPath(context.req.query('return')),
    );
    const browser = sessions.secret();
    const untilMs = nowMs + SIGN_IN_MS_MAX;
    const kept = { browser: hashOf(browser), attempt: JSON.stringify(attempt), untilMs };
    table.addSignIn(hashOf(attempt.state), kept);
    this.#setCookie(context, 'sign-in', browser, SIGN_IN_MS_MAX / 1000);
    return context.redirect(url, 302);
  }

  async finish(context: Context): Promise<Response> {
    const { provider, sessions, record, origin } = this.#deps;
    const attempt = this.#takeAttempt(context);
    const callback = new URL(`${origin}${CALLBACK_PATH}`);
    callback.search = new URL(context.req.url).search;
    const answer = await (await provider()).finish(callback, attempt);
    const identity = identityOf(answer.claims);
    if (identity === undefined) refuse(403, 'no-person', 'the provider names no stable person');
    const roles = this.#rolesOf(identity);
    const former = this.#cookie(context, 'session');
    if (attempt.kind === 'step-up') this.#checkStepUp(identity, answer, former);
    const { idToken, authTimeS } = answer;
    // Without a stated time, how long ago the person signed in is unknown: acts need a step-up.
    const provedMs = authTimeS === undefined ? 0 : authTimeS * 1000;
    const what = attempt.kind === 'step-up' ? 'operator-stepped-up' : 'operator-signed-in';
    const { value, session } = sessions.begin({ identity, provedMs, idToken }, former);
    try {
      const said = { what, session: session.id, issuer: identity.issuer, roles } as const;
      await record(said, operatorName(identity));
    } catch {
      sessions.end(session.id, 'its entry could not be written');
      refuse(503, 'not-recorded', 'the sign-in could not be recorded: see the log of the service');
    }
    const { endsMs } = session;
    const maxAgeS = Math.max(1, Math.floor((endsMs - this.#deps.clock.now()) / 1000));
    this.#setCookie(context, 'session', value, maxAgeS);
    this.#setCookie(context, 'sign-in', '', 0);
    return context.redirect(attempt.returnTo, 302);
  }

  /** Who is signed in. */
  session(context: Context): Response {
    const session = this.#session(context);
    if (session === undefined) refuse(401, 'not-authenticated', 'no one is signed in');
    const { identity, provedMs, endsMs } = session;
    const { who, scopes } = this.#deps.rights.callerOf(session);
    const known = scopes === 'all' ? [] : [...scopes].sort();
    const { label } = identity;
    return context.json({ who, label, scopes: known, provedMs, endsMs });
  }

  async end(context: Context): Promise<Response> {
    const { sessions, record, provider, origin } = this.#deps;
    if (!isOwnRequest(context.req.raw, origin)) {
      refuse(403, 'other-site', 'the request comes from another site');
    }
    const session = this.#session(context);
    this.#setCookie(context, 'session', '', 0);
    if (session === undefined) return context.redirect('/', 303);
    // Ended before it is recorded: a full disk must not keep a session open.
    sessions.end(session.id, 'the operator signed out');
    const { identity, id, idToken } = session;
    const said = { what: 'operator-signed-out', session: id, roles: [] } as const;
    await record({ ...said, issuer: identity.issuer }, operatorName(identity));
    // The operator is signed out here, also if the provider cannot be reached.
    const client = await provider().catch(() => undefined);
    return context.redirect(client?.logoutUrl(idToken, `${origin}/`) ?? '/', 303);
  }

  /** The provider ends sessions (OpenID Connect Back-Channel Logout 2.5 to 2.8). */
  async backchannel(context: Context): Promise<Response> {
    const { provider, sessions, table, clock, record } = this.#deps;
    const text = await context.req.text();
    const token =
      text.length > LOGOUT_BYTES_MAX ? null : new URLSearchParams(text).get('logout_token');
    if (token === null) refuse(400, 'logout-token', 'the request has no logout token');
    const nowMs = clock.now();
    const { sid, sub, jti, expiresMs } = await (await provider()).readLogoutToken(token, nowMs);
    if (!table.useOnce(hashOf(`logout ${jti}`), expiresMs + SIGN_IN_MS_MAX)) {
      refuse(400, 'logout-token', 'the logout token was used before');
    }
    const isMeant = ({ identity }: Session): boolean =>
      (sid === undefined || identity.sid === sid) &&
      (sub === undefined || identity.subject === sub);
    const meant = table.open().filter(isMeant);
    for (const { id } of meant) sessions.end(id, 'the identity provider signed the person out');
    for (const { id, identity } of meant) {
      const said = { what: 'operator-signed-out', session: id, roles: [] } as const;
      await record({ ...said, issuer: identity.issuer }, operatorName(identity));
    }
    return context.body(null, 200);
  }

  /** Taken out before anything else, so that no second request gets it (replayed state). */
  #takeAttempt(context: Context): SignInAttempt {
    const state = context.req.query('state') ?? '';
    const kept = this.#deps.table.takeSignIn(hashOf(state));
    const browser = this.#cookie(context, 'sign-in');
    const isValid =
      kept !== undefined &&
      this.#deps.clock.now() < kept.untilMs &&
      // Another browser finished it: an attacker would sign their victim in as themselves.
      browser !== undefined &&
      hashOf(browser) === kept.browser;
    if (isValid) return JSON.parse(kept.attempt) as SignInAttempt;
    return refuse(400, 'sign-in', 'this sign-in is unknown, too old or was used: sign in again');
  }

  #rolesOf(identity: OperatorIdentity): readonly string[] {
    const { rights } = this.#deps;
    const roles = rights.assignmentsOf(identity).map(({ role }) => role);
    if (roles.length > 0) return [...new Set(roles)];
    const text = rights.mayLackRoles(identity)
      ? 'cannot tell whether you have a role: you are in too many groups for a token. Ask your ' +
        'administrator to assign roles by application role'
      : 'you have no role here: ask your administrator';
    return refuse(403, 'no-role', text);
  }

  #checkStepUp(
    { person }: OperatorIdentity,
    { authTimeS }: ProviderAnswer,
    former: string | undefined,
  ): void {
    const { sessions, clock } = this.#deps;
    const session = former === undefined ? undefined : sessions.find(former);
    if (session !== undefined && session.identity.person !== person) {
      refuse(403, 'step-up', 'another person signed in: sign out first');
    }
    const isRecent =
      authTimeS !== undefined && Math.abs(clock.now() - authTimeS * 1000) <= STEP_UP_MS_MAX;
    if (!isRecent) refuse(403, 'step-up', 'the provider did not ask for a new proof of identity');
  }

  #session(context: Context): Session | undefined {
    const value = this.#cookie(context, 'session');
    return value === undefined ? undefined : this.#deps.sessions.find(value);
  }

  #cookie(context: Context, use: CookieUse): string | undefined {
    return readCookie(context.req.header('cookie') ?? null, use, this.#deps.transport);
  }

  #setCookie(context: Context, use: CookieUse, value: string, maxAgeS: number): void {
    const cookie = setCookie(use, this.#deps.transport, { value, maxAgeS });
    context.header('set-cookie', cookie, { append: true });
  }
}

function failed(error: Error): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
  if (error instanceof OperatorError) {
    const status = error.code === 'SIGN_IN_REFUSED' ? 400 : 503;
    const code = error.code.toLowerCase().replaceAll('_', '-');
    return problemResponse(problemOf(status, code, error.message));
  }
  throw error;
}
