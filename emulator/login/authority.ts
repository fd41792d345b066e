import { type Ask, json, type Reply } from '../http.ts';
import { SeededRandom } from '../random.ts';
import { Router } from '../router.ts';
import { authorize, type CodeGrant } from './authorize.ts';
import { assertedClientId, type ClientProof, proveClient } from './client.ts';
import type { LoginDirectory, Person, RegisteredApp, Resource } from './directory.ts';
import { discovery, instances } from './discovery.ts';
import { LoginRefusal, type RefusalNumber } from './errors.ts';
import { redeemCode, redeemRefresh } from './redeem.ts';
import { wantedOf } from './resources.ts';
import { TokenWriter } from './token-writer.ts';
import type { TokenMint } from './tokens.ts';

/** A sign-in that a real client made here, for whoever writes the logs. */
export type SignIn = {
  readonly atMs: number;
  readonly tenantId: string;
  readonly app: RegisteredApp;
  /** Undefined where an application signed in as itself. */
  readonly person: Person | undefined;
  readonly grant: string;
  readonly proof: ClientProof;
  readonly audience: string | undefined;
  /** The token's `uti` is made of it. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly uti: string;
  readonly sid: string | undefined;
  readonly ipAddress: string;
  readonly userAgent: string;
};

export type AuthorityOptions = {
  readonly seed: string | number;
  /** Known only once it listens. */
  readonly origin: () => string;
  readonly directory: LoginDirectory;
  readonly resources: readonly Resource[];
  readonly mint: TokenMint;
  readonly now: () => number;
  /** Of access tokens; the real authority gives 60 to 90 minutes. */
  readonly lifetimeSeconds?: number;
  readonly onSignIn?: (signIn: SignIn) => void;
};

/** One request at one tenant's endpoint: what its steps share. */
export type Session = {
  readonly ask: Ask;
  readonly form: URLSearchParams;
  readonly tenantId: string;
  readonly nowMs: number;
  readonly options: AuthorityOptions;
  readonly writer: TokenWriter;
  refuse(number: RefusalNumber, detail?: string): LoginRefusal;
};

/** How long a token lasts unless the options say otherwise; the documents' example. */
const LIFETIME_SECONDS = 3_599;

/** The login authority of all tenants: discovery, keys, tokens, authorization codes. */
export class LoginAuthority {
  readonly router: Router = new Router();
  readonly #options: AuthorityOptions;
  readonly #random: SeededRandom;
  readonly #writer: TokenWriter;
  /** Codes that were redeemed, so that none is a second time. */
  readonly #redeemed = new Set<string>();

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 'login');
    const { mint, origin, lifetimeSeconds = LIFETIME_SECONDS } = options;
    this.#writer = new TokenWriter({ mint, origin, lifetimeSeconds, random: this.#random });
    const { router } = this;
    router.on('GET', '/common/discovery/instance', () => instances(origin()));
    for (const version of ['', '/v2.0']) {
      router.on('GET', `/{tenant}${version}/.well-known/openid-configuration`, (ask) => {
        const tenant = this.#tenantOf(ask);
        return json(200, discovery({ origin: origin(), tenant, version }));
      });
      router.on('GET', `/{tenant}/discovery${version}/keys`, () => json(200, mint.jwks));
      router.on('POST', `/{tenant}/oauth2${version}/token`, (ask) => this.#token(ask));
      for (const method of ['GET', 'POST']) {
        router.on(method, `/{tenant}/oauth2${version}/authorize`, (ask) => {
          const form = method === 'GET' ? ask.query : new URLSearchParams(ask.body.toString());
          return authorize(this.#session(ask, form));
        });
      }
    }
  }

  async #token(ask: Ask): Promise<Reply> {
    const session = this.#session(ask, new URLSearchParams(ask.body.toString('utf8')));
    const { form, tenantId, nowMs } = session;
    const { directory } = this.#options;
    const clientId = form.get('client_id') ?? assertedClientId(form);
    if (clientId === undefined) throw session.refuse(90014, 'client_id');
    const app = directory.app(tenantId, clientId.toLowerCase());
    if (app === undefined) throw session.refuse(700016, clientId);
    if (!app.isEnabled) throw session.refuse(7000112, app.clientId);
    const audiences = this.#audiences(tenantId);
    const proven = await proveClient({ app, form, headers: ask.headers, audiences, nowMs });
    if ('refused' in proven) throw session.refuse(proven.refused);
    const grant = form.get('grant_type') ?? '';
    const given = await this.#grant(session, app, grant, proven.proof);
    const wanted = wantedOf(form.has('scope') || form.has('resource') ? form : given.scope, [
      ...this.#options.resources,
      { appId: app.clientId, names: [app.clientId, `api://${app.clientId}`] },
    ]);
    if (wanted === undefined) throw session.refuse(500011);
    const { person, sid, nonce } = given;
    const version = ask.path.toLowerCase().includes('/v2.0/') ? 2 : 1;
    const request = { app, person, sid, nonce, wanted, version, proof: proven.proof } as const;
    const written = await this.#writer.write({ ...request, tenantId, nowMs, form });
    if (written === undefined) throw session.refuse(person === undefined ? 70011 : 65001);
    this.#options.onSignIn?.({
      ...{ atMs: nowMs, tenantId, app, person, grant, sid },
      proof: proven.proof,
      audience: wanted.audience,
      requestId: written.requestId,
      correlationId: form.get('client-request-id') ?? this.#random.guid(),
      uti: written.uti,
      ipAddress: ask.headers['x-forwarded-for'] ?? '127.0.0.1',
      userAgent: ask.headers['user-agent'] ?? '',
    });
    return json(200, written.body, { 'cache-control': 'no-store', pragma: 'no-cache' });
  }

  async #grant(
    session: Session,
    app: RegisteredApp,
    grant: string,
    proof: ClientProof,
  ): Promise<CodeGrant> {
    switch (grant) {
      case 'client_credentials':
        if (proof === 'none') throw session.refuse(7000218);
        return { person: undefined, sid: undefined, nonce: undefined, scope: session.form };
      case 'authorization_code':
        return redeemCode(session, app, this.#redeemed);
      case 'refresh_token':
        return redeemRefresh(session, app);
      case '':
        throw session.refuse(90014, 'grant_type');
      default:
        throw session.refuse(70003, grant);
    }
  }

  #session(ask: Ask, form: URLSearchParams): Session {
    const nowMs = this.#options.now();
    const traceId = this.#random.guid();
    const { directory } = this.#options;
    const refuse: Session['refuse'] = (number, detail) =>
      new LoginRefusal(number, { nowMs, traceId, ...(detail !== undefined && { detail }) });
    const tenantId = directory.tenantId(ask.params['tenant'] ?? '');
    if (tenantId === undefined) throw refuse(90002, ask.params['tenant']);
    return { ask, form, tenantId, nowMs, options: this.#options, writer: this.#writer, refuse };
  }

  /** `common` and `organizations` have documents, and no tokens: those name their tenant. */
  #tenantOf(ask: Ask): string {
    const named = (ask.params['tenant'] ?? '').toLowerCase();
    if (named === 'common' || named === 'organizations') return named;
    return this.#session(ask, ask.query).tenantId;
  }

  #audiences(tenantId: string): string[] {
    const origin = this.#options.origin();
    return [
      `${origin}/${tenantId}/oauth2/v2.0/token`,
      `${origin}/${tenantId}/oauth2/token`,
      `${origin}/${tenantId}/v2.0`,
      `${origin}/${tenantId}/`,
    ];
  }
}
