import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, exportJWK, SignJWT } from 'jose';
import type { ProviderOptions } from '../../../../operators/sign-in/provider-client.ts';

export const CLIENT = 'countersign';

/** Also the key of tokens that are signed with HMAC. */
export const SECRET = 'a secret of the test, which is long enough for HMAC-SHA-256';

export type Claims = Readonly<Record<string, unknown>>;

/** Replaces the ID token of an answer. It gets the claims and the key of the right one. */
export type Forgery = (claims: Claims, key: KeyObject) => Promise<string> | string;

type Options = {
  /** Of the service that people sign in to. */
  readonly origin: string;
  readonly par?: boolean;
  /** Default: a secret. */
  readonly proof?: 'key';
};

/** A certified OpenID Connect provider (`oidc-provider`) on loopback. */
export class TestProvider {
  issuer = '';
  /** Of the person who signs in next. */
  claims: Claims = { sub: 'ada', roles: ['Responder'] };
  /** What the provider does wrong. */
  forgery: Forgery | undefined;
  /** How the service proves who it is. */
  readonly proof: ProviderOptions['proof'];
  readonly #options: Options;
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #clientKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #close: () => Promise<void> = async () => undefined;

  static async start(options: Options): Promise<TestProvider> {
    const provider = new TestProvider(options);
    await provider.#start();
    return provider;
  }

  private constructor(options: Options) {
    this.#options = options;
    const pem = this.#clientKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    this.proof =
      options.proof === 'key'
        ? { kind: 'key', pem, keyId: 'c1' }
        : { kind: 'secret', secret: SECRET };
  }

  /** A logout token as the provider signs it. */
  async logoutToken(claims: Claims, event: string, nowMs: number): Promise<string> {
    const nowS = Math.floor(nowMs / 1000);
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
  }

  async #start(): Promise<void> {
    let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
    const server = createServer((request, response) => handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { default: Provider } = (await import(PROVIDER_PACKAGE)) as { default: ProviderClass };
    const provider = new Provider(this.issuer, await this.#configuration());
    const callback = provider.callback();
    handle = (request, response) => {
      if (request.url === '/token') this.#forge(response);
      if (!request.url?.startsWith('/interaction/')) return void callback(request, response);
      const login = { accountId: String(this.claims['sub']), remember: true };
      void provider.interactionFinished(request, response, { login, consent: {} });
    };
    this.#close = async () => {
      server.closeAllConnections();
      server.close();
    };
  }

  /** Exchanges the ID token of an answer before it is sent. */
  #forge(response: ServerResponse): void {
    const end = response.end.bind(response);
    const forged = async (body: string): Promise<void> => {
      const answer = JSON.parse(body) as { id_token?: string };
      if (answer.id_token !== undefined && this.forgery !== undefined) {
        answer.id_token = await this.forgery(decodeJwt(answer.id_token), this.#keys.privateKey);
      }
      const text = JSON.stringify(answer);
      response.setHeader('content-length', Buffer.byteLength(text));
      end(text);
    };
    response.end = ((body: string) => {
      void forged(body);
      return response;
    }) as typeof response.end;
  }

  async #configuration(): Promise<object> {
    const { origin, par, proof } = this.#options;
    const key = await exportJWK(this.#keys.privateKey);
    const clientKey = await exportJWK(this.#clientKeys.publicKey);
    const jwks = { keys: [{ ...clientKey, kid: 'c1', alg: 'ES256', use: 'sig' }] };
    return {
      clients: [
        {
          client_id: CLIENT,
          ...(proof === 'key'
            ? { token_endpoint_auth_method: 'private_key_jwt', jwks }
            : { client_secret: SECRET }),
          redirect_uris: [`${origin}/sign-in/callback`],
          post_logout_redirect_uris: [`${origin}/`],
          id_token_signed_response_alg: 'ES256',
        },
      ],
      jwks: { keys: [{ ...key, kid: 'k1', alg: 'ES256', use: 'sig' }] },
      cookies: { keys: ['only for this test'] },
      features: {
        devInteractions: { enabled: false },
        pushedAuthorizationRequests: { enabled: par === true },
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
