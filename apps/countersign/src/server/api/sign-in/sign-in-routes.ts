import { type Context, Hono } from 'hono';
import { OperatorError } from '../../../operators/errors.ts';
import { identityOf, type OperatorIdentity } from '../../../operators/identity.ts';
import { SIGN_IN_MS_MAX, SIGN_INS_MAX, STEP_UP_MS_MAX } from '../../../operators/limits.ts';
import { hashOf } from '../../../operators/sessions/secret.ts';
import type { Session } from '../../../operators/sessions/session-table.ts';
import type { OperatorRights } from '../../../operators/sign-in/operator-rights.ts';
import type {
  ProviderAnswer,
  ProviderClient,
  SignInAttempt,
} from '../../../operators/sign-in/provider-client.ts';
import { ProblemError, problemOf, problemResponse, refuse } from '../http/problem.ts';
import { type LinkDeps, linkRoutes } from './link-routes.ts';
import { localPath } from './local-path.ts';
import { type PasskeyDeps, passkeyRoutes } from './passkey-routes.ts';
import { SIGN_IN_API_PATH } from './paths.ts';

export type SignInDeps = LinkDeps &
  PasskeyDeps & {
    /** Undefined: no provider is configured. */
    readonly identityProvider: IdentityProvider | undefined;
    readonly rights: OperatorRights;
  };

export type IdentityProvider = {
  /** Rejects while the provider cannot be reached. */
  readonly client: () => Promise<ProviderClient>;
  /** The origin of this service, as the provider knows it. */
  readonly origin: string;
};

export const CALLBACK_PATH = '/sign-in/callback';

/** A logout token has a few hundred bytes. */
const LOGOUT_BYTES_MAX = 64 * 1024;

/** The sign-in of operators in the browser. Paths are relative to the root of the service. */
export function signInRoutes(deps: SignInDeps): Hono {
  const { identityProvider } = deps;
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('referrer-policy', 'no-referrer');
  });
  app.get('/sign-in/session', (context) => sessionReply(context, deps));
  app.post('/sign-out', (context) => signOut(context, deps));
  if (identityProvider !== undefined) {
    const routes = new ProviderRoutes({ ...deps, identityProvider });
    app.get('/sign-in', (context) => routes.begin(context));
    app.get(CALLBACK_PATH, (context) => routes.finish(context));
    app.post('/sign-in/backchannel-logout', (context) => routes.backchannel(context));
  }
  app.get(SIGN_IN_API_PATH, (context) => context.json(methodsOf(deps)));
  app.route('/', linkRoutes(deps));
  app.route('/', passkeyRoutes(deps));
  app.onError((error) => failed(error));
  return app;
}

/** How people can sign in. A page asks before anyone has. */
function methodsOf({ identityProvider, passkeys }: SignInDeps) {
  return { provider: identityProvider !== undefined, passkey: passkeys.all().length > 0 };
}

/** Who is signed in. */
function sessionReply(context: Context, { browser, rights }: SignInDeps): Response {
  const session = browser.current(context);
  if (session === undefined) refuse(401, 'not-authenticated', 'no one is signed in');
  const { identity, provedMs, endsMs } = session;
  const { who, scopes } = rights.callerOf(session);
  const known = scopes === 'all' ? [] : [...scopes].sort();
  const { label, issuer } = identity;
  // A local operator proves who they are again with a passkey, others at the provider.
  const stepUp = issuer === null ? 'passkey' : 'provider';
  return context.json({ who, label, scopes: known, provedMs, endsMs, stepUp });
}

async function signOut(context: Context, deps: SignInDeps): Promise<Response> {
  const { browser, identityProvider } = deps;
  browser.needOwnSite(context);
  const session = browser.current(context);
  browser.setCookie(context, 'session', '', 0);
  if (session === undefined) return context.redirect('/', 303);
  await browser.end(session, 'the operator signed out');
  if (identityProvider === undefined || session.identity.issuer === null) {
    return context.redirect('/', 303);
  }
  // The operator is signed out here, also if the provider cannot be reached.
  const client = await identityProvider.client().catch(() => undefined);
  const returnTo = `${identityProvider.origin}/`;
  return context.redirect(client?.logoutUrl(session.idToken, returnTo) ?? '/', 303);
}

type ProviderDeps = SignInDeps & { readonly identityProvider: IdentityProvider };

/** The code flow of the identity provider. */
class ProviderRoutes {
  readonly #deps: ProviderDeps;

  constructor(deps: ProviderDeps) {
    this.#deps = deps;
  }

