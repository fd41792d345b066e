import { type Ask, json, type Reply } from '../http.ts';
import { SeededRandom } from '../random.ts';
import { Router } from '../router.ts';
import { tokenIdOf } from '../sign-in/index.ts';
import { admit, authorize, type CodeGrant } from './authorize.ts';
import { assertedClientId, type ClientProof, proveClient } from './client.ts';
import { DEVICE_GRANT, DeviceCodes } from './device.ts';
import type { LoginDirectory, RegisteredApp, Resource } from './directory.ts';
import { discovery, instances } from './discovery.ts';
import { LoginRefusal, type RefusalNumber } from './errors.ts';
import { Extensions, type Issuance } from './extension.ts';
import { ExternalMethods, ProviderCatalogue, RETURN_PATH } from './external/index.ts';
import { Outbound } from './outbound.ts';
import { grantByPassword } from './password.ts';
import { redeemCode, redeemRefresh } from './redeem.ts';
import { type Wanted, wantedOf } from './resources.ts';
import type { AppliedListener, SignIn } from './sign-in.ts';
import { TokenWriter, type Written } from './token-writer.ts';
import type { TokenMint } from './tokens.ts';

export type { SignIn } from './sign-in.ts';

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
  /** How long devices wait between two questions; the real authority says 5 seconds. */
  readonly devicePollSeconds?: number;
  /** Whom to trust among the company's own services, PEM. */
  readonly partnerCa?: string | undefined;
  readonly onSignIn?: (signIn: SignIn) => void;
};

/** What has to be said of a sign-in besides what its request tells. */
export type Noted = Pick<SignIn, 'app' | 'person' | 'grant' | 'proof' | 'audience' | 'error'> &
  Partial<Pick<SignIn, 'atMs' | 'requestId' | 'uti' | 'sid' | 'external' | 'listener' | 'row'>>;

/** One request at one tenant's endpoint: what its steps share. */
export type Session = {
  readonly ask: Ask;
  readonly form: URLSearchParams;
  readonly tenantId: string;
  readonly nowMs: number;
  readonly correlationId: string;
  readonly options: AuthorityOptions;
  readonly writer: TokenWriter;
  readonly external: ExternalMethods;
  refuse(number: RefusalNumber, detail?: string, person?: LoginRefusal['person']): LoginRefusal;
  /** Writes a row of the log, at the session's time. */
  note(this: Session, noted: Noted): void;
  audienceOf(app: RegisteredApp): string | undefined;
};

/** How long a token lasts unless the options say otherwise; the documents' example. */
const LIFETIME_SECONDS = 3_599;

