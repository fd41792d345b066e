import { SeededRandom } from '../core/seeded-random.ts';
import { json, type Reply } from '../http/http-message.ts';
import { Router } from '../http/router.ts';
import type { AuthorityOptions } from './authority-options.ts';
import { admit, authorize, type CodeGrant, isOfOneTenant } from './authorize.ts';
import { type ClientProof, proveClient } from './client-proof.ts';
import type { AppliedListener } from './client-sign-in.ts';
import { discovery, instances } from './discovery.ts';
import { ExternalMethods, RETURN_PATH } from './external/external-methods.ts';
import { OutboundCalls } from './external/outbound-calls.ts';
import { ProviderCatalog } from './external/provider-catalog.ts';
import { type Issuance, TokenExtensionCaller } from './external/token-extension.ts';
import { DEVICE_GRANT, DeviceCodes, isTyped } from './grants/device-codes.ts';
import { grantByPassword } from './grants/password-grant.ts';
import { redeemCode, redeemRefresh } from './grants/redeem-grant.ts';
import type { RegisteredApp } from './login-directory.ts';
import { codeForm, nameForm } from './login-pages.ts';
import { LoginRefusal } from './login-refusal.ts';
import { userRealm } from './realm.ts';
import { type TokenTarget, wantedOf } from './resources.ts';
import {
  addressOf,
  clientIdOf,
  isShared,
  resourcesOf,
  type Session,
  Sessions,
  type SignInDetails,
  type Visit,
} from './session.ts';
import { type TokenReply, TokenWriter } from './token-writer.ts';

/** Default lifetime of a token; the documentation's example. */
const LIFETIME_SECONDS = 3_599;

/** The login authority of all tenants: discovery, keys, tokens, authorization codes. */
export class LoginAuthority {
  readonly router: Router = new Router();
  readonly #options: AuthorityOptions;
  readonly #writer: TokenWriter;
  readonly #external: ExternalMethods;
  readonly #extensions: TokenExtensionCaller;
  readonly #devices = new DeviceCodes();
  readonly #sessions: Sessions;
  /** Redeemed codes, so that none works twice. */
  readonly #redeemed = new Set<string>();