  async begin(context: Context): Promise<Response> {
    const { identityProvider, browser, table, sessions, clock } = this.#deps;
    const nowMs = clock.now();
    table.prune(nowMs);
    if (table.signInCount() >= SIGN_INS_MAX) {
      refuse(503, 'busy', 'too many people are signing in: try again', { 'retry-after': '60' });
    }
    const kind = context.req.query('step-up') === undefined ? 'sign-in' : 'step-up';
    const { url, attempt } = await (await identityProvider.client()).begin(
      kind,
      localPath(context.req.query('return')),
    );
    const value = sessions.secret();
    const untilMs = nowMs + SIGN_IN_MS_MAX;
    const kept = { browser: hashOf(value), attempt: JSON.stringify(attempt), untilMs };
    table.addSignIn(hashOf(attempt.state), kept);
    browser.setCookie(context, 'sign-in', value, SIGN_IN_MS_MAX / 1000);
    return context.redirect(url, 302);
  }

  async finish(context: Context): Promise<Response> {
    const { identityProvider, browser } = this.#deps;
    const attempt = this.#takeAttempt(context);
    const callback = new URL(`${identityProvider.origin}${CALLBACK_PATH}`);
    callback.search = new URL(context.req.url).search;
    const answer = await (await identityProvider.client()).finish(callback, attempt);
    const identity = identityOf(answer.claims);
    if (identity === undefined) refuse(403, 'no-person', 'the provider names no stable person');
    browser.rolesOf(identity);
    if (attempt.kind === 'step-up') this.#checkStepUp(identity, answer, browser.current(context));
    const { idToken, authTimeS } = answer;
    // Without a stated time, how long ago the person signed in is unknown: acts need a step-up.
    const provedMs = authTimeS === undefined ? 0 : authTimeS * 1000;
    const what = attempt.kind === 'step-up' ? 'operator-stepped-up' : 'operator-signed-in';
    await browser.begin(context, { identity, provedMs, idToken }, { what });
    browser.setCookie(context, 'sign-in', '', 0);
    return context.redirect(attempt.returnTo, 302);
  }

  /** The provider ends sessions (OpenID Connect Back-Channel Logout 2.5 to 2.8). */
  async backchannel(context: Context): Promise<Response> {
    const { identityProvider, browser, sessions, table, clock } = this.#deps;
    const text = await context.req.text();
    const token =
      text.length > LOGOUT_BYTES_MAX ? null : new URLSearchParams(text).get('logout_token');
    if (token === null) refuse(400, 'logout-token', 'the request has no logout token');
    const nowMs = clock.now();
    const client = await identityProvider.client();
    const { sid, sub, jti, expiresMs } = await client.readLogoutToken(token, nowMs);
    if (!table.useOnce(hashOf(`logout ${jti}`), expiresMs + SIGN_IN_MS_MAX)) {
      refuse(400, 'logout-token', 'the logout token was used before');
    }
    const isMeant = ({ identity }: Session): boolean =>
      (sid === undefined || identity.sid === sid) &&
      (sub === undefined || identity.subject === sub);
    const meant = table.open().filter(isMeant);
    // All end before the first is recorded, which may fail.
    for (const { id } of meant) sessions.end(id, 'the identity provider signed the person out');
    for (const session of meant) {
      await browser.end(session, 'the identity provider signed the person out');
    }
    return context.body(null, 200);
  }

  /** Taken out before anything else, so that no second request gets it (replayed state). */
  #takeAttempt(context: Context): SignInAttempt {
    const state = context.req.query('state') ?? '';
    const kept = this.#deps.table.takeSignIn(hashOf(state));
    const value = this.#deps.browser.cookie(context, 'sign-in');
    const isValid =
      kept !== undefined &&
      this.#deps.clock.now() < kept.untilMs &&
      // Another browser finished it: an attacker would sign their victim in as themselves.
      value !== undefined &&
      hashOf(value) === kept.browser;
    if (isValid) return JSON.parse(kept.attempt) as SignInAttempt;
    return refuse(400, 'sign-in', 'this sign-in is unknown, too old or was used: sign in again');
  }

  #checkStepUp(
    { person }: OperatorIdentity,
    { authTimeS }: ProviderAnswer,
    session: Session | undefined,
  ): void {
    const { clock } = this.#deps;
    if (session !== undefined && session.identity.person !== person) {
      refuse(403, 'step-up', 'another person signed in: sign out first');
    }
    const isRecent =
      authTimeS !== undefined && Math.abs(clock.now() - authTimeS * 1000) <= STEP_UP_MS_MAX;
    if (!isRecent) refuse(403, 'step-up', 'the provider did not ask for a new proof of identity');
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