/** The login authority of all tenants: discovery, keys, tokens, authorization codes. */
export class LoginAuthority {
  readonly router: Router = new Router();
  readonly #options: AuthorityOptions;
  readonly #random: SeededRandom;
  readonly #writer: TokenWriter;
  readonly #external: ExternalMethods;
  readonly #extensions: Extensions;
  readonly #devices = new DeviceCodes();
  /** Codes that were redeemed, so that none is a second time. */
  readonly #redeemed = new Set<string>();

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 'login');
    const { mint, origin, lifetimeSeconds = LIFETIME_SECONDS } = options;
    this.#writer = new TokenWriter({ mint, origin, lifetimeSeconds, random: this.#random });
    const outbound = new Outbound(options.partnerCa);
    this.#external = new ExternalMethods(new ProviderCatalogue(outbound));
    this.#extensions = new Extensions({ outbound, mint, origin });
    const { router } = this;
    router.on('GET', '/common/discovery/instance', () => instances(origin()));
    router.on('POST', RETURN_PATH, (ask) => this.#external.receive(ask, options.now(), admit));
    for (const method of ['GET', 'POST']) {
      router.on(method, '/{tenant}/oauth2/deviceauth', (ask) =>
        this.#devices.type(this.#session(ask, formOf(ask))),
      );
    }
    for (const version of ['', '/v2.0']) {
      router.on('GET', `/{tenant}${version}/.well-known/openid-configuration`, (ask) => {
        const tenant = this.#tenantOf(ask);
        return json(200, discovery({ origin: origin(), tenant, version }));
      });
      router.on('GET', `/{tenant}/discovery${version}/keys`, () => json(200, mint.jwks));
      router.on('POST', `/{tenant}/oauth2${version}/token`, (ask) => this.#token(ask));
      router.on('POST', `/{tenant}/oauth2${version}/devicecode`, (ask) =>
        this.#devices.begin(this.#session(ask, formOf(ask))),
      );
      for (const method of ['GET', 'POST']) {
        router.on(method, `/{tenant}/oauth2${version}/authorize`, (ask) =>
          authorize(this.#session(ask, formOf(ask))),
        );
      }
    }
  }

  /** Time went by: whoever was sent to a provider and has not come back is not let in any more. */
  passed(nowMs: number): void {
    this.#external.passed(nowMs);
  }

  async #token(ask: Ask): Promise<Reply> {
    const session = this.#session(ask, formOf(ask));
    const { form, tenantId } = session;
    const clientId = form.get('client_id') ?? assertedClientId(form);
    if (clientId === undefined) throw session.refuse(90014, 'client_id');
    const app = this.#options.directory.app(tenantId, clientId.toLowerCase());
    if (app === undefined) throw session.refuse(700016, clientId);
    const asked = form.get('grant_type') ?? '';
    // The vendor's own libraries say it short.
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
    if (!app.isEnabled) throw session.refuse(7000112, app.clientId);
    const audiences = this.#audiences(tenantId);
    const proven = await proveClient({ app, form, headers: ask.headers, audiences, nowMs });
    if ('refused' in proven) throw session.refuse(proven.refused);
    const { proof } = proven;
    const given = await this.#grant(session, app, grant, proof);
    const isAsked = form.has('scope') || form.has('resource');
    const wanted = wantedOf(isAsked ? form : given.scope, this.#resourcesOf(app));
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
      requestId: given.signIn?.requestId,
      claims: issuance?.claims ?? {},
    });
    if (written === undefined) {
      throw session.refuse(person === undefined ? 70011 : 65001, undefined, person);
    }
    this.#noteGiven(session, { ...noted, listener: issuance?.listener }, given, written);
    return written.body;
  }

  /** A sign-in that was let in with a code has its row already, which can say more now. */
  #noteGiven(
    session: Session,
    noted: Omit<Noted, 'error'>,
    given: CodeGrant,
    { requestId, uti }: Written,
  ): void {
    const { signIn } = given;
    if (signIn === undefined) {
      session.note({ ...noted, requestId, uti, error: 0 });
    } else if (noted.listener !== undefined) {
      const { external, atMs } = signIn;
      session.note({ ...noted, requestId, uti, external, atMs, error: 0, row: 'fuller' });
    }
  }

  /** Refusals that name nobody, and those of what is no grant at all, have no row. */
  #noteRefused(session: Session, app: RegisteredApp, grant: string, refusal: LoginRefusal): void {
    const { number, person } = refusal;
    const isOfApp = grant === 'client_credentials';
    if ((!isOfApp && person === undefined) || isOfExtension(number)) return;
    const proof: ClientProof = session.form.has('client_assertion') ? 'certificate' : 'secret';
    const audience = session.audienceOf(app);
    session.note({ app, person, grant, proof, audience, error: number });
  }

  /** Asks the extension that listens for this application, if any does. */
  async #issuance(
    { tenantId, nowMs, correlationId, ask }: Session,
    { app, given, wanted }: { app: RegisteredApp; given: CodeGrant; wanted: Wanted },
  ): Promise<Asked | undefined> {
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

  #session(ask: Ask, form: URLSearchParams): Session {
    const { directory, now, onSignIn } = this.#options;
    const nowMs = now();
    const traceId = this.#random.guid();
    const refuse: Session['refuse'] = (number, detail, person) =>
      new LoginRefusal(number, { nowMs, traceId, detail, person });
    const tenantId = directory.tenantId(ask.params['tenant'] ?? '');
    if (tenantId === undefined) throw refuse(90002, ask.params['tenant']);
    const random = this.#random;
    const correlationId = form.get('client-request-id') ?? random.guid();
    return {
      ...{ ask, form, tenantId, nowMs, correlationId, refuse },
      options: this.#options,
      writer: this.#writer,
      external: this.#external,
      audienceOf: (app) => wantedOf(form, this.#resourcesOf(app))?.audience,
      // By the session that it is called on: who comes back from a provider does so later.
      note(noted) {
        const { requestId = random.guid(), uti = tokenIdOf(requestId), row = 'first' } = noted;
        onSignIn?.({
          ...{ sid: undefined, atMs: this.nowMs, tenantId, correlationId },
          ...{ ...noted, requestId, uti, row },
          ipAddress: addressOf(ask),
          userAgent: ask.headers['user-agent'] ?? '',
        });
      },
    };
  }

  /** Of an application of the company itself, its own API as well. */
  #resourcesOf({ clientId }: RegisteredApp): readonly Resource[] {
    const own = { appId: clientId, names: [clientId, `api://${clientId}`] };
    return [...this.#options.resources, own];
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

/** What came of asking an extension. */
type Asked = {
  readonly listener: AppliedListener;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The code for which there is no token. */
  readonly failed: number | undefined;
};

function askedOf(extensionId: string, issuance: Issuance): Asked {
  const isFailed = issuance.kind === 'failed';
  const code = isFailed ? issuance.code : 0;
  const { httpStatus } = issuance;
  return {
    listener: { extensionId, eventType: 'tokenIssuanceStart', code, httpStatus },
    claims: isFailed ? {} : issuance.claims,
    failed: isFailed ? code : undefined,
  };
}

/** Its row was written where it failed, with what the extension answered. */
function isOfExtension(number: number): boolean {
  return number >= 1_003_000 && number < 1_004_000;
}

function formOf({ method, query, body }: Ask): URLSearchParams {
  return method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
}

/** Clients of tests sit on this machine; they may say otherwise. */
function addressOf({ headers }: Ask): string {
  return headers['x-forwarded-for'] ?? '127.0.0.1';
}
