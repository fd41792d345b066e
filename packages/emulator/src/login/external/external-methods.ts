import { createHash } from 'node:crypto';
import type { Ask, Reply } from '../../http/http-message.ts';
import type { ExternalFactor } from '../client-sign-in.ts';
import type { ExternalMethod, Person } from '../login-directory.ts';
import { errorPage, posted } from '../login-pages.ts';
import type { Admission, Session } from '../session.ts';
import {
  checkAnswer,
  type ProviderRequest,
  type Verdict,
  WANTED_ACR,
  WANTED_AMR,
} from './check-answer.ts';

import type { Provider, ProviderCatalog } from './provider-catalog.ts';

/** Entra drops an attempt about five minutes after the redirect (contracts 9.4). */
const ATTEMPT_MS = 300_000;
/** Limit of concurrent attempts. Above it, the oldest are dropped. */
const ATTEMPTS_MAX = 10_000;

/** A person who was sent to a provider and has not returned. */
type Attempt = {
  readonly session: Session;
  readonly admission: Admission;
  readonly method: ExternalMethod;
  readonly provider: Provider;
  readonly asked: ProviderRequest;
  readonly untilMs: number;
};

/** Continues to the application after a successful sign-in. */
export type Admit = (
  session: Session,
  admission: Admission,
  external: ExternalFactor,
) => Promise<Reply>;

/** The path at which providers return people, on the authority's origin (contracts 9.3). */
export const RETURN_PATH = '/common/federation/externalauthprovider';

/** "External security challenge not satisfied." */
const NOT_SATISFIED = 50158;
/** "Failed to validate authorization url of external claims provider." */
const NOT_REGISTERED = 50161;
/** "Service principal … not found." */
const NO_PRINCIPAL = 900491;
/** The session of the page is over or never existed. */
const NO_ATTEMPT = 50012;

/**
 * External authentication methods: people are sent to a provider for their second factor, and its
 * answer is compared with the request. Each attempt ends in one row of the log.
 *
 * @see contracts section 9 (Microsoft: "external authentication method provider")
 */
export class ExternalMethods {
  readonly #catalog: ProviderCatalog;
  readonly #attempts = new Map<string, Attempt>();

  constructor(catalog: ProviderCatalog) {
    this.#catalog = catalog;
  }

  /** Redirects a person to the provider, or explains why it cannot. */
  async send(session: Session, admission: Admission, method: ExternalMethod): Promise<Reply> {
    this.passed(session.nowMs);
    const failed = (number: number, why: string): Reply =>
      this.#fail({ session, admission, method }, number, why);
    if (method.replyUrls === undefined) {
      return failed(NO_PRINCIPAL, `Service principal ${method.appId} not found.`);
    }
    const provider = await this.#catalog.find(method.discoveryUrl, session.nowMs);
    if ('number' in provider) return failed(provider.number, provider.why);
    const { authorizationEndpoint } = provider;
    if (!method.replyUrls.includes(authorizationEndpoint)) {
      return failed(NOT_REGISTERED, `${authorizationEndpoint} is no reply URL of ${method.appId}`);
    }
    const [state, nonce] = [session.writer.guid(), session.writer.guid()];
    const subject = pairwise(admission.person, method);
    const asked = { clientId: method.clientId, nonce, subject };
    const untilMs = session.nowMs + ATTEMPT_MS;
    this.#attempts.set(state, { session, admission, method, provider, asked, untilMs });
    for (const [oldest, attempt] of this.#attempts) {
      if (this.#attempts.size <= ATTEMPTS_MAX) break;
      this.#attempts.delete(oldest);
      this.#fail(attempt, NOT_SATISFIED, 'dropped');
    }
    return posted(authorizationEndpoint, {
      scope: 'openid',
      response_mode: 'form_post',
      response_type: 'id_token',
      client_id: method.clientId,
      redirect_uri: session.options.origin() + RETURN_PATH,
      claims: claimsRequest(),
      nonce,
      id_token_hint: await hintOf(session, admission.person, method, subject),
      'client-request-id': session.correlationId,
      state,
    });
  }

  /** The provider's answer, posted by the person's browser. */
  async receive(ask: Ask, nowMs: number, admit: Admit): Promise<Reply> {
    this.passed(nowMs);
    const form = new URLSearchParams(ask.body.toString('utf8'));
    const state = form.get('state') ?? '';
    const attempt = this.#attempts.get(state);
    // The answer is late, premature or forged.
    if (attempt === undefined) return errorPage(NO_ATTEMPT, 'The attempt is over.');
    this.#attempts.delete(state);
    const { session, admission, method, provider, asked } = attempt;
    const token = form.get('id_token');
    if (token === null) {
      return this.#fail(attempt, NOT_SATISFIED, form.get('error') ?? 'no answer');
    }
    const verdict: Verdict = await checkAnswer(token, { asked, provider, nowMs });
    if (verdict.kind === 'refused') return this.#fail(attempt, verdict.number, verdict.why);
    const factor = { name: method.displayName, succeeded: true, detail: verdict.amr };
    return admit({ ...session, nowMs }, admission, factor);
  }

  /** Abandoned attempts expire as time passes. */
  passed(nowMs: number): void {
    for (const [state, attempt] of this.#attempts) {
      // In order of expiry, because all last equally long.
      if (attempt.untilMs > nowMs) return;
      this.#attempts.delete(state);
      const { session, untilMs } = attempt;
      const over = { ...attempt, session: { ...session, nowMs: untilMs } };
      this.#fail(over, NOT_SATISFIED, 'the person did not come back');
    }
  }

  #fail(
    { session, admission, method }: Pick<Attempt, 'session' | 'admission' | 'method'>,
    number: number,
    why: string,
  ): Reply {
    const { app, person, audience } = admission;
    session.note({
      ...{ app, person, audience, grant: 'authorization_code', proof: 'none' },
      error: number,
      external: { name: method.displayName, succeeded: false, detail: why },
    });
    return errorPage(number, why);
  }
}

/** OpenID Connect Core section 5.5. */
function claimsRequest(): string {
  const id_token = {
    acr: { essential: true, values: WANTED_ACR },
    amr: { essential: true, values: WANTED_AMR },
  };
  return JSON.stringify({ id_token });
}

/** A pairwise subject: another one for each provider (OpenID Connect Core section 8.1). */
function pairwise({ objectId }: Person, { appId }: ExternalMethod): string {
  return createHash('sha256').update(`${objectId} ${appId}`).digest('base64url');
}

/** As in the real service, the hint expires a second before it was issued. */
function hintOf(
  { tenantId, nowMs, options }: Session,
  person: Person,
  method: ExternalMethod,
  subject: string,
): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000);
  return options.mint.sign({
    ver: '2.0',
    iss: `${options.origin()}/${tenantId}/v2.0`,
    aud: method.appId,
    exp: seconds - 1,
    iat: seconds,
    nbf: seconds,
    tid: tenantId,
    oid: person.objectId,
    sub: subject,
    preferred_username: person.userPrincipalName,
    name: person.name,
  });
}
