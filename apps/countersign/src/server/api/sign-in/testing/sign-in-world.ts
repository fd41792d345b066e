import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, type Random, systemClock, systemRandom } from '@countersign/core';
import type { Hono } from 'hono';
import { contentFolder } from '../../../../config/installed-package.ts';
import { SCOPES } from '../../../../operations/definition/scopes.ts';
import { Authenticator } from '../../../../operators/authenticator.ts';
import type { OperatorSignIn, PasskeyRefusal } from '../../../../operators/operator-record.ts';
import { OperatorState } from '../../../../operators/operator-state.ts';
import { RolePolicies } from '../../../../operators/roles/role-policies.ts';
import { Sessions } from '../../../../operators/sessions/sessions.ts';
import { OperatorRights } from '../../../../operators/sign-in/operator-rights.ts';
import { ProviderClient } from '../../../../operators/sign-in/provider-client.ts';
import { ValidityClock } from '../../../../operators/validity-clock.ts';
import { BrowserSessions, type RecordSignIn } from '../browser-sessions.ts';
import { signInRoutes } from '../sign-in-routes.ts';
import { CLIENT, type Claims, type Forgery, TestProvider } from './test-provider.ts';

export const ORIGIN = 'http://127.0.0.1:8480';

export type WorldOptions = { readonly par?: boolean; readonly proof?: 'key' };

/** The real provider on loopback, and the routes of sign-in with their own state. */
export class SignInWorld {
  readonly clock: ManualClock = new ManualClock(systemClock.now());
  readonly random: Random = systemRandom;
  readonly refusals: PasskeyRefusal[] = [];
  readonly entries: { readonly signIn: OperatorSignIn; readonly by: string }[] = [];
  readonly dir: string = mkdtempSync(join(tmpdir(), 'countersign-sign-in-'));
  readonly state: OperatorState = OperatorState.open(this.dir);
  isRecordFailing = false;
  app!: Hono;
  authenticator!: Authenticator;
  #provider!: TestProvider;

  static async open(options: WorldOptions = {}): Promise<SignInWorld> {
    const world = new SignInWorld();
    await world.#start(options);
    return world;
  }

  get issuer(): string {
    return this.#provider.issuer;
  }

  /** Claims of the person who signs in next. */
  set claims(claims: Claims) {
    this.#provider.claims = claims;
  }

  /** What the provider does wrong. */
  set forgery(forgery: Forgery | undefined) {
    this.#provider.forgery = forgery;
  }

  /** A browser without cookies. */
  browser(): Browser {
    return new Browser(this);
  }

  /** A logout token as the provider signs it. */
  async logoutToken(claims: Claims, event: string = BACKCHANNEL): Promise<string> {
    return this.#provider.logoutToken(claims, event, this.clock.now());
  }

  async close(): Promise<void> {
    await this.#provider.close();
    this.state.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #start(options: WorldOptions): Promise<void> {
    this.#provider = await TestProvider.start({ ...options, origin: ORIGIN });
    await this.#open();
  }

  async #open(): Promise<void> {
    const { state } = this;
    const clock = new ValidityClock(this.clock);
    const provider = await ProviderClient.open({
      issuer: this.issuer,
      clientId: CLIENT,
      proof: this.#provider.proof,
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
      recordRefusal: async (refusal) => {
        if (this.isRecordFailing) throw new Error('the disk is full');
        this.refusals.push(refusal);
        state.apply(state.next, { v: 1, atMs: clock.now(), by: 'serve', ...refusal });
      },
      recordPasskey: async (passkey) => state.passkeys.add(passkey, clock.now()),
      identityProvider: { client: async () => provider, origin: ORIGIN },
    });
    this.authenticator = new Authenticator({
      ...{ state, clock, regions: new Map(), operators: parts },
      onFailure: assert.ifError,
    });
  }
}

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
