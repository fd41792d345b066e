import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, type Random, systemClock, systemRandom } from '@countersign/core';
import type { Hono } from 'hono';
import { exportJWK, SignJWT } from 'jose';
import { contentFolder } from '../../../../config/installed-package.ts';
import { SCOPES } from '../../../../operations/definition/scopes.ts';
import { Authenticator } from '../../../../operators/authenticator.ts';
import type { OperatorSignIn } from '../../../../operators/operator-record.ts';
import { OperatorState } from '../../../../operators/operator-state.ts';
import { RolePolicies } from '../../../../operators/roles/role-policies.ts';
import { Sessions } from '../../../../operators/sessions/sessions.ts';
import { OperatorRights } from '../../../../operators/sign-in/operator-rights.ts';
import { ProviderClient } from '../../../../operators/sign-in/provider-client.ts';
import { ValidityClock } from '../../../../operators/validity-clock.ts';
import { BrowserSessions, type RecordSignIn } from '../browser-sessions.ts';
import { signInRoutes } from '../sign-in-routes.ts';

export const ORIGIN = 'http://127.0.0.1:8480';
const CLIENT = 'countersign';
export type Claims = Readonly<Record<string, unknown>>;

/** The real provider on loopback, and the routes of sign-in with their own state. */
export class SignInWorld {
  readonly clock: ManualClock = new ManualClock(systemClock.now());
  readonly random: Random = systemRandom;
  readonly entries: { readonly signIn: OperatorSignIn; readonly by: string }[] = [];
  readonly dir: string = mkdtempSync(join(tmpdir(), 'countersign-sign-in-'));
  readonly state: OperatorState = OperatorState.open(this.dir);
  /** Claims of the person who signs in next. */
  claims: Claims = { sub: 'ada', roles: ['Responder'] };
  isRecordFailing = false;
  app!: Hono;
  authenticator!: Authenticator;
  issuer = '';
  #close: () => Promise<void> = async () => undefined;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  static async open(options: { readonly par?: boolean } = {}): Promise<SignInWorld> {
    const world = new SignInWorld();
    await world.#start(options.par === true);
    return world;
  }

  /** A browser without cookies. */
  browser(): Browser {
    return new Browser(this);
  }

  /** A logout token as the provider signs it. */
  async logoutToken(claims: Claims, event: string = BACKCHANNEL): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ jti: crypto.randomUUID(), events: { [event]: {} }, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'logout+jwt' })
      .setIssuer(this.issuer)
      .setAudience(CLIENT)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + 120)
      .sign(this.#keys.privateKey);
  }

  async close(): Promise<void> {
    await this.#close();
    this.state.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #start(hasPar: boolean): Promise<void> {
    let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const server = createServer((request, response) => handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { default: Provider } = (await import(PROVIDER_PACKAGE)) as { default: ProviderClass };
    const provider = new Provider(this.issuer, await this.#configuration(hasPar));
    const callback = provider.callback();
    handle = (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
      const login = { accountId: String(this.claims['sub']), remember: true };
      void provider.interactionFinished(request, response, { login, consent: {} });
    };
    this.#close = async () => {
      server.closeAllConnections();
      server.close();
    };
    await this.#open();
  }

  async #open(): Promise<void> {
    const { state } = this;
    const clock = new ValidityClock(this.clock);
    const provider = await ProviderClient.open({
      issuer: this.issuer,
      clientId: CLIENT,
      proof: { kind: 'secret', secret: 'a secret of the test' },
      redirectUri: `${ORIGIN}/sign-in/callback`,
    });
    const policies = RolePolicies.read(join(contentFolder(), 'roles'), SCOPES);
    const limits = { tenants: null, regions: null, groups: null };
    const rights = new OperatorRights({
      policies,
      regions: new Map(),
      rules: [
        { role: 'responder', claim: { kind: 'role', value: 'Responder' }, ...limits },
        { role: 'works-council', claim: { kind: 'group', value: 'council' }, ...limits },
      ],
    });
    const sessions = new Sessions({ table: state.sessions, clock, random: systemRandom });
    const parts = { sessions, rights, transport: 'http', origin: ORIGIN } as const;
    const record: RecordSignIn = async (signIn, by) => {
      if (this.isRecordFailing) throw new Error('the disk is full');
      this.entries.push({ signIn, by });
      state.apply(state.next, { v: 1, atMs: clock.now(), by, ...signIn });
    };
    this.app = signInRoutes({
      ...{ sessions, rights, clock, table: state.sessions, links: state.links, origin: ORIGIN },
      passkeys: state.passkeys,
      browser: new BrowserSessions({ ...parts, operators: state.operators, clock, record }),
      recordPasskey: async (passkey) => state.passkeys.add(passkey, clock.now()),
      identityProvider: { client: async () => provider, origin: ORIGIN },
    });
    this.authenticator = new Authenticator({
      ...{ state, clock, regions: new Map(), operators: parts },
      onFailure: assert.ifError,
    });
  }

  async #configuration(hasPar: boolean): Promise<object> {
    const key = await exportJWK(this.#keys.privateKey);
    return {
      clients: [
        {
          client_id: CLIENT,
          client_secret: 'a secret of the test',
          redirect_uris: [`${ORIGIN}/sign-in/callback`],
          post_logout_redirect_uris: [`${ORIGIN}/`],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [{ ...key, kid: 'k1', alg: 'ES256', use: 'sig' }] },
      cookies: { keys: ['only for this test'] },
      features: {
        devInteractions: { enabled: false },
        pushedAuthorizationRequests: { enabled: hasPar },
        backchannelLogout: { enabled: true },
      },
      conformIdTokenClaims: false,
      claims: { openid: ['sub', 'roles', 'groups', '_claim_names', 'oid', 'tid', 'sid'] },
      interactions: {
        url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}`,
      },
      findAccount: (_: unknown, accountId: string) => ({
        accountId,
        claims: () => ({ sub: accountId, ...this.claims }),
      }),
      loadExistingGrant: async ({ oidc }: GrantContext) => {
        const grant = new oidc.provider.Grant({
          clientId: CLIENT,
          accountId: oidc.session?.accountId ?? '',
        });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    };
  }
}

/** The package has no types of its own: this is what the tests use. */
type ProviderClass = new (
  issuer: string,
  configuration: object,
) => {
  callback(): (request: IncomingMessage, response: ServerResponse) => unknown;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
  ): Promise<void>;
};

type GrantContext = {
  readonly oidc: {
    readonly session?: { readonly accountId?: string };
    readonly provider: {
      readonly Grant: new (
        given: object,
      ) => {
        addOIDCScope(scope: string): void;
        save(): Promise<string>;
      };
    };
  };
};

const PROVIDER_PACKAGE: string = 'oidc-provider';

const PEER = { address: '127.0.0.1', isSecure: false };

const BACKCHANNEL = 'http://schemas.openid.net/event/backchannel-logout';
const REDIRECTS_MAX = 10;

/** Follows redirects between the service and the provider, with cookies for each host. */
export class Browser {
  readonly #world: SignInWorld;
  readonly cookies: Map<string, Map<string, string>> = new Map();

  constructor(world: SignInWorld) {
    this.#world = world;
  }

  /** The value of the session cookie. */
  get session(): string | undefined {
    return this.cookies.get(ORIGIN)?.get('cs');
  }

  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '));
    const sent = { ...init, headers, redirect: 'manual' } as const;
    const response =
      origin === ORIGIN ? await this.#world.app.request(url, sent, PEER) : await fetch(url, sent);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0/i.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Follows redirects until one leads to `stop`, or to a page. */
  async follow(url: string, stop = (_: string): boolean => false): Promise<[string, Response]> {
    let at = url;
    let response = await this.request(at);
    for (let count = 0; count < REDIRECTS_MAX; count++) {
      const location = response.headers.get('location');
      if (location === null) return [at, response];
      at = new URL(location, at).href;
      const isPage = at.startsWith(ORIGIN) && !at.includes('/sign-in');
      if (stop(at) || isPage) return [at, response];
      response = await this.request(at);
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects`);
  }

  signIn(query = '?return=/findings'): Promise<[string, Response]> {
    return this.follow(`${ORIGIN}/sign-in${query}`);
  }

  /** Up to the callback, which is not requested. */
  async callback(query = ''): Promise<string> {
    const [at] = await this.follow(`${ORIGIN}/sign-in${query}`, (url) => url.includes('/callback'));
    return at;
  }
}