  constructor(options: AuthorityOptions) {
    this.#options = options;
    const random = new SeededRandom(options.seed, 'login');
    const { mint, origin, lifetimeSeconds = LIFETIME_SECONDS } = options;
    this.#writer = new TokenWriter({ mint, origin, lifetimeSeconds, random });
    const outbound = new OutboundCalls(options.partnerCa);
    this.#external = new ExternalMethods(new ProviderCatalog(outbound));
    this.#extensions = new TokenExtensionCaller({ outbound, mint, origin });
    const shared = { writer: this.#writer, external: this.#external, devices: this.#devices };
    this.#sessions = new Sessions({ options, random, ...shared });
    this.#listen();
  }

  /** Time passed: people who did not return from a provider are dropped. */
  passed(nowMs: number): void {
    this.#external.passed(nowMs);
  }

  #listen(): void {
    const { router } = this;
    const { mint, origin, now, directory } = this.#options;
    const on = (method: string, path: string, answer: (visit: Visit) => Promise<Reply>): void => {
      router.on(method, path, (ask) => this.#sessions.answer(ask, answer));
    };
    router.on('GET', '/common/discovery/instance', () => instances(origin()));
    router.on('GET', '/common/userrealm/{name}', ({ params }) => {
      const name = params['name'] ?? '';
      return userRealm(name, directory.realm(name.slice(name.lastIndexOf('@') + 1)));
    });
    router.on('POST', RETURN_PATH, (ask) => this.#external.receive(ask, now(), admit));
    for (const method of ['GET', 'POST']) {
      on(method, '/{tenant}/oauth2/deviceauth', (visit) => this.#typed(visit));
    }
    for (const version of ['', '/v2.0']) {
      on('GET', `/{tenant}${version}/.well-known/openid-configuration`, async (visit) => {
        const { named } = visit;
        const tenant = isShared(named) ? named : (await this.#sessions.open(visit)).tenantId;
        return json(200, discovery({ origin: origin(), tenant: tenant.toLowerCase(), version }));
      });
      router.on('GET', `/{tenant}/discovery${version}/keys`, () => json(200, mint.jwks));
      on('POST', `/{tenant}/oauth2${version}/token`, (visit) => this.#token(visit));
      on('POST', `/{tenant}/oauth2${version}/devicecode`, async (visit) =>
        this.#devices.begin(visit),
      );
      for (const method of ['GET', 'POST']) {
        on(method, `/{tenant}/oauth2${version}/authorize`, (visit) => this.#authorize(visit));
      }
    }
  }

  /** At a shared address, the name decides about the tenant. */
  async #authorize(visit: Visit): Promise<Reply> {
    const { named, form } = visit;
    if (isShared(named) && !form.has('login_hint')) return nameForm(form);
    return authorize(await this.#sessions.open(visit));
  }

  async #typed(visit: Visit): Promise<Reply> {
    if (!isTyped(visit.form)) return codeForm();
    return this.#devices.type(await this.#sessions.open(visit));
  }

  async #token(visit: Visit): Promise<Reply> {
    const session = await this.#sessions.open(visit);
    const { form, tenantId } = session;
    const clientId = clientIdOf(form);
    if (clientId === undefined) throw session.refuse(90014, 'client_id');
    const app = this.#options.directory.app(tenantId, clientId);
    if (app === undefined) throw session.refuse(700016, clientId);
    const asked = form.get('grant_type') ?? '';
    // The vendor's libraries use the short form.
    const grant = asked === 'device_code' ? DEVICE_GRANT : asked;
    try {
      const body = await this.#given(session, app, grant);
      return json(200, body, { 'cache-control': 'no-store', pragma: 'no-cache' });
    } catch (error) {
      if (error instanceof LoginRefusal) this.#noteRefused(session, app, grant, error);
      throw error;
    }
  }

  async #given(session: Session, app: RegisteredApp, grant: string): Promise<object> {
    const { ask, form, tenantId, nowMs } = session;
    if (isOfOneTenant(session, app)) throw session.refuse(50194, app.clientId);
    if (!app.isEnabled) throw session.refuse(7000112, app.clientId);
    const audiences = this.#audiences(session);
    const proven = await proveClient({ app, form, headers: ask.headers, audiences, nowMs });
    if ('refused' in proven) throw session.refuse(proven.refused);
    const { proof } = proven;
    const given = await this.#grant(session, app, grant, proof);
    const isAsked = form.has('scope') || form.has('resource');
    const wanted = wantedOf(isAsked ? form : given.scope, resourcesOf(this.#options, app));
    if (wanted === undefined) throw session.refuse(500011, undefined, given.person);
    const issuance = await this.#issuance(session, { app, given, wanted });
    const { person, sid, nonce } = given;
    const noted = { app, person, grant, proof, sid, audience: wanted.audience };
    if (issuance?.failed !== undefined) {
      session.note({ ...noted, error: issuance.failed, listener: issuance.listener });
      throw session.refuse(issuance.failed);
    }
    const version = ask.path.toLowerCase().includes('/v2.0/') ? 2 : 1;
    const written = await this.#writer.write({
      ...{ app, person, sid, nonce, wanted, version, proof, tenantId, nowMs, form },
      requestId: given.signIn?.requestId ?? session.traceId,
      claims: issuance?.claims ?? {},
    });
    if (written === undefined) {
      throw session.refuse(person === undefined ? 70011 : 65001, undefined, person);
    }
    this.#noteGiven(session, { ...noted, listener: issuance?.listener }, given, written);
    return written.body;
  }

  /** A sign-in with a code has its row already, which can be completed now. */
  #noteGiven(
    session: Session,
    noted: Omit<SignInDetails, 'error'>,
    given: CodeGrant,
    { requestId, uti }: TokenReply,
  ): void {
    const { signIn } = given;
    if (signIn === undefined) {
      session.note({ ...noted, requestId, uti, error: 0 });
    } else if (noted.listener !== undefined) {
      const { external, atMs } = signIn;
      session.note({ ...noted, requestId, uti, external, atMs, error: 0, row: 'fuller' });
    }
  }

  /** Refusals without a person, and unknown grants, have no row. */
  #noteRefused(session: Session, app: RegisteredApp, grant: string, refusal: LoginRefusal): void {
    const { number, person } = refusal;
    const isOfApp = grant === 'client_credentials';
    if ((!isOfApp && person === undefined) || isOfExtension(number)) return;
    const proof: ClientProof = session.form.has('client_assertion') ? 'certificate' : 'secret';
    const audience = session.audienceOf(app);
    session.note({ app, person, grant, proof, audience, error: number });
  }

  /** Calls the extension that listens for this application, if any. */
  async #issuance(
    { tenantId, nowMs, correlationId, ask }: Session,
    { app, given, wanted }: { app: RegisteredApp; given: CodeGrant; wanted: TokenTarget },
  ): Promise<ExtensionResult | undefined> {
    const { directory, resources } = this.#options;
    const { person } = given;
    const listener = person && directory.issuanceListener(tenantId, app.clientId);
    if (person === undefined || listener === undefined) return undefined;
    const vendor = resources.find(({ names }) => names.some((name) => name === wanted.audience));
    const resource =
      vendor === undefined ? app : (directory.app(tenantId, vendor.appId) ?? undefined);
    const issuance = await this.#extensions.ask({
      ...{ listener, tenantId, client: app, person, correlationId, nowMs },
      resource: {
        id: resource?.objectId ?? '',
        appId: vendor?.appId ?? app.clientId,
        name: resource?.name ?? '',
      },
      ipAddress: addressOf(ask),
    });
    return askedOf(listener.extensionId, issuance);
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
      case 'password':
        return grantByPassword(session, app);
      case DEVICE_GRANT:
        return this.#devices.redeem(session, app);
      case '':
        throw session.refuse(90014, 'grant_type');
      default:
        throw session.refuse(70003, grant);
    }
  }

  /** The accepted audiences of an assertion: the tenant's id, or the client's authority. */
  #audiences({ tenantId, named }: Session): string[] {
    const origin = this.#options.origin();
    return [tenantId, named].flatMap((tenant) => [
      `${origin}/${tenant}/oauth2/v2.0/token`,
      `${origin}/${tenant}/oauth2/token`,
      `${origin}/${tenant}/v2.0`,
      `${origin}/${tenant}/`,
    ]);
  }
}

/** The result of calling an extension. */
type ExtensionResult = {
  readonly listener: AppliedListener;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The error code, if no token is issued. */
  readonly failed: number | undefined;
};

function askedOf(extensionId: string, issuance: Issuance): ExtensionResult {
  const isFailed = issuance.kind === 'failed';
  const code = isFailed ? issuance.code : 0;
  const { httpStatus } = issuance;
  return {
    listener: { extensionId, eventType: 'tokenIssuanceStart', code, httpStatus },
    claims: isFailed ? {} : issuance.claims,
    failed: isFailed ? code : undefined,
  };
}

/** The row was written at the failure, with the extension's result. */
function isOfExtension(number: number): boolean {
  return number >= 1_003_000 && number < 1_004_000;
}
