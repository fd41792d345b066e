import { X509Certificate } from 'node:crypto';
import { compactVerify, createRemoteJWKSet, exportJWK, importPKCS8, type JWK, SignJWT } from 'jose';
import { type KeyAndCertificate, selfSigned } from '../certificate.ts';
import { type Ask, html, json, type Reply } from '../http/http-message.ts';
import { type Server, serve } from '../http/http-server.ts';
import { Router } from '../http/router.ts';

/** Deviations of a provider from its correct behavior. */
export type Mood = {
  /** Claims that replace the right ones. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** An OAuth error in place of a token. */
  readonly error?: string;
  /** A raw text in place of a token. */
  readonly token?: string;
  /** Signs with an unpublished key under the published key's id. */
  readonly signs?: 'with another key' | 'as agreed';
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly keys?: 'without certificates' | 'with certificates of others';
};

/** A provider of second factors: contracts section 9 and nothing else. */
export class ExternalProvider {
  mood: Mood = {};
  /** Entra's last request. */
  asked: URLSearchParams = new URLSearchParams();
  readonly clientId = 'countersign-integration-1';
  readonly appId = '2f6d1a80-5c3e-4b1f-9d57-8a1b2c3d4e5f';
  readonly #options: { readonly authority: () => string; readonly now: () => number };
  readonly #keys: KeyAndCertificate;
  readonly #other: KeyAndCertificate;
  #server: Server | undefined;

  private constructor(
    options: { authority: () => string; now: () => number },
    keys: readonly [KeyAndCertificate, KeyAndCertificate],
  ) {
    this.#options = options;
    [this.#keys, this.#other] = keys;
  }

  static async start(options: {
    /** The accepted issuer of hints. */
    readonly authority: () => string;
    readonly now: () => number;
  }): Promise<ExternalProvider> {
    const make = (): Promise<KeyAndCertificate> => selfSigned({ commonName: 'provider' });
    const provider = new ExternalProvider(options, await Promise.all([make(), make()]));
    const router = new Router()
      .on('GET', '/.well-known/openid-configuration', () => provider.#metadata())
      .on('GET', '/keys', () => provider.#jwks())
      .on('POST', '/authorize', (ask) => provider.#authorize(ask));
    const sleep = (): Promise<void> => Promise.resolve();
    provider.#server = await serve({ router, port: 0, now: options.now, sleep });
    return provider;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  stop(): Promise<void> {
    return this.#server?.stop() ?? Promise.resolve();
  }

  #metadata(): Reply {
    return json(200, {
      issuer: this.origin,
      authorization_endpoint: `${this.origin}/authorize`,
      jwks_uri: `${this.origin}/keys`,
      scopes_supported: ['openid'],
      response_types_supported: ['id_token'],
      response_modes_supported: ['form_post'],
      grant_types_supported: ['implicit'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      claim_types_supported: ['normal'],
      ...this.mood.metadata,
    });
  }

  async #jwks(): Promise<Reply> {
    const { keys } = this.mood;
    const certified = keys === 'with certificates of others' ? this.#other : this.#keys;
    const x5c = [new X509Certificate(certified.certPem).raw.toString('base64')];
    const { publicKey } = new X509Certificate(this.#keys.certPem);
    const key: JWK = { ...(await exportJWK(publicKey)), use: 'sig', kid: 'first' };
    return json(200, { keys: [keys === 'without certificates' ? key : { ...key, x5c }] });
  }

  async #authorize({ body }: Ask): Promise<Reply> {
    const form = new URLSearchParams(body.toString('utf8'));
    this.asked = form;
    const redirectUri = form.get('redirect_uri') ?? '';
    const allowed = `${this.#options.authority()}/common/federation/externalauthprovider`;
    if (redirectUri !== allowed) return json(400, { error: 'unknown redirect_uri' });
    const hint = await this.#hint(form.get('id_token_hint') ?? '');
    if (hint === undefined) return json(400, { error: 'unknown hint' });
    const { error, token = await this.#token(form, hint) } = this.mood;
    const answer = error === undefined ? { id_token: token } : { error };
    const fields = Object.entries({ ...answer, state: form.get('state') ?? '' }).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    );
    return html(`<form method="post" action="${redirectUri}">${fields.join('')}</form>`);
  }

  /** Verifies everything but times, because a hint arrives expired (contracts 9.3). */
  async #hint(token: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const authority = this.#options.authority();
    const keys = createRemoteJWKSet(new URL(`${authority}/common/discovery/v2.0/keys`));
    try {
      const { payload } = await compactVerify(token, keys, { algorithms: ['RS256'] });
      const claims = JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>;
      const isOurs =
        claims['aud'] === this.appId && claims['iss'] === `${authority}/${claims['tid']}/v2.0`;
      return isOurs ? claims : undefined;
    } catch {
      // The signature is unknown, so the hint proves nothing.
      return undefined;
    }
  }

  async #token(form: URLSearchParams, hint: Readonly<Record<string, unknown>>): Promise<string> {
    const seconds = Math.floor(this.#options.now() / 1_000);
    const { signs = 'as agreed', claims } = this.mood;
    const { keyPem } = signs === 'as agreed' ? this.#keys : this.#other;
    return new SignJWT({
      iss: this.origin,
      aud: form.get('client_id'),
      sub: hint['sub'],
      nonce: form.get('nonce'),
      iat: seconds,
      exp: seconds + 300,
      acr: 'possessionorinherence',
      amr: ['fido'],
      ...claims,
    } as Record<string, unknown>)
      .setProtectedHeader({ alg: 'RS256', kid: 'first', typ: 'JWT' })
      .sign(await importPKCS8(keyPem, 'RS256'));
  }
}
